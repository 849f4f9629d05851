"""The knot queue of the virtual device: revisions, splices, gaps, credit, starvation."""

from collections import deque
from collections.abc import Iterable, Mapping
from math import inf

from firmware_bridge.codes import Refusal
from firmware_bridge.knots import CHANNEL_BITS, END, RHYTHMIC, Knot

from .lane import Lane, Timed

SLOTS = 64
"""Room for knots. 0.5 s needs 20 for four channels, 46 with tapotement (wire)."""

AHEAD_US = 500_000
"""How far past now a knot may lie (wire)."""

SEGMENT_US = 100_000 + 200
"""The longest segment (wire), and what two roundings to 0.1 ms may add."""


class Stretch:
    """The knots of one revision, from `at_us` on, by channel."""

    def __init__(self, at_us: int, channels: Iterable[int]) -> None:
        self.at_us = at_us
        self.knots: dict[int, deque[Timed]] = {channel: deque() for channel in channels}

    @property
    def waiting(self) -> int:
        return sum(map(len, self.knots.values()))

    def insert(self, knot: Timed) -> None:
        """Put a knot in its place; it is nearly always the last."""
        lane = self.knots[knot.channel]
        place = len(lane)
        while place and serial(lane[place - 1].index, knot.index) > 0:
            place -= 1
        lane.insert(place, knot)

    def cut(self, at_us: int) -> None:
        """Forget what is not needed to get to `at_us`: the way there may lead to a later knot."""
        for channel, knots in self.knots.items():
            needed = sum(knot.at_us < at_us for knot in knots) + 1
            self.knots[channel] = deque(list(knots)[:needed])


