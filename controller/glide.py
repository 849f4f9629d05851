"""How a factor moves from one value to another: one smooth cubic, flat at its end."""

import math

import msgspec

from profiles.trajectory import MAX_SEGMENT_S, Track, hermite


class Glide(msgspec.Struct, frozen=True, gc=False):
    """From `start` to `end` within `over_s` of `at_s`, then constant; `slope` is how it begins.

    Before `at_s`, if that is still to come, it stays at `start`.
    """

    at_s: float
    start: float
    end: float
    over_s: float = 0.0
    slope: float = 0.0

    def value_at(self, at_s: float) -> float:
        """Return the factor at `at_s`."""
        return self.end if at_s - self.at_s >= self.over_s else self.locate(at_s)[0]

    def locate(self, at_s: float) -> tuple[float, float]:
        """Return the factor and its slope per second at `at_s`."""
        since_s = at_s - self.at_s
        if since_s >= self.over_s or self.over_s == 0.0:
            return self.end, 0.0
        if since_s <= 0.0:
            return self.start, self.slope if since_s == 0.0 else 0.0
        return hermite(since_s, self.over_s, (self.start, self.slope), (self.end, 0.0))

    def track(self, after_s: float, until_s: float) -> Track:
        """Return the knots with `after_s < at_s <= until_s`, on a grid that holds both ends."""
        pieces = max(1, math.ceil(self.over_s / MAX_SEGMENT_S - 1e-9))
        spacing_s = self.over_s / pieces if self.over_s else MAX_SEGMENT_S
        times = [t for t in self._grid(after_s, until_s, spacing_s) if after_s < t <= until_s]
        located = [self.locate(t) for t in times]
        return Track(
            tuple(times),
            tuple(value for value, _ in located),
            tuple(slope for _, slope in located),
            (False,) * len(times),
        )

    def _grid(self, after_s: float, until_s: float, spacing_s: float) -> list[float]:
        """Every `spacing_s` while gliding, every `MAX_SEGMENT_S` before and after that."""
        end_s = self.at_s + self.over_s
        waiting = range(
            math.floor((after_s - self.at_s) / MAX_SEGMENT_S),
            min(0, math.ceil((until_s - self.at_s) / MAX_SEGMENT_S)) + 1,
        )
        gliding = range(
            max(1, math.floor((after_s - self.at_s) / spacing_s)),
            min(round(self.over_s / spacing_s), math.ceil((until_s - self.at_s) / spacing_s)) + 1,
        )
        resting = range(
            max(1, math.floor((after_s - end_s) / MAX_SEGMENT_S)),
            math.ceil((until_s - end_s) / MAX_SEGMENT_S) + 1,
        )
        waits = [self.at_s + k * MAX_SEGMENT_S for k in waiting]
        moving = [self.at_s + k * spacing_s for k in gliding] if self.over_s else []
        return waits + moving + [end_s + k * MAX_SEGMENT_S for k in resting]
