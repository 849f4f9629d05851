"""What became of each step, gathered from the events of a session."""

from .words import Event, StepBegan, StepEnded, StepOutcome


class Chronicle:
    """Hears events, tells step outcomes."""

    def __init__(self) -> None:
        self._open: StepBegan | None = None
        self._steps: list[StepOutcome] = []

    def hear(self, event: Event) -> None:
        """Take one event."""
        match event:
            case StepBegan():
                self._open = event
            case StepEnded(at_s, index, outcome):
                if self._open is None or self._open.index == index:  # else it was never begun
                    self._close(at_s, outcome)
            case _:
                pass

    def close(self, at_s: float) -> tuple[StepOutcome, ...]:
        """Return every step's outcome; one that still plays was stopped at `at_s`."""
        self._close(at_s, "stopped")
        return tuple(self._steps)

    def _close(self, at_s: float, outcome: str) -> None:
        if self._open is not None:
            began, self._open = self._open, None
            self._steps.append(
                StepOutcome(began.label, began.technique, outcome, at_s - began.at_s)
            )
