"""A voice coil that presses a pad on tissue, its regulator and its reflexes, 1000 times a second.

Only + - * / and sqrt in here, so that the same arithmetic in C gives the same bits.
"""

from math import sqrt
from typing import TypeAlias

import msgspec

from firmware_bridge.codes import Fault

from .body import PAD_CM2, Tissue
from .sensors import PressureSensor

Cubic: TypeAlias = tuple[int, float, float, float, float]
"""From when (us), and value, slope, ... there: c0 + s * (c1 + s * (c2 + s * c3)), s in seconds."""

FULL_N = 60.0
"""Force of the coil at full effort (E)."""

CORRECTION_N = 0.2 * FULL_N
"""How far the measured pressure may move the effort (wire, *Sensors*)."""

ACCELERATION_KPA_S2 = 1000.0
"""Fastest gathering of speed while pressure rises (E, wire)."""

CONTACT_KPA, LOST_KPA = 1.0, 0.5
"""Contact begins above the one and is lost under the other (E, wire)."""

CONFIRMED_MS, LOST_MS = 500, 200
"""Contact this old allows rhythm; this long under `LOST_KPA` ends it (E, wire)."""

LIMITED_KPA = 0.1
"""A rise held back by more than this is told in STATUS (E)."""

RANGE_KPA = (-3.0, 90.0)
"""A reading outside is no pressure (E)."""

STALE_MS, OVER_MS, UNEXPLAINED_MS = 20, 10, 100
"""How long a reading may be missing, too high or at odds with the effort (wire; over: rules)."""

APART_KPA = 0.5
"""Where the two sensors differ by more, the one that reads more is believed (E: seven times what
their noise makes of it): whichever lies low, it does not press more."""

UNEXPLAINED_N = 15.0
"""An effort this far from what pressure explains is at odds with it (E: correction and a bit)."""

_SENSE = 5
"""Ticks between two readings: 200 Hz."""

_PAD_KG = 0.2
_SPRING_N_M = 300.0
_SPRING_DAMPING = 6.0
"""The pad's mass, suspension and its friction in N s/m (E)."""

_STROKE_M = 0.06
"""Mechanical end of the pad's way (E)."""

_LAG_S = 0.005
"""Time constant of driver and coil (E)."""

_DRIVE = 0.18126924692201815
"""1 - exp(-1 ms / 5 ms)."""

_NOMINAL_ROOT, _NOMINAL_LINEAR = 0.47, 0.085
"""Suspension force at x N on a middling shoulder: root * sqrt(x) + linear * x (fitted to it)."""

_KP, _KI = 0.35, 22.0
"""Regulator: N per N, and N per N and second (E, tuned on the tracking grid)."""

_N_PER_KPA = PAD_CM2 / 10.0
_KPA_PER_N = 1.0 / _N_PER_KPA
_GATHER = ACCELERATION_KPA_S2 * 1e-6
_NEVER = -1.0


class Driver(msgspec.Struct, frozen=True):
    """What becomes of an effort on its way to the coil: this share of it, and `push_n` on top.

    `follow` is how much of a step is made in a tick. `live` says that it pushes only while the
    device has the coil under control: a stop takes its power away.
    """

    share: float = 1.0
    push_n: float = 0.0
    follow: float = _DRIVE
    live: bool = True


GOOD_DRIVER = Driver()


