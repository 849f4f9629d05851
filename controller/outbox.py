"""What waits to be told to one client: facts are kept, of samples the oldest give way."""

from collections import deque
from heapq import merge

from firmware_bridge.errors import LinkError
from firmware_bridge.links.local import LocalLink

from .door import encode
from .visits import Gap

KEPT_SAMPLES = 200
"""How many samples wait for a slow client: two seconds (E)."""

KEPT_FACTS = 1000
"""How many facts wait before a client that reads nothing is cut off (E)."""


class Outbox:
    """Words for one client, numbered as they come, so that they leave in that order."""

    def __init__(self, link: LocalLink) -> None:
        self._link = link
        self._number = 0
        self._facts: deque[tuple[int, bytes]] = deque()
        self._samples: deque[tuple[int, bytes]] = deque()
        self._left_out = 0
        link.on_room = self.flush

    @property
    def is_full(self) -> bool:
        """Whether more facts wait than anybody may leave unread."""
        return len(self._facts) > KEPT_FACTS

    def behind_s(self, now_s: float) -> float:
        """Return for how long nothing more has fitted into the pipe."""
        since_s = self._link.waits_since_s
        return 0.0 if since_s is None else now_s - since_s

    def put(self, body: bytes, *, fact: bool) -> None:
        """Let a word wait for the next flush."""
        self._number += 1
        (self._facts if fact else self._samples).append((self._number, body))
        if len(self._samples) > KEPT_SAMPLES:
            self._samples.popleft()
            self._left_out += 1

    def flush(self) -> None:
        """Send what waits, if there is room."""
        if self._link.waits_since_s is not None or not (self._facts or self._samples):
            return
        bodies = [body for _, body in merge(self._facts, self._samples)]
        if self._left_out:
            bodies.insert(0, encode(Gap(self._left_out)))
        self._facts.clear()
        self._samples.clear()
        self._left_out = 0
        try:
            self._link.send_all(bodies)
        except LinkError:
            return  # it has hung up: its link says so
