"""The whole controller as one fold: decide(mind, moment).

The supervisor judges, people's orders are taken, the strongest of all that is wanted acts; where
nothing acts, the programme goes on. People may stop and press less, the supervisor may stop and
press less, the programme goes on; nothing here presses more than it says.

What listens to the muscle joins in three places and needs no fourth: its verdicts beside the
supervisor's, its factors in `Factors` (a share of `gain`, a freeze of `cap`), and the early end of
a step in `advance`.
"""

from .acts import act, is_news
from .cues import KEEP, Cue
from .intent import Mind
from .moment import Moment
from .obedience import obey
from .progress import advance, go_on
from .safety import stronger
from .supervision import supervise
from .words import Event


def decide(mind: Mind, moment: Moment) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Return what to think next, what to do now, and what to tell."""
    at_s = moment.at_s
    if mind.phase == "over":
        return mind, KEEP, ()

    mind, verdict, careful, seen = supervise(mind, moment)
    mind, over, trusted, steps = advance(mind, at_s)
    mind, wanted, told, obeyed = obey(mind, moment.orders, at_s)
    events = (*seen, *steps, *obeyed)

    verdict = stronger(stronger(wanted, verdict), over)
    if verdict is not None and is_news(mind, verdict, at_s):
        mind, cue, acted = act(mind, verdict, moment)
        return mind, cue, (*events, *acted)

    for cue in (told, careful, trusted):
        if cue is not KEEP:
            return mind, cue, events
    mind, cue = go_on(mind, verdict, at_s)
    return mind, cue, events
