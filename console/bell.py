"""The terminal's bell: an alarm is heard by whoever does not look."""

from controller.words import Alarm, Ended, Event, Reason

from .terminal import PatientTerminal

WANTED = (Reason.COMPLETE, Reason.OPERATOR)
"""Ends that surprise nobody."""


class Bell:
    """Rings once for each new alarm, and for an end that came without one."""

    def __init__(self, terminal: PatientTerminal) -> None:
        self._terminal = terminal
        self._rung: Reason | None = None

    def hear(self, event: Event) -> None:
        """Ring, if this is something to look at."""
        match event:
            case Alarm(reason=reason, state="raised"):
                self._ring(reason)
            case Ended(outcome=outcome) if outcome.reason not in (*WANTED, self._rung):
                self._ring(outcome.reason)
            case _:
                pass

    def _ring(self, reason: Reason) -> None:
        self._rung = reason
        self._terminal.ring()
