"""A voice coil that presses a pad on tissue: what it runs under, and what comes of it."""

from functools import reduce

from firmware_bridge.codes import Fault

from . import coil as plain
from .body import Tissue
from .coil import CORRECTION_N, FULL_N, NEVER, NOWHERE, SENSE, Coil, Cubic
from .driver import GOOD_DRIVER, Driver
from .sensors import DepthSensor, PressureSensor
from .ticks import compiled


class Actuator:
    """Coil, pad, tissue, regulator. `run` advances them; everything else sets what it runs under.

    Readable after `run`: `true_kpa` under the pad, `measured_kpa` of the regulated sensor,
    `pressed_kpa` (what the device wants now), `trip` (faults found; the coil let go at once),
    `limited` (a rise was held back), `contact`, and `taken`: readings not yet fetched, as those of
    depth in `sunk_mm`, where a `depth` sensor measures it.
    """

    def __init__(
        self,
        tissue: Tissue,
        regulated: PressureSensor,
        independent: PressureSensor,
        *,
        correction: bool = True,
        depth: DepthSensor | None = None,
    ) -> None:
        self._tissue = tissue
        self._regulated, self._independent = regulated, independent
        self._depth = depth
        self.taken: tuple[list[float], list[float]] = ([], [])
        self.sunk_mm: list[float] = []
        self._curves = (NOWHERE, NOWHERE, NOWHERE)
        self._coil, self._advance, self._sense = compiled(Coil()) or (
            Coil(), plain.advance, plain.sense,
        )  # fmt: skip
        coil = self._coil
        coil.k, coil.bottom_m, coil.bottom_n_m2 = tissue.k, tissue.bottom_m, tissue.bottom_n_m2
        coil.damping_s_m = tissue.damping_s_m
        coil.r1, coil.r2, coil.r3 = (1e-3 / tau for _, tau in tissue.relaxation)
        coil.s1, coil.s2, coil.s3 = (share for share, _ in tissue.relaxation)
        coil.most_correction_n = CORRECTION_N if correction else 0.0
        self.drive_through(())
        self.limit(0.0, 0.0, 0.0, 200.0, 0.0)

    @property
    def sensors(self) -> tuple[PressureSensor, PressureSensor]:
        """The one that regulates, and the independent one."""
        return self._regulated, self._independent

    @sensors.setter
    def sensors(self, sensors: tuple[PressureSensor, PressureSensor]) -> None:
        self._regulated, self._independent = sensors

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """What an effort goes through, one after the other."""
        return self._drivers

    def drive_through(self, drivers: tuple[Driver, ...]) -> None:
        """Let every effort go through these, from now on."""
        self._drivers, coil = drivers, self._coil
        driver = reduce(Driver.then, drivers, GOOD_DRIVER)
        coil.share, coil.push_n, coil.follow = driver.share, driver.push_n, driver.follow
        coil.pushes_live = driver.live

    @property
    def true_kpa(self) -> float:
        return self._coil.true_kpa

    @property
    def measured_kpa(self) -> float:
        return self._coil.measured_kpa

    @property
    def pressed_kpa(self) -> float:
        return self._coil.pressed_kpa

    @property
    def depth_mm(self) -> float:
        """How far the pad has sunk into the tissue; nothing while it does not touch."""
        coil = self._coil
        return max(0.0, coil.depth_m * 1e3) if coil.pad_on else 0.0

    @property
    def drive_n(self) -> float:
        """The force of the coil now."""
        return self._coil.drive_n

    @property
    def live(self) -> bool:
        return bool(self._coil.live)

    @property
    def contact(self) -> bool:
        """The pad is on something."""
        return self._coil.contact_ms > 0

    @property
    def pad_on(self) -> bool:
        return bool(self._coil.pad_on)

    @pad_on.setter
    def pad_on(self, on: bool) -> None:
        self._coil.pad_on = on

    @property
    def limited(self) -> bool:
        return bool(self._coil.limited)

    @limited.setter
    def limited(self, limited: bool) -> None:
        self._coil.limited = limited

    @property
    def trip(self) -> Fault:
        return Fault(self._coil.trip) if self._coil.trip else Fault.NONE

    @trip.setter
    def trip(self, trip: Fault) -> None:
        self._coil.trip = int(trip)

    def limit(
        self, ceiling_kpa: float, level_kpa_s: float, rhythm_kpa_s: float, fall_kpa_s: float,
        effort: float,
    ) -> None:  # fmt: skip
        """Press no more, rise and fall no faster than this; `effort` is a share of the full one."""
        coil = self._coil
        coil.ceiling, coil.over_kpa = ceiling_kpa, 1.05 * ceiling_kpa + 0.5
        coil.level, coil.rhythm, coil.fall = (
            level_kpa_s * 1e-3, rhythm_kpa_s * 1e-3, fall_kpa_s * 1e-3,
        )  # fmt: skip
        coil.most_n = effort * FULL_N

    def energise(self) -> None:
        """Take the coil under control, from nothing pressed."""
        coil = self._coil
        coil.live = True
        coil.trip = coil.stale_ms = coil.over_ms = coil.odd_ms = 0
        coil.pressed_kpa = coil.integral_n = coil.correction_n = 0.0
        coil.rate, coil.peak, coil.allowed = 0.0, 0.0, NEVER

    def release(self) -> None:
        """Let go: no current in the coil from the next tick on."""
        plain.let_go(self._coil)

    def feel_body(self, stiffness: float, lifted_m: float) -> None:
        """Take what the body does: a factor of its stiffness, and how far its skin has risen."""
        coil = self._coil
        coil.k = self._tissue.k * stiffness
        if coil.pad_on and coil.depth_m > 0.0:
            coil.depth_m += lifted_m

    def put_on(self) -> None:
        """Lay the pad on the skin anew, if it is off."""
        coil = self._coil
        if not coil.pad_on:
            coil.pad_on = True
            coil.depth_m = coil.speed_m_s = coil.h1_n = coil.h2_n = coil.h3_n = 0.0

    def run(
        self, n: int, now_us: int, pressure: Cubic, gain: Cubic, cap: Cubic, *, rhythmic: bool
    ) -> None:
        """Advance `n` ticks of 1 ms from `now_us`, each pressing min(pressure * gain, cap)."""
        coil, curves = self._coil, (pressure, gain, cap)
        if curves != self._curves:
            coil.pressure, coil.gain, coil.cap = self._curves = curves
        coil.rhythmic = rhythmic
        while n > 0:
            until_reading = SENSE - now_us // 1000 % SENSE  # a clock need not begin on a whole ms
            ticks = min(n, until_reading)
            self._advance(coil, ticks, now_us)
            now_us += ticks * 1000
            n -= ticks
            if ticks == until_reading:
                self._read()

    def _read(self) -> None:
        """Take both readings, and hand on what they say."""
        coil = self._coil
        true_kpa = coil.true_kpa
        reading, other = self._regulated.read(true_kpa), self._independent.read(true_kpa)
        if other is not None:
            coil.independent_kpa = other
        self._sense(coil, reading is not None, reading or 0.0)
        self.taken[0].append(coil.measured_kpa)
        self.taken[1].append(coil.independent_kpa)
        if self._depth is not None:
            self.sunk_mm.append(self._depth.read(self.depth_mm))
