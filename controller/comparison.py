"""What EMG is compared with beside its own baseline: a contraction of this sitting, or nothing."""

import math
from collections.abc import Iterable, Sequence

from firmware_bridge.capabilities import Capabilities
from profiles.program import Program
from profiles.regions import REGIONS

from .emg_noise import NOISE_UV, gross_uv
from .hearing import EMG
from .person import Contraction, Side
from .references import Values
from .words import Compared

SITTING_S = 4 * 3600.0
"""How long a contraction counts: electrodes are stuck on anew in every sitting, and what they hear
of the same muscle is then something else (E)."""

PLAUSIBLE_UV = (5.0, 3000.0)
"""The RMS that a contraction of any muscle has on skin, without noise (E: 100 to 1040 uV were seen
in recordings of lifts, emg E; the least that stands out from a converter's noise)."""


def counts(one: Contraction, now_s: float) -> bool:
    """Return whether a contraction is of this sitting; one from the future is of none."""
    return 0.0 <= now_s - one.at_s < SITTING_S


def is_plausible(one: Contraction) -> bool:
    """Return whether a contraction can be one: some channel has a value, and none is absurd."""
    low, high = PLAUSIBLE_UV
    known = [uv for uv in one.uv if uv is not None]
    possible = all(math.isfinite(uv) and low <= uv <= high for uv in known)
    return bool(known) and possible and len(one.uv) == len(one.sensors) and one.region in REGIONS


def is_of(one: Contraction, capabilities: Capabilities) -> bool:
    """Return whether a contraction was heard by the very channels that this device has."""
    here = tuple(sensor.id for sensor in capabilities.sensors_of(EMG))
    device = (capabilities.model, capabilities.emulated)
    return one.sensors == here and (one.model, one.emulated) == device


def usable(
    contractions: Iterable[Contraction],
    program: Program,
    side: Side | None,
    capabilities: Capabilities,
    now_s: float,
) -> tuple[Contraction, ...]:
    """Return what EMG may be compared with on each region of a programme, one for each at most.

    The strongest counts before a light one, then the newest. Where nobody has said on which side
    the electrodes lie, nothing is known.
    """
    found: dict[str, Contraction] = {}
    for one in sorted(contractions, key=lambda one: (not one.light, one.at_s)):
        there = one.region in regions(program) and one.side == side
        if there and counts(one, now_s) and is_plausible(one) and is_of(one, capabilities):
            found[one.region] = one
    return tuple(found.values())


def compared(
    contractions: Sequence[Contraction], program: Program, side: Side | None, now_s: float
) -> tuple[Compared, ...]:
    """Return what is to be told of each region of a programme before it begins."""
    known = {one.region: one for one in contractions}
    return tuple(_told(known.get(name), name, side, now_s) for name in regions(program))


def unknown(program: Program) -> tuple[Compared, ...]:
    """Return the same where no contraction is known."""
    return compared((), program, None, 0.0)


def references(told: Iterable[Compared], noise_uv: tuple[float, ...]) -> dict[str, Values]:
    """Return how each contraction would be heard through the noise of this session, by region.

    What is compared has noise in it, and so has what it is compared with.
    """
    return {
        one.region: tuple(
            None if uv is None else gross_uv(uv, noise_uv[i] if i < len(noise_uv) else NOISE_UV)
            for i, uv in enumerate(one.uv)
        )
        for one in told
        if one.uv
    }


def regions(program: Program) -> tuple[str, ...]:
    """Return each region that a programme works on, in its order."""
    return tuple(dict.fromkeys(name for step in program.steps for name in step.all_regions))


def _told(one: Contraction | None, region: str, side: Side | None, now_s: float) -> Compared:
    if one is None:
        return Compared(0.0, region, side)
    return Compared(0.0, region, side, one.uv, one.light, max(0.0, now_s - one.at_s))
