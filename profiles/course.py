"""Rules over the whole course of a programme: warming up, letting blood back in, not too long."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import msgspec

from .pace import CONTACT_KPA
from .problems import Path
from .program import Grade
from .quantities import shown
from .trajectory import Track

CAPILLARY_KPA = 4.3
"""Pressure that closes small vessels (V, physiology 2.7)."""
RELIEF_S = 0.5
"""So long below `CAPILLARY_KPA`, within `RELIEF_WITHIN_S`, lets blood back in (E, rules)."""
RELIEF_WITHIN_S = 5.0
"""See `RELIEF_S` (E, rules)."""
OCCLUDED_MAX_S = 180.0
"""Longest time without relief (E, rules and physiology 2.7)."""
OCCLUDING_RHYTHM_MAX_S = 60.0
"""Longest rhythm whose valleys stay over `CAPILLARY_KPA` (E, rules)."""
DEEP_AFTER_S = 180.0
"""Lighter work on the region before a deep step (E, rules; P 0.3)."""
MODERATE_AFTER_S = 60.0
"""Contact before a moderate step (E, rules)."""
EMULATED_AFTER_S = 3.0
"""Both, on an emulated body, where an excerpt is short (E, rules)."""
REGION_MAX_S = 900.0
"""Longest work on one region (E, physiology 1.2)."""
DEEP_MAX_S = 600.0
"""Longest deep work on one region (E, physiology 1.2)."""


class Stretch(msgspec.Struct, frozen=True):
    """What one pad does during one step, at its worst."""

    path: Path
    pressure: Track

    @property
    def max_s(self) -> float:
        """How long it can take."""
        return self.pressure.at_s[-1]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One technique of the course, on one pad, at its worst."""

    path: Path
    technique: str
    region: str
    pad: str
    grade: Grade
    pressure: Track
    valley_kpa: float
    rhythmic: bool
    ends_early: bool
    presses: bool = True
    """False: it shakes what another step beside it presses, and is no work of its own."""

    @property
    def max_s(self) -> float:
        """How long it can take."""
        return self.pressure.at_s[-1]


Abreast = Sequence[Part]
"""What works at one time; on one region with different pads, it works on different sides."""


def broken(
    groups: Sequence[Abreast], pads: Sequence[Sequence[Stretch]], *, emulated: bool
) -> Iterator[tuple[Path, str]]:
    """Yield every rule of the course that a programme breaks, where it does."""
    parts = [part for group in groups for part in group if part.presses]
    yield from _cold(parts, emulated=emulated)
    yield from _too_long(parts)
    yield from _rhythms_without_relief(parts)
    longest_s, path = occluded(pads, OCCLUDED_MAX_S)
    if longest_s > OCCLUDED_MAX_S:
        sentence = (
            f"over {CAPILLARY_KPA} kPa for {longest_s:.0f} s; "
            f"after {OCCLUDED_MAX_S:.0f} s at most, rest below it for {RELIEF_S} s"
        )
        yield (*path, "for"), sentence


def seconds_over(track: Track, level: float) -> float:
    """Return how long a curve is over a level."""
    return track.at_s[-1] - sum(end - begin for begin, end in spells_below(track, level))


def spells_below(track: Track, level: float) -> Iterator[tuple[float, float]]:
    """Yield when a curve is at or below a level, in pieces."""
    knots = zip(track.at_s, track.value, strict=True)
    for (at_a, a), (at_b, b) in pairwise(knots):
        if a <= level and b <= level:
            yield at_a, at_b
        elif a <= level or b <= level:
            crossing = at_a + (level - a) / (b - a) * (at_b - at_a)
            yield (at_a, crossing) if a <= level else (crossing, at_b)


def occluded(pads: Sequence[Sequence[Stretch]], limit_s: float) -> tuple[float, Path]:
    """Return the longest time without relief under any pad, and where it passes `limit_s`."""
    return max((_occluded(pad, limit_s) for pad in pads), key=lambda found: found[0])


