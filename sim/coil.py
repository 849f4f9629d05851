"""Coil, pad, tissue and regulator, 1000 times a second: what a tick does, and what a reading does.

Only + - * / and sqrt in here, so that the same arithmetic in C gives the same bits: ticks.c does it
as well, on a `Coil` of C, where it was built.
"""

from math import sqrt
from typing import TypeAlias

import msgspec

from firmware_bridge.codes import Fault

from .body import PAD_CM2

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

RANGE_KPA = LOWEST_KPA, HIGHEST_KPA = (-3.0, 90.0)
"""A reading outside is no pressure (E)."""

STALE_MS, OVER_MS, UNEXPLAINED_MS = 20, 10, 100
"""How long a reading may be missing, too high or at odds with the effort (wire; over: rules)."""

OFF_BODY_MS = 200
"""The last where neither sensor feels anything: then the pad is off the body, and the host, which
knows that after 100 ms, lets go and lays it on anew (E; with 100 it was a fault instead)."""

APART_KPA = 0.5
"""Where the two sensors differ by more, the one that reads more is believed (E: seven times what
their noise makes of it): whichever lies low, it does not press more."""

UNEXPLAINED_N = 15.0
"""An effort this far from what pressure explains is at odds with it (E: correction and a bit)."""

SENSE = 5
"""Ticks between two readings: 200 Hz (wire, *Sensors*)."""

_PAD_KG = 0.2
_SPRING_N_M = 300.0
_SPRING_DAMPING = 6.0
"""The pad's mass, suspension and its friction in N s/m (E)."""

_STROKE_M = 0.06
"""Mechanical end of the pad's way (E)."""

_LAG_S = 0.005
"""Time constant of driver and coil (E)."""

DRIVE = 0.18126924692201815
"""1 - exp(-1 ms / 5 ms)."""

_NOMINAL_ROOT, _NOMINAL_LINEAR = 0.47, 0.085
"""Suspension force at x N on a middling shoulder: root * sqrt(x) + linear * x (fitted to it)."""

_QUICK = 0.8
"""Share of that which is left in a quick stroke: tissue has no time to give way (E, fitted to taps
on bodies from soft to stiff)."""

_GIVE_S = _LAG_S + _SPRING_DAMPING / _SPRING_N_M
_GIVE_S2 = (_PAD_KG + _LAG_S * _SPRING_DAMPING) / _SPRING_N_M
"""What it takes to move and to accelerate the pad, for each N/s and N/s2 of suspension (D)."""

_LEAST_ROOT = 1.0
"""Below 1 N the fit is too steep to be led by (E)."""

_KP, _KI = 0.35, 22.0
"""Regulator: N per N, and N per N and second (E, tuned on the tracking grid)."""

_N_PER_KPA = PAD_CM2 / 10.0
_KPA_PER_N = 1.0 / _N_PER_KPA
_GATHER = ACCELERATION_KPA_S2 * 1e-6
_MOST_LED = 2.0 * _GATHER
"""A pressure that gathers speed faster than a tap lets go leads the effort no further (E)."""

NEVER = -1.0
"""A pressure that no rise has allowed yet (D)."""

NOWHERE: Cubic = (0, 0.0, 0.0, 0.0, 0.0)
"""A curve that stays at nothing (D)."""


class Coil(msgspec.Struct):
    """Coil, pad, tissue and regulator in numbers: what ticks change, and what they run under.

    `h1_n` and its like are what tissue remembers; `rate` is kPa a ms, `peak` since contact.
    """

    pressure: Cubic = NOWHERE
    gain: Cubic = NOWHERE
    cap: Cubic = NOWHERE
    drive_n: float = 0.0
    depth_m: float = 0.0
    speed_m_s: float = 0.0
    h1_n: float = 0.0
    h2_n: float = 0.0
    h3_n: float = 0.0
    true_kpa: float = 0.0
    measured_kpa: float = 0.0
    independent_kpa: float = 0.0
    pressed_kpa: float = 0.0
    integral_n: float = 0.0
    correction_n: float = 0.0
    rate: float = 0.0
    peak: float = 0.0
    allowed: float = NEVER
    ceiling: float = 0.0
    level: float = 0.0
    rhythm: float = 0.0
    fall: float = 0.0
    most_n: float = 0.0
    over_kpa: float = 0.0
    most_correction_n: float = 0.0
    k: float = 0.0
    bottom_m: float = 0.0
    bottom_n_m2: float = 0.0
    damping_s_m: float = 0.0
    r1: float = 0.0
    r2: float = 0.0
    r3: float = 0.0
    s1: float = 0.0
    s2: float = 0.0
    s3: float = 0.0
    share: float = 1.0
    push_n: float = 0.0
    follow: float = DRIVE
    contact_ms: int = 0
    low_ms: int = 0
    stale_ms: int = 0
    over_ms: int = 0
    odd_ms: int = 0
    trip: int = 0
    live: bool = False
    pad_on: bool = True
    limited: bool = False
    rhythmic: bool = False
    pushes_live: bool = True


