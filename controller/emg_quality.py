"""Whether an electrode can be believed: judged on raw samples, before the detector sees a hop."""

import math

import msgspec

from .emg_plan import Plan
from .emg_words import Quality

FLAT, SATURATED, MOTION = int(Quality.FLAT), int(Quality.SATURATED), int(Quality.MOTION)
MAINS, QUIET, LOST = int(Quality.MAINS), int(Quality.QUIET), int(Quality.LOST)
SETTLING, HEARTBEAT, ACTUATOR = (
    int(Quality.SETTLING),
    int(Quality.HEARTBEAT),
    int(Quality.ACTUATOR),
)
"""Flags are whole numbers inside: members of an enum cost a microsecond each time they meet."""

QUALITIES = tuple(Quality(flags) for flags in range(2 * ACTUATOR))
"""Every set of flags, made once: making one takes longer than looking it up."""

UNTRUSTED = ~(HEARTBEAT | ACTUATOR)
"""Any of these flags, and a channel is not trusted."""

QUIET_BELOW_UV = 0.5
"""Electrodes and amplifiers make 0.7 uV and more; a muscle that only relaxes is never below (M)."""

BEAT_SWING = 1.5
"""With a heart known, movement swings by this much more than its beats (E)."""


class Sight(msgspec.Struct, frozen=True, gc=False):
    """What is seen of one hop.

    The range of the raw samples, and how many are on a rail; the share that the stronger of the
    mains lines has of half a cycle, of one, of two, and of a tenth of a second, and its RMS; the
    RMS of the onset band, and how far the slow trace swings and usually does with a heartbeat, over
    that tenth; the shown band's RMS over 30 ms.
    """

    span_uv: float
    clipped: int
    half_share: float
    cycle_share: float
    cycles_share: float
    mains_share: float
    mains_uv: float
    band_uv: float
    swing_uv: float
    beat_swing_uv: float
    fast_uv: float


class Electrode(msgspec.Struct):
    """What is remembered of one electrode. `rest_uv` is what it usually reads at rest.

    `lines_uv` is cosine and sine of each mains line, as a notch knows it by now, `power` that of
    all that was heard meanwhile, and `line` the one that was seen last.
    """

    flat_hops: int = 0
    quiet_hops: int = 0
    hold_hops: int = 0
    settle_hops: int = 0
    rest_uv: float = 0.0
    lines_uv: list[float] = []
    power: float = 0.0
    line: int = 0
    faults: int = 0


def examine(electrode: Electrode, sight: Sight, resting: bool, plan: Plan) -> int:
    """Return what is wrong in this hop. `resting`: the muscle is not active."""
    s = plan.settings
    electrode.flat_hops = electrode.flat_hops + 1 if sight.span_uv < s.step_uv else 0
    flags = FLAT if electrode.flat_hops >= plan.flat else 0
    if sight.clipped >= 2:
        flags |= SATURATED
    if sight.mains_uv > s.mains_uv and sight.mains_share > s.mains_share:
        flags |= MAINS
    if sight.swing_uv > max(
        s.motion_uv, s.motion_ratio * sight.band_uv, BEAT_SWING * sight.beat_swing_uv
    ):
        flags |= MOTION
    if _too_quiet(electrode, sight, resting, plan):
        flags |= QUIET
    return flags


def unsettled_uv(electrode: Electrode, halves_uv: list[float], whole: float, plan: Plan) -> float:
    """Return the RMS of the mains line that is new, and that its notch does not take out yet.

    `whole` is the power of the band with all lines in it.
    """
    share = plan.hop_s / plan.settings.mains_settle_s
    lines_uv, strongest = electrode.lines_uv, 0.0
    powers: list[float] = []
    for at in range(0, len(lines_uv), 2):
        cosine_uv, sine_uv = lines_uv[at], lines_uv[at + 1]
        new_cosine_uv, new_sine_uv = halves_uv[at] - cosine_uv, halves_uv[at + 1] - sine_uv
        lines_uv[at] = cosine_uv = cosine_uv + share * new_cosine_uv
        lines_uv[at + 1] = sine_uv = sine_uv + share * new_sine_uv
        powers.append(2.0 * (cosine_uv * cosine_uv + sine_uv * sine_uv))
        new = new_cosine_uv * new_cosine_uv + new_sine_uv * new_sine_uv
        if new > strongest:
            strongest = new
    electrode.power += share * (whole - electrode.power)
    if len(powers) > 1:
        _see(electrode, powers, plan)
    return math.sqrt(2.0 * strongest)


def _see(electrode: Electrode, powers: list[float], plan: Plan) -> None:
    """Say which line is there: one that muscles and noise, which come and go, do not keep up."""
    s = plan.settings
    seen = s.line_stronger * powers[electrode.line]
    needed = s.line_seen * electrode.power
    for line, power in enumerate(powers):
        if power > needed and power > seen:
            electrode.line = line


def hold(electrode: Electrode, flags: int, clipped: int, plan: Plan) -> bool:
    """Remember the faults in `flags`; say whether one that blinds has just gone.

    A few clipped samples are told, and do not blind: a strong contraction makes them. After a fault
    filters start anew, and nothing is decided for `hold_s`.
    """
    blind = flags & (FLAT | MAINS)
    if clipped * 2 > plan.hop:
        blind |= SATURATED
    gone = bool(electrode.faults) and not blind
    electrode.faults = blind
    if gone:
        electrode.hold_hops = max(electrode.hold_hops, plan.hold + 1)
        electrode.lines_uv = [0.0] * (2 * plan.lines)
        electrode.power = 0.0
    electrode.hold_hops = max(0, electrode.hold_hops - 1)
    return gone


def _too_quiet(electrode: Electrode, sight: Sight, resting: bool, plan: Plan) -> bool:
    """Say whether for a second there was less than an electrode on skin can give."""
    rest_uv, now_uv = electrode.rest_uv, sight.fast_uv
    dry = now_uv < min(QUIET_BELOW_UV, plan.settings.quiet_ratio * rest_uv)
    electrode.quiet_hops = electrode.quiet_hops + 1 if dry else 0
    if resting and not dry:
        share = plan.hop_s / (plan.settings.rise_s if now_uv > rest_uv else 10.0)
        electrode.rest_uv = rest_uv + share * (now_uv - rest_uv) if rest_uv else now_uv
    return electrode.quiet_hops >= plan.quiet


def level(uv: float) -> float:
    """Return the natural logarithm of an RMS."""
    return math.log(uv + 1e-9)
