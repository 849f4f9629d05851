"""A session is compared with a contraction of its sitting, and with no other; and what is shown."""

import time

import pytest
from msgspec.structs import replace

from console.cli import main
from console.people import SimulatedAttendant
from console.sitting import Programme, Sitting
from controller.comparison import SITTING_S
from controller.fitting import CannotPlay
from controller.play import prepare
from controller.words import Compared, Reason
from records.people import People
from sim.virtual_time import run
from tests.console.test_contracting import measured
from tests.console.test_person import said
from tests.console.test_sitting import Watcher
from tests.controller.people import contraction
from tests.controller.test_closed_loop import EARLY, KNEADING, PERCENT


async def session(contractions, side="left", url=EARLY, kind=Sitting):
    """Play kneading with a rule that is of mvc; return how it ended, and what it was told."""
    watcher, text = Watcher(), KNEADING.format(rate=0.6, lost="ease", more=PERCENT)
    sitting = kind(
        url,
        Programme(
            lambda capabilities: prepare(text, "k.yaml", capabilities, {}),
            contractions=lambda: contractions,
        ),
        lambda device, fit: SimulatedAttendant(device, watcher.say, side),
        watcher,
    )
    visit = await sitting.run()
    (told,) = [event for event in watcher.events if isinstance(event, Compared)]
    return visit.outcome.reason, told


@pytest.fixture(scope="module")
def weak():
    """A contraction of somebody weak on the usual device: a tenth of it is 18 uV."""
    return replace(_measured_once(), uv=(180.0, 170.0), at_s=time.time() - 600.0)


def _measured_once():
    async def once():
        found, _, _ = await measured(light=True)
        return found

    return run(once())


async def test_a_session_is_compared_with_what_was_measured_in_this_sitting(weak):
    reason, told = await session((weak,))
    assert reason is Reason.RULE
    assert (told.at_s, told.uv, told.side) == (0.0, (180.0, 170.0), "left")
    assert told.age_s == pytest.approx(600.0, abs=60.0)


@pytest.mark.parametrize(
    ("change", "side"),
    [
        ({"at_s": time.time() - SITTING_S - 60.0}, "left"),
        ({}, "right"),
        ({}, None),
        ({"region": "gluteus"}, "left"),
        ({"emulated": False}, "left"),
    ],
    ids=["after the sitting", "the other side", "no side said", "another muscle", "a real device"],
)
async def test_what_was_measured_elsewhere_or_long_ago_is_not_used(weak, change, side):
    reason, told = await session((replace(weak, **change),), side)
    assert reason is Reason.COMPLETE
    assert told.uv == ()


class Forging(Sitting):
    """A client that offers whatever it was given, without looking at it."""

    def _start(self, capabilities, program, side):
        start = super()._start(capabilities, program, side)
        return replace(start, contractions=self._programme.contractions())


@pytest.mark.parametrize(
    "change",
    [
        {"at_s": time.time() - SITTING_S - 60.0},
        {"at_s": time.time() + 3600.0},
        {"uv": (1e5, 1e5)},
        {"uv": (180.0,)},
        {"region": "gluteus"},
        {"side": "right"},
        {"light": True, "model": "another"},
    ],
)
async def test_the_control_process_refuses_a_snapshot_that_cannot_be(weak, change):
    with pytest.raises(CannotPlay, match="measure it anew"):
        await session((replace(weak, **change),), kind=Forging)


def test_how_strong_a_muscle_is_is_shown_and_given_out_and_for_how_long_it_counts(capsys):
    assert main(["person", "new", "p1"]) == 0
    capsys.readouterr()
    p1, now_s = People(), time.time()
    p1.contract("p1", contraction(at_s=now_s - 600.0, uv=(180.0, None)))
    p1.contract("p1", contraction(at_s=now_s - 5 * 3600.0, light=True, emulated=True))
    new, old = said(capsys, "person", "show", "p1")["contractions"]
    assert (new["uv"], new["light"], new["holds"]) == ([180.0, None], False, True)
    assert (old["light"], old["emulated"], old["holds"]) == (True, True, False)
    assert main(["person", "show", "p1"]) == 0
    told = capsys.readouterr().out
    assert "the strongest contraction of upper_trapezius, left: 180 uV, not measurable" in told
    assert "a light contraction of upper_trapezius, left" in told
    assert told.count("of another sitting") == 1
    kept = said(capsys, "person", "export", "p1")["person"]["contractions"]
    assert [one["uv"] for one in kept] == [[180.0, None], [180.0, 160.0]]
    assert main(["person", "forget", "p1", "--yes"]) == 0
    assert p1.ids() == []
