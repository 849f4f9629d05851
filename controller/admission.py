"""Which orders a mind can take, and why not the others."""

from .words import Acknowledge, Order, Pause, Replace, Resume


def refusal(order: Order) -> str | None:
    """Return why this order cannot be taken now, None if it can."""
    match order:
        case Pause() | Resume() | Replace() | Acknowledge():
            return "this version cannot do that yet"
        case _:
            return None