def _occluded(pad: Sequence[Stretch], limit_s: float) -> tuple[float, Path]:
    begins: list[float] = []
    spells: list[tuple[float, float]] = []
    now_s = 0.0
    for part in pad:
        begins.append(now_s)
        below = spells_below(part.pressure, CAPILLARY_KPA)
        spells.extend((now_s + begin, now_s + end) for begin, end in below if end > begin)
        now_s += part.max_s
    longest_s, since_s = _longest_without_relief(spells, now_s)
    return longest_s, pad[max(0, bisect_right(begins, since_s + limit_s) - 1)].path


def _longest_without_relief(spells: list[tuple[float, float]], end_s: float) -> tuple[float, float]:
    """Return how long it is, and since when.

    Relief is when the spells below the level within five seconds are together long enough.
    """
    total = list(accumulate((end - begin for begin, end in spells), initial=0.0))
    longest = (0.0, 0.0)
    relieved_s = 0.0
    oldest = 0
    for i, (begin, end) in enumerate(spells):
        while spells[oldest][1] <= end - RELIEF_WITHIN_S:
            oldest += 1
        within = total[i + 1] - total[oldest]
        within -= max(0.0, end - RELIEF_WITHIN_S - spells[oldest][0])
        if within >= RELIEF_S:
            longest = max(longest, (begin - relieved_s, relieved_s))
            relieved_s = end
    return max(longest, (end_s - relieved_s, relieved_s))


def _cold(parts: Sequence[Part], *, emulated: bool) -> Iterator[tuple[Path, str]]:
    """A step that may end early warms nobody up for certain, so it does not count."""
    touched: dict[tuple[str, str], float] = {}
    lighter: dict[tuple[str, str], float] = {}
    for part in parts:
        spot = (part.pad, part.region)
        needed_s, had_s = 0.0, 0.0
        if part.grade == "deep":
            needed_s, had_s = DEEP_AFTER_S, lighter.get(spot, 0.0)
        elif part.grade == "moderate":
            needed_s, had_s = MODERATE_AFTER_S, touched.get(spot, 0.0)
        needed_s = min(needed_s, EMULATED_AFTER_S) if emulated else needed_s
        if had_s < needed_s:
            kind = "lighter work" if part.grade == "deep" else "contact"
            sentence = (
                f"a {part.grade} step needs {shown(needed_s, 'time')} of {kind} on {part.region} "
                f"first, without `until`; there are {had_s:.0f} s"
            )
            yield part.path, sentence
        if not part.ends_early:
            contact_s = seconds_over(part.pressure, CONTACT_KPA)
            touched[spot] = touched.get(spot, 0.0) + contact_s
            if part.grade != "deep":
                lighter[spot] = lighter.get(spot, 0.0) + contact_s


def _too_long(parts: Sequence[Part]) -> Iterator[tuple[Path, str]]:
    spent: dict[tuple[str, str, str], float] = {}
    for part in parts:
        if part.technique in {"rest", "prompt"} and part.valley_kpa == 0.0:
            continue
        limits = {"": REGION_MAX_S}
        if part.grade == "deep":
            limits["deep "] = DEEP_MAX_S
        for kind, limit_s in limits.items():
            spot = (part.pad, part.region, kind)
            before_s = spent.get(spot, 0.0)
            spent[spot] = before_s + part.max_s
            if before_s <= limit_s < before_s + part.max_s:
                sentence = (
                    f"over {limit_s / 60.0:.0f} min of {kind}work on {part.region}; make it shorter"
                )
                yield (*part.path, "for"), sentence


def _rhythms_without_relief(parts: Sequence[Part]) -> Iterator[tuple[Path, str]]:
    for part in parts:
        if (
            part.rhythmic
            and part.valley_kpa > CAPILLARY_KPA
            and part.max_s > OCCLUDING_RHYTHM_MAX_S
        ):
            sentence = (
                f"a rhythm that stays over {CAPILLARY_KPA} kPa may last "
                f"{OCCLUDING_RHYTHM_MAX_S:.0f} s; make it shorter, or let its valleys reach below"
            )
            yield (*part.path, "for"), sentence
