"""The whole controller as one fold: decide(mind, moment).

The supervisor judges, muscles and the profile's own rules are heard, people's orders are taken;
the strongest of all that is wanted acts, and where nothing acts, the programme goes on. Each of
them may stop and press less; nothing here presses more than the programme says.
"""

from .acts import act, is_news
from .cues import KEEP, Cue
from .intent import Mind
from .listening import listen
from .moment import Moment
from .obedience import hear_pain, obey
from .progress import advance, go_on
from .safety import stronger
from .supervision import supervise
from .words import Event


def decide(mind: Mind, moment: Moment) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Return what to think next, what to do now, and what to tell."""
    at_s = moment.at_s
    if mind.phase == "over":
        return mind, KEEP, ()
    mind, moment = hear_pain(mind, moment)

    mind, verdict, careful, seen = supervise(mind, moment)
    mind, heard, answer, told = listen(mind, moment)
    mind, over, trusted, steps = advance(mind, at_s)
    mind, wanted, ordered, obeyed = obey(mind, moment.orders, at_s)
    events = (*seen, *told, *steps, *obeyed)

    verdict = stronger(stronger(stronger(wanted, verdict), heard), over)
    if verdict is not None and is_news(mind, verdict, at_s):
        mind, cue, acted = act(mind, verdict, moment)
        cue = _first(cue, ordered, answer, careful, trusted)  # an order may have done it already
        return mind, cue, (*events, *acted)

    cue = _first(ordered, answer, careful, trusted)
    if cue is not KEEP:
        return mind, cue, events
    mind, cue = go_on(mind, verdict, at_s)
    return mind, cue, events


def _first(*cues: Cue) -> Cue:
    """Return the first cue that asks for anything."""
    return next((cue for cue in cues if cue is not KEEP), KEEP)
