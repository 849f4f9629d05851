"""What has been sent to a device's queue and is not known to have arrived."""

from collections import deque
from collections.abc import Sequence

from .messages import StatusReport
from .setpoints import Setpoint

REPEATED = 4
"""Knots of the frame before that each frame repeats (E): a lost frame costs nothing."""


class Desk:
    """Knots in flight, numbered. Numbers are u16 serial numbers and run on over revisions."""

    def __init__(self) -> None:
        self.revision = 0
        self.last_sent = 0
        self._acknowledged = 0
        self._free = 0
        self._flying: deque[tuple[int, Setpoint]] = deque()

    @property
    def credit(self) -> int:
        """How many more knots the device has room for."""
        return max(0, self._free - serial_diff(self.last_sent, self._acknowledged))

    def reset(self, free_slots: int) -> None:
        """Begin anew, as ARM does."""
        self.revision, self.last_sent, self._acknowledged = 0, 0, 0
        self._free = free_slots
        self._flying.clear()

    def number(self, setpoints: Sequence[Setpoint]) -> int:
        """Put these in flight; return the number of the first."""
        first = self.last_sent + 1
        for i, setpoint in enumerate(setpoints, first):
            self._flying.append((i & 0xFFFF, setpoint))
        self.last_sent = (first + len(setpoints) - 1) & 0xFFFF
        return first & 0xFFFF

    def replace(self) -> None:
        """Start a new revision: what was in flight no longer matters."""
        self.revision = (self.revision + 1) & 0xFFFF
        self._flying.clear()

    def tail(self, before: int) -> list[tuple[int, Setpoint]]:
        """Return up to `REPEATED` unconfirmed knots right before number `before`."""
        older = [f for f in self._flying if serial_diff(f[0], before) < 0]
        return older[-REPEATED:]

    def hear(self, status: StatusReport) -> None:
        """Take an acknowledgement and its credit. Another revision's says nothing of ours."""
        if status.revision != self.revision:
            return
        self._free = status.free_slots
        self._acknowledged = status.last_index
        while self._flying and serial_diff(self._flying[0][0], status.last_index) <= 0:
            self._flying.popleft()

    def missing(self, after_s: float) -> list[tuple[int, Setpoint]]:
        """Return what is unconfirmed and still in time: at or after `after_s`, device time."""
        return [f for f in self._flying if f[1].at_s >= after_s]


def serial_diff(one: int, two: int) -> int:
    """Return how far u16 serial number `one` is after `two` (negative: before)."""
    return ((one - two + 0x8000) & 0xFFFF) - 0x8000
