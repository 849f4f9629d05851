"""One channel of the queue: the segment it is on, and how it goes on from there."""

import msgspec

from .coil import Cubic
from .curves import level, segment, slope_at, value_at

REST_US = 1 << 62
"""Until when a channel that has ended at 0 stays there: for ever."""


class Timed(msgspec.Struct, frozen=True, gc=False):
    """A knot in SI units, at its device time. `index` is its u16 serial number."""

    channel: int
    at_us: int
    value: float
    slope: float
    rhythmic: bool
    end: bool
    index: int


class Lane:
    """Where a channel is and how it moves until `until_us`. It rests where it has been put."""

    def __init__(self) -> None:
        self.cubic: Cubic = level(0.0)
        self.until_us = 0
        self.rhythmic = False
        self.ended = False
        self._last = (0, 0.0, 0.0)

    def place(self, value: float) -> None:
        """Be at `value`, at rest, with no segment left."""
        self.cubic = level(value)
        self.until_us = 0
        self.rhythmic = self.ended = False

    def branch(self, at_us: int) -> None:
        """Leave the present segment at `at_us`; what comes next starts with its value and slope."""
        known_us = min(at_us, self.until_us)
        self._last = (at_us, value_at(self.cubic, known_us), slope_at(self.cubic, known_us))
        self.until_us = at_us
        self.ended = False

    def enter(self, knot: Timed) -> None:
        """Start the segment that leads to `knot`."""
        start_us, value, slope = self._last
        self.cubic = segment(start_us, value, slope, knot.at_us, knot.value, knot.slope)
        self.until_us = knot.at_us
        self.rhythmic = knot.rhythmic
        self.ended = knot.end and knot.value == 0.0
        self._last = (knot.at_us, knot.value, knot.slope)

    def rest(self) -> None:
        """Stay at 0 for good."""
        self.place(0.0)
        self.until_us = REST_US
