"""Profiles before they are played: read, checked and compiled for a device and a person."""

import asyncio
import re
import time
from collections.abc import Mapping

import msgspec
import typer

from controller.fidelity import BAUD, Fidelity, fidelity
from controller.fitting import CannotPlay, device_envelope, fit, hears, rig, watched
from controller.person import Person, pad_of
from controller.play import (
    listened_to,
    measures_pressure,
    pad_area_cm2,
    prepare,
    simulated_person,
)
from controller.play import read_profile as read_any
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.drivers import products
from firmware_bridge.wish import with_gain_and_cap
from profiles.check import Check, check_profile
from profiles.document import did_you_mean
from profiles.load import read
from profiles.model import Profile
from profiles.problems import Problem, Reason
from profiles.program import Program
from profiles.regions import Thresholds
from sim.body import SITES
from sim.models import MODELS
from sim.voice_coil import Outfit
from sim.voice_coil import capabilities as voice_coil

SIMULATED = "healthy_f"


class Host(msgspec.Struct, frozen=True):
    """For which device, and on whom. `person` is one who is known here, and `known` what hurts."""

    capabilities: Capabilities
    whom: str
    baud: int = BAUD
    person: Person | None = None
    known: Thresholds | None = None

    @property
    def thresholds(self) -> Thresholds | None:
        """Whose thresholds count: an emulated device brings its own person."""
        return simulated_person(self.capabilities) or self.known


def host(device: str, person: str) -> Host:
    """Return the device a model, a product or an address stands for, and on whom it will press.

    `person` is "nobody", "simulated", or the id of a person. Raises `BridgeError`, `NoSuchPerson`.
    """
    baud = BAUD
    if device in MODELS:
        found = MODELS[device]()
    elif device in (known := products()):
        found = with_gain_and_cap(known[device].capabilities)
    else:
        found, baud = asyncio.run(_asked(_address(device))), _baud(device)
    if person == "simulated":
        if not found.emulated:
            raise typer.BadParameter(f"{found.model} is real: no simulated person is under it")
        whom = f"on the simulated person of {SIMULATED if device in MODELS else device}"
        return Host(found, whom, baud)
    real = msgspec.structs.replace(found, emulated=False)
    if person != "nobody":
        from records.people import People

        someone, pad = People().load(person), pad_of(real, pad_area_cm2(real))
        return Host(real, f"on {person}", baud, someone, someone.thresholds(pad, time.time()))
    return Host(real, "on nobody in particular (the limits of a sensitive woman)", baud)


def able(text: str | bytes) -> Host:
    """Return a simulated device that has whatever a profile of the library names."""
    profile = read(text, Profile)
    bodies = [entry.body for entry in profile.every_step()]
    named = [
        name
        for body in bodies
        for name in (*getattr(body, "chambers", ()), getattr(body, "channel", None))
        if name
    ]
    thresholds = {name: site.ppt_f_kpa for name, site in SITES.items()}
    outfit = Outfit(sites=tuple(dict.fromkeys(named)) or ("",), stroke=True, head=True, heater=True)
    return Host(voice_coil(thresholds, outfit=outfit), f"on the simulated person of {SIMULATED}")


def read_profile(profile: str) -> tuple[str | bytes, str]:
    """Return a profile's text and what to call it. Raises `typer.BadParameter`."""
    try:
        return read_any(profile)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0])) from error
    except FileNotFoundError as error:
        raise typer.BadParameter(
            f"{profile}: there is no such file; the library's are written library:NAME"
        ) from error


def checked(text: str | bytes, file: str, values: Mapping[str, str | float], on: Host) -> Check:
    """Return what a profile does at its worst, or every problem it has."""
    return check_profile(
        text,
        file,
        values,
        device_envelope(on.capabilities),
        area_cm2=pad_area_cm2(on.capabilities),
        thresholds=on.thresholds,
        emulated=on.capabilities.emulated,
        measured=measures_pressure(on.capabilities),
        watched=watched(on.capabilities),
        closed_loop=listened_to(on.capabilities),
        rig=rig(on.capabilities),
        hears=lambda signal: hears(on.capabilities, signal),
    )


def faithful(found: Check, on: Host, name: str) -> tuple[Check, Fidelity | None]:
    """Return a check and how faithfully the device plays it at its worst.

    What the device cannot play at all becomes the one problem of the check.
    """
    if found.worst is None:
        return found, None
    try:
        return found, fidelity(fit(found.worst, on.capabilities), on.capabilities, on.baud)
    except CannotPlay as error:
        problem = Problem(name, error.line or 1, 1, "", str(error))
        refused = Check(problems=(problem,), refused=Reason.DEVICE_LIMIT.value, needs=found.needs)
        return refused, None


def otherwise(program: Program) -> tuple[str, ...]:
    """Return a sentence for each step that is played otherwise than it is written."""
    scaled = (
        f"{step.label} is scaled to {step.scale:.0%}: "
        f"{step.limit.owner} allows {step.limit.value:.1f} kPa"
        for step in program.steps
        if step.scale < 1.0
    )
    slowed = (
        f"{step.label} is slowed to {step.slow:.0%}: the device follows no faster"
        for step in program.steps
        if step.slow < 1.0
    )
    return (*scaled, *slowed)


def compiled(
    text: str | bytes, file: str, values: Mapping[str, str | float], on: Host
) -> tuple[Program, tuple[str, ...]]:
    """Return a profile's program, and a sentence for each thing played otherwise than written.

    Raises `ProfileProblems`, `Refused`, `CannotPlay`.
    """
    fitted = prepare(text, file, on.capabilities, values, person=on.known)
    return fitted.program, (*otherwise(fitted.program), *fitted.report)


def _address(device: str) -> str:
    if "://" not in device:
        near = did_you_mean(device, MODELS)
        raise typer.BadParameter(f'there is no model "{device}", and no address; {near}')
    return device


def _baud(device: str) -> int:
    """Return the rate that a serial address names."""
    found = re.search(r"[?&]baud=(\d{4,8})", device)
    return int(found[1]) if found else BAUD


async def _asked(url: str) -> Capabilities:
    from firmware_bridge.discovery import open_device

    async with open_device(url) as device:
        return device.capabilities
