"""Profiles before they are played: read, checked and compiled for a device and a person."""

import asyncio
from collections.abc import Mapping
from typing import Literal

import msgspec
import typer

from controller.fitting import device_envelope
from controller.play import measures_pressure, pad_area_cm2, prepare, simulated_person
from controller.play import read_profile as read_any
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.drivers import products
from firmware_bridge.wish import with_gain_and_cap
from profiles.check import Check, check_profile
from profiles.load import read
from profiles.model import Profile, RepeatText, StepEntry
from profiles.program import Program
from sim.body import SITES
from sim.voice_coil import capabilities as voice_coil

MODEL = "voice_coil"
"""The device a profile is compiled for where none is named: 10 cm2, the twin's own."""

SIMULATED = "healthy_f"


class Host(msgspec.Struct, frozen=True):
    """For which device, and on whom."""

    capabilities: Capabilities
    whom: str


def host(device: str, person: Literal["nobody", "simulated"]) -> Host:
    """Return the device a model, a product or an address stands for. Raises `BridgeError`."""
    if device == MODEL:
        thresholds = {name: site.ppt_f_kpa for name, site in SITES.items()}
        found = voice_coil(thresholds, stroke=True)
    elif device in (known := products()):
        found = with_gain_and_cap(known[device].capabilities)
    else:
        found = asyncio.run(_asked(device))
    if person == "simulated":
        if not found.emulated:
            raise typer.BadParameter(f"{found.model} is real: no simulated person is under it")
        return Host(found, f"on the simulated person of {SIMULATED if device == MODEL else device}")
    nobody = msgspec.structs.replace(found, emulated=False)
    return Host(nobody, "on nobody in particular (the limits of a sensitive woman)")


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
        thresholds=simulated_person(on.capabilities),
        emulated=on.capabilities.emulated,
        measured=measures_pressure(on.capabilities),
    )


def compiled(
    text: str | bytes, file: str, values: Mapping[str, str | float], on: Host
) -> tuple[Program, tuple[str, ...]]:
    """Return a profile's program, and a sentence for each thing played otherwise than written.

    Raises `ProfileProblems`, `Refused`, `CannotPlay`.
    """
    fitted = prepare(text, file, on.capabilities, values)
    scaled = (
        f"{step.label} is scaled to {step.scale:.0%}: "
        f"{step.limit.owner} allows {step.limit.value:.1f} kPa"
        for step in fitted.program.steps
        if step.scale < 1.0
    )
    return fitted.program, (*scaled, *fitted.report)


def not_played_yet(text: str | bytes, file: str) -> list[str]:
    """Return a sentence for what this version reads and checks, but does not act on.

    Raises `ProfileProblems`.
    """
    profile = read(text, Profile, file=file)
    bodies = [entry.body for entry in _entries(profile.steps)]
    words = [
        *(["rules"] if profile.rules else []),
        *(word for word in ("until", "adapt") if any(getattr(b, word, None) for b in bodies)),
    ]
    if not words:
        return []
    return [
        f"{' and '.join(words)} in {file} are checked, but do not act yet in this version: every "
        "step plays for as long as it can take"
    ]


def _entries(entries: list[StepEntry]) -> list[StepEntry]:
    found: list[StepEntry] = []
    for entry in entries:
        found.append(entry)
        if isinstance(entry.body, RepeatText):
            found += _entries(entry.body.steps)
    return found


async def _asked(url: str) -> Capabilities:
    from firmware_bridge.discovery import open_device

    async with open_device(url) as device:
        return device.capabilities
