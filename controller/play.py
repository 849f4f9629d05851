"""Read, compile, fit, look, run: the door for Python users."""

from collections.abc import Callable, Mapping
from pathlib import Path

from firmware_bridge.capabilities import Capabilities
from firmware_bridge.device import Device
from profiles.envelope import Envelope
from profiles.regions import Thresholds

from .ears import ears_for
from .fitting import Fit, device_envelope, fit, hears, rig, watched
from .preflight import NeedsPerson, SimulatedPerson, preflight
from .priority import urgent
from .session import Session
from .words import Event, Outcome

LIBRARY = "library:"


async def play(
    profile: str | Path,
    device: Device,
    *,
    on_event: Callable[[Event], None] = lambda _: None,
    **values: str | float,
) -> Outcome:
    """Play a profile (`library:NAME` or a file) on an emulated device, and say how it went.

    `values` set the profile's parameters, as `depth="16 kPa"`.

    Raises:
        ProfileProblems: the profile has mistakes.
        Refused: this person or this device allows less than the profile needs.
        CannotPlay: the device lacks what it needs.
        NotReady: pre-flight found something.
        NeedsPerson: the device is real.
    """
    if not device.capabilities.emulated:
        raise NeedsPerson("a device that is not emulated is started with `myoloop run`")
    text, file = read_profile(profile)
    fitted = prepare(text, file, device.capabilities, values)
    ears = ears_for(fitted.program, device.capabilities)
    ready = await preflight(device, SimulatedPerson(device), ears)
    with urgent():
        return await Session(device, fitted, on_event, ready.zero_kpa, ears).run()


def prepare(
    text: str | bytes,
    file: str,
    capabilities: Capabilities,
    values: Mapping[str, str | float],
    operator: Envelope | None = None,
    person: Thresholds | None = None,
    closed_loop: bool | None = None,
) -> Fit:
    """Return a profile compiled for a device, under what the operator allows. Raises as `play`.

    `person` is who is under a real device; an emulated one brings its own. `closed_loop` says that
    as much may be pressed as where the muscle is listened to; left out, only emulated devices may.
    """
    from profiles.compiler import compile_profile
    from profiles.load import read
    from profiles.model import Profile

    profile = read(text, Profile, file=file)
    program = compile_profile(
        profile,
        values,
        device_envelope(capabilities).lower(operator or Envelope()),
        area_cm2=pad_area_cm2(capabilities),
        thresholds=simulated_person(capabilities) if capabilities.emulated else person,
        emulated=capabilities.emulated,
        measured=measures_pressure(capabilities),
        watched=watched(capabilities),
        closed_loop=listened_to(capabilities) if closed_loop is None else closed_loop,
        rig=rig(capabilities),
        lacking=[name for name in profile.needs.signals if not hears(capabilities, name)],
    )
    return fit(program, capabilities)


def read_profile(profile: str | Path) -> tuple[str | bytes, str]:
    """Return a profile's text and what to call it. Raises `OSError`, `KeyError`."""
    name = str(profile)
    if name.startswith(LIBRARY):
        from profiles.library import library_text

        return library_text(name.removeprefix(LIBRARY)), name
    return Path(profile).read_bytes(), name


def measures_pressure(capabilities: Capabilities) -> bool:
    """Return whether a device knows what it presses."""
    return bool(capabilities.sensors_of("pressure"))


def pad_area_cm2(capabilities: Capabilities) -> float:
    """Return the area of the largest pad that presses; 10 cm2 where the device does not say.

    The larger the pad, the earlier it hurts and the sooner its force is too much.
    """
    pads = [channel for channel in capabilities.channels if channel.quantity == "pressure"]
    return max((pad.area_cm2 or 10.0 for pad in pads), default=10.0)


def listened_to(capabilities: Capabilities) -> bool:
    """Return whether listening to the muscle allows more: on real people that is unlocked first."""
    return capabilities.emulated and bool(capabilities.sensors_of("emg"))


def simulated_person(capabilities: Capabilities) -> Thresholds | None:
    """Return the thresholds of the person under an emulated device; nobody's for a real one."""
    if not capabilities.emulated or not capabilities.person:
        return None
    return Thresholds(owner="simulated person", ppt_1_kpa=capabilities.person)
