"""Which orders a mind can take, and why not the others."""

from math import isfinite

from .acts import RELEASE_OVER_S
from .intent import Mind
from .replacing import unfit
from .words import Ceiling, Ease, Mark, Order, Pause, Replace, Resume


def refusal(mind: Mind, order: Order, at_s: float) -> str | None:
    """Return why this order cannot be taken now, None if it can."""
    match order:
        case Ease(share) if not isfinite(share):
            return f"a share to ease to is a number from 0 to 1, not {share}"
        case Ceiling(kpa) if not isfinite(kpa):
            return f"a ceiling is a number of kPa, not {kpa}"
        case Mark(label) if not label.strip():
            return "a mark needs a word to find it by"
        case Pause() if mind.phase == "paused":
            return "it is paused already"
        case Pause() if mind.phase == "releasing":
            return "it is letting go already, for good"
        case Resume() if mind.waits(at_s):
            return None
        case Resume() if mind.pause is None:
            return "nothing is paused"
        case Resume() if mind.pause is not None and at_s - mind.pause.at_s < RELEASE_OVER_S:
            return "it is still letting go; try again in a second"
        case Replace(program):
            return unfit(mind, program, at_s)
        case _:
            return None