class Motion:
    """What each channel does and when. It knows the time only as `now_us`, device microseconds."""

    def __init__(self, resolution: Mapping[int, float]) -> None:
        self._resolution = dict(resolution)
        self._highest: dict[int, float] = {}
        self.lanes = {channel: Lane() for channel in resolution}
        self.revision = 0
        self.last_index = 0
        self.knots_lost = 0
        self._in_use: set[int] = set()
        self._ahead: set[int] = set()
        self._stretches: deque[Stretch] = deque()

    def arm(self, revision: int, highest: Mapping[int, float]) -> None:
        """Begin a session: nothing queued, no channel in use, no knot above `highest`."""
        self.revision = revision
        self.last_index = 0
        self._highest = dict(highest)
        self._in_use.clear()
        self.empty()

    def empty(self) -> None:
        """Forget every knot."""
        self._stretches.clear()
        self._ahead.clear()

    @property
    def queued(self) -> bool:
        """Something was spliced in since the queue was last emptied."""
        return bool(self._stretches)

    @property
    def free_slots(self) -> int:
        return max(0, SLOTS - sum(stretch.waiting for stretch in self._stretches))

    @property
    def gap_bitmap(self) -> int:
        """Bit i: knot last_index + 1 + i has come, although an earlier one has not."""
        bits = 0
        for index in self._ahead:
            after = serial(index, self.last_index) - 1
            if 0 <= after < 16:
                bits |= 1 << after
        return bits

    # --- what arrives ---------------------------------------------------------------------

    def splice(
        self, revision: int, first_index: int, at_us: int, knots: list[Knot], now_us: int
    ) -> Refusal | None:
        """Replace the whole queue from `at_us` on. Say why, if this is refused."""
        start_us = max(at_us, now_us)
        timed = self._timed(first_index, at_us, knots)
        if timed is None:
            return Refusal.UNKNOWN_CHANNEL
        named = {knot.channel for knot in timed}
        if not named or not self._in_use <= named:
            return Refusal.INCOMPLETE
        if self._too_far(timed, dict.fromkeys(named, start_us), now_us):
            return Refusal.TOO_FAR
        if len(timed) > SLOTS:
            return Refusal.FULL
        stretch = Stretch(start_us, named)
        for knot in timed:
            stretch.knots[knot.channel].append(knot)
        self._append(stretch)
        self._in_use = named
        self.revision = revision
        self.last_index = (first_index + len(timed) - 1) & 0xFFFF
        self._ahead.clear()
        return None

    def extend(
        self, first_index: int, base_us: int, knots: list[Knot], now_us: int
    ) -> Refusal | None:
        """Continue the queue with those of these knots that are new. Say why, if refused."""
        timed = self._timed(first_index, base_us, knots)
        if timed is None:
            return Refusal.UNKNOWN_CHANNEL
        new = [
            k for k in timed if serial(k.index, self.last_index) > 0 and k.index not in self._ahead
        ]
        if not new:
            return None
        if not self._stretches or not {k.channel for k in new} <= self._stretches[-1].knots.keys():
            return Refusal.INCOMPLETE
        gap = new[0].index != (self.last_index + 1) & 0xFFFF
        if self._too_far(new, {} if gap else self._ends(), now_us):
            return Refusal.TOO_FAR
        if len(new) > self.free_slots:
            return Refusal.FULL
        for knot in new:
            self._stretches[-1].insert(knot)
            self._ahead.add(knot.index)
        self._close_up()
        return None

    # --- what runs ------------------------------------------------------------------------

    def select(self, tick_us: int) -> int | None:
        """Bring every lane to the segment that holds at `tick_us`.

        Return until when these segments hold, or None: a channel has run out, this is starvation.
        """
        stretches = self._stretches
        if not stretches:
            return None
        while len(stretches) > 1 and stretches[1].at_us < tick_us:
            stretches.popleft()
            self._branch(stretches[0])
        until_us = stretches[1].at_us if len(stretches) > 1 else tick_us + AHEAD_US
        for channel, knots in stretches[0].knots.items():
            lane = self.lanes[channel]
            while lane.until_us < tick_us:
                if knots:
                    knot = knots.popleft()
                    self._due(knot.index)
                    lane.enter(knot)
                elif lane.ended:
                    lane.rest()
                else:
                    return None
            until_us = min(until_us, lane.until_us)
        return until_us

    # --- the rest -------------------------------------------------------------------------

    def _timed(self, first_index: int, base_us: int, knots: list[Knot]) -> list[Timed] | None:
        timed: list[Timed] = []
        for place, (head, after, value, slope) in enumerate(knots):
            channel = head & CHANNEL_BITS
            resolution = self._resolution.get(channel)
            if resolution is None:
                return None
            highest = self._highest.get(channel, inf)
            timed.append(
                Timed(
                    channel,
                    base_us + after * 100,
                    min(highest, max(0.0, value * resolution)),
                    slope * resolution,
                    bool(head & RHYTHMIC),
                    bool(head & END),
                    (first_index + place) & 0xFFFF,
                )
            )
        return timed

    def _too_far(self, timed: list[Timed], ends_us: dict[int, int], now_us: int) -> bool:
        """Whether a knot is too far ahead, or too far after the one before (where known)."""
        for knot in timed:
            before_us = ends_us.get(knot.channel, knot.at_us)
            if knot.at_us - before_us > SEGMENT_US or knot.at_us - now_us > AHEAD_US:
                return True
            if ends_us:
                ends_us[knot.channel] = knot.at_us
        return False

    def _ends(self) -> dict[int, int]:
        """Return the time of the last knot of each channel of the newest stretch."""
        newest = self._stretches[-1]
        ends_us: dict[int, int] = {}
        for channel, knots in newest.knots.items():
            if knots:
                ends_us[channel] = knots[-1].at_us
            elif len(self._stretches) == 1:
                ends_us[channel] = max(newest.at_us, self.lanes[channel].until_us)
            else:
                ends_us[channel] = newest.at_us
        return ends_us

    def _append(self, stretch: Stretch) -> None:
        stretches = self._stretches
        if not stretches:
            self._branch(stretch)
        while len(stretches) > 1 and stretches[-1].at_us >= stretch.at_us:
            stretches.pop()
        for earlier in stretches:
            earlier.cut(stretch.at_us)
        stretches.append(stretch)

    def _branch(self, stretch: Stretch) -> None:
        for channel in stretch.knots:
            self.lanes[channel].branch(stretch.at_us)

    def _due(self, index: int) -> None:
        """The way to this knot begins: what came before it and is not here is lost."""
        passed = serial(index, self.last_index)
        if passed > 0:
            here = sum(serial(i, index) <= 0 for i in self._ahead)
            self.knots_lost = (self.knots_lost + passed - here) & 0xFFFF
            self.last_index = index
            self._ahead = {i for i in self._ahead if serial(i, index) > 0}
            self._close_up()

    def _close_up(self) -> None:
        """Take into `last_index` what follows it without a gap."""
        while (after := (self.last_index + 1) & 0xFFFF) in self._ahead:
            self._ahead.discard(after)
            self.last_index = after


def serial(one: int, two: int) -> int:
    """Return how far the u16 serial number `one` is after `two`; negative if before."""
    return ((one - two + 0x8000) & 0xFFFF) - 0x8000
