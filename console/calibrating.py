"""Measuring where pain begins: a visit to the device for each slow rise."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec

from controller.calibration import (
    BETWEEN_S,
    READINGS,
    CalibrationFailed,
    Listener,
    Reading,
    is_steady,
    measured,
    rise,
)
from controller.eligibility import admit_calibration
from controller.fitting import Fit, device_envelope, fit
from controller.person import Calibration, Pad, Side, pad_of
from controller.play import measures_pressure, pad_area_cm2
from controller.words import Event, Paused
from firmware_bridge.capabilities import Capabilities
from profiles.dose import dose
from records.people import People

from .booking import Booking, reservation
from .people import Beside, attendant
from .sitting import Attendant, Audience, Programme, Scene, Sitting, Visit
from .subject import Paced, SimulatedSubject

Visiting = Callable[[Sitting], Awaitable[Visit]]


class Place(msgspec.Struct, frozen=True):
    """Where it is measured."""

    region: str
    side: Side


class Measured(msgspec.Struct, frozen=True):
    """What was found, and by which readings."""

    calibration: Calibration
    readings: tuple[Reading, ...]


class Rise(Booking):
    """One slow rise: a session like any other, which the person ends when it begins to hurt."""

    def __init__(
        self, people: People, person_id: str, place: Place, audience: Audience, *, yes: bool
    ) -> None:
        super().__init__(people, person_id)
        self._place = place
        self._audience = self.beside(audience)
        self._yes = yes
        self._listener = Listener()
        self._subject: SimulatedSubject | None = None
        self._top_kpa = 0.0
        self.pad: Pad | None = None
        self.on_pain: Callable[[], None] = lambda: None

    def prepare(self, capabilities: Capabilities) -> Fit:
        """Return the rise for a device; on a real one it is admitted and reserved first.

        Raises `NotAdmitted`, `CannotPlay`.
        """
        if not measures_pressure(capabilities):
            raise CalibrationFailed(
                f"{capabilities.model} does not measure what it presses: where pain begins cannot "
                "be read from it"
            )
        area_cm2, region = pad_area_cm2(capabilities), self._place.region
        pad = self.pad = pad_of(capabilities, area_cm2)
        person = self.people.load(self.person_id)
        program = rise(region, person.sex, area_cm2, device_envelope(capabilities))
        fitted = fit(program, capabilities)
        self._top_kpa = program.peak_kpa
        if not capabilities.emulated:
            now_s = time.time()
            entry = reservation(pad, program, dose(program), now_s)
            entry = msgspec.structs.replace(entry, kind="calibration")
            self.reserve(entry, lambda who: admit_calibration(who, region, entry.doses, now_s))
        return fitted

    @property
    def programme(self) -> Programme:
        """The rise, and for whom it is reserved."""
        return Programme(self.prepare, booked=lambda: self.booked)

    def attend(self, device: Beside, fitted: Fit) -> Attendant:
        """Return who is beside the device. Raises `NeedsPerson`."""
        if device.capabilities.emulated:
            self._subject = SimulatedSubject(device, self._place.region, self.say)
            return self._subject
        return attendant(device, fitted, self.say, yes=self._yes, whom=self.person_id)

    def reading(self) -> Reading:
        """Return what was read. Raises `CalibrationFailed`."""
        return self._listener.reading(self._top_kpa)

    def say(self, line: str) -> None:
        self._audience.say(line)

    def open(self, scene: Scene) -> None:
        self._audience.open(scene)

    def hear(self, event: Event) -> None:
        self._listener.hear(event)
        if isinstance(event, Paused):  # it hurts: that was the reading, nobody goes on
            self.on_pain()
        if self._subject is not None:
            self._subject.hear(event)
        self._audience.hear(event)

    def close(self) -> None:
        if self._subject is not None:
            self._subject.leave()
        self._audience.close()


async def calibrate(
    make: Callable[[], Rise], url: str, place: Place, say: Callable[[str], None], visit: Visiting
) -> Measured:
    """Measure where pain begins; `make` makes a rise, `visit` makes a visit.

    Readings that differ much are taken once more. Raises `CalibrationFailed`, and whatever
    `Sitting.run` raises.
    """
    pace = Pace(say)
    pad, readings = await _readings(make, url, pace, visit)
    if not is_steady(readings):
        say("the readings differ much: they are taken once more")
        pad, readings = await _readings(make, url, pace, visit)
    found = measured(readings)
    calibration = Calibration(
        at_s=time.time(),
        region=place.region,
        side=place.side,
        pad=pad,
        kpa=found.kpa,
        at_least=found.at_cut_off,
    )
    return Measured(calibration, tuple(readings))


class Pace:
    """Keeps the readings apart. The first is agreed to in full, the others go on from there."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._count = 0
        self._over_s = 0.0

    def attend(self, one: Attendant) -> Attendant:
        """Return an attendant who waits between the readings."""
        return one if self._count == 0 else Paced(one, self._wait)

    def note(self, reading: Reading) -> None:
        """A reading is over."""
        self._count += 1
        self._over_s = asyncio.get_running_loop().time()
        how = "the cut-off, it never hurt" if reading.at_cut_off else "it began to hurt"
        self._say(f"reading {self._count}: {reading.kpa:.1f} kPa ({how})")

    async def _wait(self) -> None:
        left_s = BETWEEN_S - (asyncio.get_running_loop().time() - self._over_s)
        await asyncio.sleep(max(0.0, left_s))


async def _readings(
    make: Callable[[], Rise], url: str, pace: Pace, visit: Visiting
) -> tuple[Pad, list[Reading]]:
    readings: list[Reading] = []
    one = make()
    for number in range(READINGS):
        one = make() if number else one
        with one:
            sitting = Sitting(url, one.programme, _attend(one, pace), one)
            one.on_pain = sitting.leave
            await visit(sitting)
        readings.append(one.reading())
        pace.note(readings[-1])
    assert one.pad is not None  # noqa: S101  a visit has asked for its programme
    return one.pad, readings


def _attend(one: Rise, pace: Pace) -> Callable[[Beside, Fit], Attendant]:
    return lambda device, fitted: pace.attend(one.attend(device, fitted))