class Actuator:
    """Coil, pad, tissue, regulator. `run` advances them; everything else sets what it runs under.

    Readable after `run`: `true_kpa` under the pad, `measured_kpa` of the regulated sensor,
    `pressed_kpa` (what the device wants now), `trip` (faults found; the coil let go at once),
    `limited` (a rise was held back), `contact`, and `taken`: readings not yet fetched.
    """

    def __init__(
        self,
        tissue: Tissue,
        regulated: PressureSensor,
        independent: PressureSensor,
        *,
        correction: bool = True,
    ) -> None:
        self._tissue = tissue
        self._k = tissue.k
        self._rates = tuple(1e-3 / tau for _, tau in tissue.relaxation)
        self._shares = tuple(share for share, _ in tissue.relaxation)
        self._regulated, self._independent = regulated, independent
        self._correction_n = CORRECTION_N if correction else 0.0
        self.pad_on = True
        self.live = False
        self.true_kpa = self.measured_kpa = self.pressed_kpa = 0.0
        self._independent_kpa = 0.0
        self.taken: tuple[list[float], list[float]] = ([], [])
        self.trip = Fault.NONE
        self.limited = False
        self.driver = GOOD_DRIVER
        self._coil = (0.0,) * 6  # drive N, depth m, speed m/s, memories of three forces N
        self._loop: tuple[float, float] = (0.0, 0.0)  # integral N, correction N
        self._rise: tuple[float, float, float] = (0.0, 0.0, _NEVER)
        # rate kPa/ms, peak since contact, allowed
        self._contact_ms = self._low_ms = 0
        self._stale_ms = self._over_ms = self._odd_ms = 0
        self.limit(0.0, 0.0, 0.0, 200.0, 0.0)

    @property
    def sensors(self) -> tuple[PressureSensor, PressureSensor]:
        """The one that regulates, and the independent one."""
        return self._regulated, self._independent

    @sensors.setter
    def sensors(self, sensors: tuple[PressureSensor, PressureSensor]) -> None:
        self._regulated, self._independent = sensors

    @property
    def drive_n(self) -> float:
        """The force of the coil now."""
        return self._coil[0]

    @property
    def contact(self) -> bool:
        """The pad is on something."""
        return self._contact_ms > 0

    def limit(
        self, ceiling_kpa: float, level_kpa_s: float, rhythm_kpa_s: float, fall_kpa_s: float,
        effort: float,
    ) -> None:  # fmt: skip
        """Press no more, rise and fall no faster than this; `effort` is a share of the full one."""
        self._limits = (
            ceiling_kpa, level_kpa_s * 1e-3, rhythm_kpa_s * 1e-3, fall_kpa_s * 1e-3,
            effort * FULL_N, 1.05 * ceiling_kpa + 0.5,
        )  # fmt: skip

    def energise(self) -> None:
        """Take the coil under control, from nothing pressed."""
        self.live = True
        self.trip = Fault.NONE
        self.pressed_kpa = 0.0
        self._loop = (0.0, 0.0)
        self._rise = (0.0, 0.0, _NEVER)
        self._stale_ms = self._over_ms = self._odd_ms = 0

    def release(self) -> None:
        """Let go: no current in the coil from the next tick on."""
        self.live = False
        self.pressed_kpa = 0.0
        self._loop = (0.0, 0.0)

    def feel_body(self, stiffness: float, lifted_m: float) -> None:
        """Take what the body does: a factor of its stiffness, and how far its skin has risen."""
        self._k = self._tissue.k * stiffness
        drive, depth_m, *rest = self._coil
        if self.pad_on and depth_m > 0.0:
            self._coil = (drive, depth_m + lifted_m, *rest)

    def put_on(self) -> None:
        """Lay the pad on the skin anew, if it is off."""
        if not self.pad_on:
            self.pad_on = True
            self._coil = (self._coil[0], 0.0, 0.0, 0.0, 0.0, 0.0)

    def run(  # noqa: C901  one function on purpose: calls would cost more than the arithmetic
        self, n: int, now_us: int, pressure: Cubic, gain: Cubic, cap: Cubic, *, rhythmic: bool
    ) -> None:
        """Advance `n` ticks of 1 ms from `now_us`, each pressing min(pressure * gain, cap)."""
        t = now_us
        live, pad_on = self.live, self.pad_on
        pressed, f = self.pressed_kpa, self.true_kpa * _N_PER_KPA
        p0, pa, pb, pc, pd = pressure
        g0, factor, gb, gc, gd = gain
        c0, top, cb, cc, cd = cap
        gain_moves = gb != 0.0 or gc != 0.0 or gd != 0.0
        cap_moves = cb != 0.0 or cc != 0.0 or cd != 0.0
        ga, ca = factor, top
        ceiling, level, rhythm, fall, most_n, _ = self._limits
        drive, x, v, h1, h2, h3 = self._coil
        correction = self._loop[1]
        rate, peak, allowed = self._rise
        contact = self._contact_ms > 0
        quick = rhythmic and self._contact_ms >= CONFIRMED_MS
        k, bottom, bone = self._k, self._tissue.bottom_m, self._tissue.bottom_n_m2
        damping = self._tissue.damping_s_m
        r1, r2, r3 = self._rates
        s1, s2, s3 = self._shares
        share, push, follow = self.driver.share, self.driver.push_n, self.driver.follow
        pushes_live = self.driver.live
        for _ in range(n):
            t += 1000
            effort = 0.0
            if live:
                s = (t - p0) * 1e-6
                want = pa + s * (pb + s * (pc + s * pd))
                if gain_moves:
                    s = (t - g0) * 1e-6
                    factor = ga + s * (gb + s * (gc + s * gd))
                if cap_moves:
                    s = (t - c0) * 1e-6
                    top = ca + s * (cb + s * (cc + s * cd))
                want *= factor
                if want > top:
                    want = top
                if want > ceiling:
                    want = ceiling
                if want < 0.0:
                    want = 0.0
                step = want - pressed
                if step > 0.0:
                    most = level
                    if quick:
                        if allowed < 0.0:
                            allowed = peak
                        if want > allowed:
                            allowed += level
                            if allowed > want:
                                allowed = want
                        room = allowed - pressed
                        if room > level:
                            most = min(room, rhythm)
                            if most < level:
                                most = level
                    gathered = (max(0.0, rate)) + _GATHER
                    if most > gathered:
                        most = gathered
                    if step > most:
                        if step - most > LIMITED_KPA:
                            self.limited = True
                        step = most
                elif step < -fall:
                    step = -fall
                rate = step
                pressed += step
                if contact and pressed > peak:
                    peak = pressed
                if pressed > 0.0:
                    newtons = pressed * _N_PER_KPA
                    effort = (
                        newtons
                        + _NOMINAL_ROOT * sqrt(newtons)
                        + _NOMINAL_LINEAR * newtons
                        + rate * (1e3 * _LAG_S * _N_PER_KPA)
                        + correction
                    )
                    if effort > most_n:
                        effort = most_n
                    elif effort < 0.0:
                        effort = 0.0
            effort *= share
            if live or not pushes_live:
                effort += push
            drive += (effort - drive) * follow
            if pad_on and x > 0.0:
                fe = k * x * sqrt(x)
                if x > bottom:
                    d = x - bottom
                    fe += bone * d * d
                h1 += (fe - h1) * r1
                h2 += (fe - h2) * r2
                h3 += (fe - h3) * r3
                # damped by all that is strained: tissue dented by a hold is no spring (3.2, 3.3)
                f = fe * (1.0 + damping * v) - s1 * h1 - s2 * h2 - s3 * h3
                if f < 0.0:
                    f = 0.0
            else:  # tissue recovers half as fast as it gave way
                h1 -= h1 * (0.5 * r1)
                h2 -= h2 * (0.5 * r2)
                h3 -= h3 * (0.5 * r3)
                f = 0.0
            v += (drive - _SPRING_N_M * x - _SPRING_DAMPING * v - f) * (1e-3 / _PAD_KG)
            x += v * 1e-3
            if x > _STROKE_M:
                x = _STROKE_M
                v = 0.0
            if t % (_SENSE * 1000) == 0:
                self.pressed_kpa = pressed
                self._rise = (rate, peak, allowed)
                self._sense(f * _KPA_PER_N, drive)
                live, correction = self.live, self._loop[1]
                pressed = self.pressed_kpa
                contact = self._contact_ms > 0
                quick = rhythmic and self._contact_ms >= CONFIRMED_MS
                _, peak, allowed = self._rise
        self.pressed_kpa, self.true_kpa = pressed, f * _KPA_PER_N
        self._coil = (drive, x, v, h1, h2, h3)
        self._rise = (rate, peak, allowed)

    def _sense(self, true_kpa: float, drive_n: float) -> None:
        """Take both readings, regulate, and notice what is wrong."""
        reading = self._regulated.read(true_kpa)
        other = self._independent.read(true_kpa)
        if other is not None:
            self._independent_kpa = other
        if reading is None:
            self._stale_ms += _SENSE
        else:
            self._stale_ms = 0
            self.measured_kpa = reading
        self.taken[0].append(self.measured_kpa)
        self.taken[1].append(self._independent_kpa)
        self._feel()
        if self.live:
            self._regulate()
            self._judge(drive_n)

    def _feel(self) -> None:
        """Keep account of contact: how long, how high."""
        measured = self.measured_kpa
        self._low_ms = 0 if measured >= LOST_KPA else self._low_ms + _SENSE
        if self._contact_ms and self._low_ms < LOST_MS:
            self._contact_ms += _SENSE
        elif measured > CONTACT_KPA:
            self._contact_ms = _SENSE
        elif self._contact_ms:
            self._contact_ms = 0
            self._rise = (self._rise[0], 0.0, _NEVER)

    def _regulate(self) -> None:
        if self.pressed_kpa <= 0.0:
            self._loop = (0.0, 0.0)
            return
        most = self._correction_n
        error = (self.pressed_kpa - self._believed_kpa()) * _N_PER_KPA
        integral = max(-most, min(most, self._loop[0] + error * (_KI * _SENSE * 1e-3)))
        self._loop = (integral, max(-most, min(most, integral + _KP * error)))

    def _believed_kpa(self) -> float:
        """Return what the regulated sensor reads; the other one, where that reads clearly more."""
        apart = self._independent_kpa - self.measured_kpa > APART_KPA
        return self._independent_kpa if apart else self.measured_kpa

    def _judge(self, drive_n: float) -> None:
        measured = self.measured_kpa
        newtons = max(0.0, measured) * _N_PER_KPA
        explained = newtons + _NOMINAL_ROOT * sqrt(newtons) + _NOMINAL_LINEAR * newtons
        odd = abs(drive_n - explained) > UNEXPLAINED_N
        self._odd_ms = self._odd_ms + _SENSE if odd else 0
        over = self._believed_kpa() > self._limits[5]
        self._over_ms = self._over_ms + _SENSE if over else 0
        if self._stale_ms > STALE_MS:
            self.trip |= Fault.SENSOR_STALE
        if not RANGE_KPA[0] <= measured <= RANGE_KPA[1]:
            self.trip |= Fault.SENSOR_RANGE
        if self._odd_ms > UNEXPLAINED_MS:
            self.trip |= Fault.EFFORT_UNEXPLAINED
        if self._over_ms > OVER_MS:
            self.trip |= Fault.OVER_PRESSURE
        if self.trip:
            self.release()
