"""Virtual time: an event loop that jumps to its next timer instead of waiting for it."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")

_PER_S = 1e9
"""Time moves in whole nanoseconds, so an instant is the same however many timers lead to it."""

_POLL_EVERY = 256
"""Turns between two looks at file descriptors: a thread's call is seen a little later (E)."""


class _Jumping(selectors.DefaultSelector):
    """Never waits: an idle loop's clock moves to the next timer at once."""

    now_s = 0.0
    _turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(0)
            if not ready:
                raise RuntimeError("every task waits and no timer is set: this would hang for ever")
            return ready
        self._turns += 1
        if timeout > 0:
            self.now_s = _whole(self.now_s + timeout)
        elif self._turns % _POLL_EVERY == 0:
            return super().select(0)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An hour of simulated time passes as fast as the tasks can run. In-process links only."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def pass_to(self, at_s: float) -> None:
        """Let time pass while nothing on this loop may run, as in a process that is held up."""
        self._jumping.now_s = max(self._jumping.now_s, _whole(at_s))

    def try_jump(self, at_s: float) -> bool:
        """Move on to `at_s`, if nothing on this loop would run before; say whether it was done.

        Who has just been called by a timer may so go on, as if by a next one, without a turn of
        the loop: a tenth of a simulated session's time is spent on turns.
        """
        at_s = _whole(at_s)
        inside: Any = self
        if inside._ready or inside._stopping:  # noqa: SLF001  its own
            return False
        timers: list[asyncio.TimerHandle] = inside._scheduled  # noqa: SLF001  its own
        if timers and timers[0].when() <= at_s:
            return False
        self._jumping.now_s = at_s
        return True

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,  # noqa: ANN401  as the loop has it
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return super().call_at(_whole(when), callback, *args, context=context)


def _whole(at_s: float) -> float:
    """Return an instant in whole nanoseconds: as `round` would, and five times as fast."""
    return int(at_s * _PER_S + 0.5) / _PER_S


def run(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
