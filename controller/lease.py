"""Whose session it is: kept by a client that says so each second, let go when nobody does."""

from typing import Generic, TypeVar

T = TypeVar("T")

ALIVE_EVERY_S = 1.0
"""How often the keeper says that it is there (design)."""

ALIVE_WITHIN_S = 3.0
"""Without that for so long, the keeper is taken for gone (design)."""

FIRST_WITHIN_S = 10.0
"""How long a control process waits for somebody to keep it (E: imports on a busy machine)."""


class Lease(Generic[T]):
    """Keeps account of one keeper. It reads no clock: `now_s` is handed in."""

    def __init__(self, now_s: float) -> None:
        self.keeper: T | None = None
        self.grace_s = 0.0
        self._alive_s = now_s
        self._ends_s: float | None = now_s + FIRST_WITHIN_S

    def take(self, keeper: T, grace_s: float, now_s: float) -> bool:
        """Let `keeper` keep the session, unless somebody else does."""
        if self.keeper is not None and self.keeper is not keeper:
            return False
        self.keeper, self.grace_s = keeper, max(0.0, grace_s)
        self._alive_s, self._ends_s = now_s, None
        return True

    def alive(self, now_s: float) -> None:
        """The keeper has said that it is there."""
        self._alive_s = now_s

    def vacate(self, now_s: float) -> None:
        """The keeper is gone."""
        if self.keeper is not None:
            self.keeper, self._ends_s = None, now_s + self.grace_s

    def is_silent(self, now_s: float) -> bool:
        """Whether the keeper has said nothing for too long."""
        return self.keeper is not None and now_s - self._alive_s > ALIVE_WITHIN_S

    def is_over(self, now_s: float) -> bool:
        """Whether nobody keeps the session, and its grace has passed."""
        return self._ends_s is not None and now_s >= self._ends_s