def advance(it: Coil, n: int, now_us: int) -> None:  # noqa: C901  calls would cost more than ticks
    """Make `n` ticks of 1 ms pass from `now_us`, with no reading among them."""
    t = now_us
    live, pad_on, pressed = it.live, it.pad_on, it.pressed_kpa
    p0, pa, pb, pc, pd = it.pressure
    g0, factor, gb, gc, gd = it.gain
    c0, top, cb, cc, cd = it.cap
    gain_moves = gb != 0.0 or gc != 0.0 or gd != 0.0
    cap_moves = cb != 0.0 or cc != 0.0 or cd != 0.0
    ga, ca = factor, top
    ceiling, level, rhythm, fall, most_n = it.ceiling, it.level, it.rhythm, it.fall, it.most_n
    drive, x, v, h1, h2, h3 = it.drive_n, it.depth_m, it.speed_m_s, it.h1_n, it.h2_n, it.h3_n
    correction, rate, peak, allowed = it.correction_n, it.rate, it.peak, it.allowed
    contact = it.contact_ms > 0
    quick = it.rhythmic and it.contact_ms >= CONFIRMED_MS
    k, bottom, bone, damping = it.k, it.bottom_m, it.bottom_n_m2, it.damping_s_m
    r1, r2, r3, s1, s2, s3 = it.r1, it.r2, it.r3, it.s1, it.s2, it.s3
    share, push, follow, pushes_live = it.share, it.push_n, it.follow, it.pushes_live
    f = 0.0
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
                        it.limited = True
                    step = most
            elif step < -fall:
                step = -fall
            gathers = max(-_MOST_LED, min(_MOST_LED, step - rate))
            rate = step
            pressed += step
            if contact and pressed > peak:
                peak = pressed
            if pressed > 0.0:
                newtons = pressed * _N_PER_KPA
                root = sqrt(newtons)
                give = _QUICK * (_NOMINAL_LINEAR + 0.5 * _NOMINAL_ROOT / max(root, _LEAST_ROOT))
                effort = (
                    newtons
                    + _NOMINAL_ROOT * root
                    + _NOMINAL_LINEAR * newtons
                    + rate * (1e3 * _N_PER_KPA) * (_LAG_S + give * _GIVE_S)
                    + gathers * (1e6 * _N_PER_KPA) * (give * _GIVE_S2)
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
    it.pressed_kpa, it.true_kpa = pressed, f * _KPA_PER_N
    it.drive_n, it.depth_m, it.speed_m_s, it.h1_n, it.h2_n, it.h3_n = drive, x, v, h1, h2, h3
    it.rate, it.peak, it.allowed = rate, peak, allowed


def sense(it: Coil, there: bool, reading_kpa: float) -> None:
    """Take a reading, if one is there; regulate, and notice what is wrong."""
    it.stale_ms = 0 if there else it.stale_ms + SENSE
    if there:
        it.measured_kpa = reading_kpa
    _feel(it)
    if it.live:
        _regulate(it)
        _judge(it)


def let_go(it: Coil) -> None:
    """Press nothing from the next tick on."""
    it.live = False
    it.pressed_kpa = it.integral_n = it.correction_n = 0.0


def _feel(it: Coil) -> None:
    """Keep account of contact: how long, how high."""
    measured = it.measured_kpa
    it.low_ms = 0 if measured >= LOST_KPA else it.low_ms + SENSE
    if it.contact_ms and it.low_ms < LOST_MS:
        it.contact_ms += SENSE
    elif measured > CONTACT_KPA:
        it.contact_ms = SENSE
    elif it.contact_ms:
        it.contact_ms = 0
        it.peak, it.allowed = 0.0, NEVER


def _regulate(it: Coil) -> None:
    if it.pressed_kpa <= 0.0:
        it.integral_n = it.correction_n = 0.0
        return
    most = it.most_correction_n
    error = (it.pressed_kpa - _believed_kpa(it)) * _N_PER_KPA
    it.integral_n = max(-most, min(most, it.integral_n + error * (_KI * SENSE * 1e-3)))
    it.correction_n = max(-most, min(most, it.integral_n + _KP * error))


def _believed_kpa(it: Coil) -> float:
    """Return what the regulated sensor reads; the other one, where that reads clearly more."""
    apart = it.independent_kpa - it.measured_kpa > APART_KPA
    return it.independent_kpa if apart else it.measured_kpa


def _judge(it: Coil) -> None:
    measured = it.measured_kpa
    newtons = max(0.0, measured) * _N_PER_KPA
    explained = newtons + _NOMINAL_ROOT * sqrt(newtons) + _NOMINAL_LINEAR * newtons
    odd = abs(it.drive_n - explained) > UNEXPLAINED_N
    it.odd_ms = it.odd_ms + SENSE if odd else 0
    it.over_ms = it.over_ms + SENSE if _believed_kpa(it) > it.over_kpa else 0
    if it.stale_ms > STALE_MS:
        it.trip |= Fault.SENSOR_STALE
    if not LOWEST_KPA <= measured <= HIGHEST_KPA:
        it.trip |= Fault.SENSOR_RANGE
    off_body = max(measured, it.independent_kpa) < LOST_KPA
    if it.odd_ms > (OFF_BODY_MS if off_body else UNEXPLAINED_MS):
        it.trip |= Fault.EFFORT_UNEXPLAINED
    if it.over_ms > OVER_MS:
        it.trip |= Fault.OVER_PRESSURE
    if it.trip:
        let_go(it)
