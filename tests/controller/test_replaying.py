"""What a session was told is enough to play it again."""

import msgspec
import pytest

from controller import session
from controller.intent import wake
from controller.mind import decide
from controller.moment import Moment
from controller.words import Ease, Pause, Resume
from firmware_bridge.codes import Gesture
from sim.birth import recipe
from tests.controller.stories import story
from tests.controller.test_closed_loop import KNEADING, act

TEXT = KNEADING.format(rate=0.6, lost="ease", more="")
EARLY = "sim://healthy_f?seed=7&guards=early"


class Kept:
    """A recording: what the mind was given, and what it said."""

    def __init__(self, monkeypatch):
        self.woken, self.moments, self.said = None, [], []
        monkeypatch.setattr(session, "wake", self._wake)
        monkeypatch.setattr(session, "decide", self._decide)

    def _wake(self, *given):
        self.woken, self.moments, self.said = given, [], []
        return wake(*given)

    def _decide(self, mind, moment):
        self.moments.append(msgspec.msgpack.encode(moment))
        mind, cue, events = decide(mind, moment)
        self.said.append((cue, events))
        return mind, cue, events


@pytest.fixture
def kept(monkeypatch):
    return Kept(monkeypatch)


async def test_folding_what_was_kept_again_gives_the_same_verdicts(kept):
    stage = await story(
        (12.0, lambda s: s.tell(Ease(0.8))),
        (16.0, lambda s: s.tell(Pause())),
        (18.0, lambda s: s.tell(Resume())),
        (24.0, act(Gesture.ELECTRODE_OFF)),
        text=TEXT,
        recipe=recipe(EARLY),
    )
    assert ("ease", "guarding") in stage.judged
    assert len(kept.moments) > 3000
    mind = wake(*kept.woken)
    for moment, said in zip(kept.moments, kept.said, strict=True):
        mind, *again = decide(mind, msgspec.msgpack.decode(moment, type=Moment))
        assert tuple(again) == said
