"""How strong a muscle is, of a virtual body in virtual time: tensed, heard, and let go again."""

import asyncio
import contextlib
import time

import numpy as np
import pytest
from msgspec.structs import replace

from console.calibrating import Place
from console.contracting import SimulatedTenser, contract, interruptible, not_measurable
from controller.contraction import ContractionFailed
from controller.eligibility import NotAdmitted, Why
from controller.person import Person
from controller.screening import Answer
from firmware_bridge.codes import Document, Gesture, State
from firmware_bridge.discovery import open_device
from firmware_bridge.errors import LinkClosed, LinkTimeout
from firmware_bridge.readings import SensorBatch, Status
from sim.oracle import read_truth
from tests.controller.people import UPPER, screening

URL = "sim://healthy_f?seed=7"
PLACE = Place(UPPER, "left")
NOBODY = Person(id="p1")


class Heard:
    """A device of which a test may say what it is, and what comes of its samples on the way."""

    def __init__(self, device, spoil=lambda samples_uv: samples_uv, **says):
        self._device, self._spoil = device, spoil
        self.capabilities = replace(device.capabilities, **says)
        self.act = device.act
        self.states = set()

    def listen(self, on_reading, on_failure):
        def hear(reading):
            if isinstance(reading, SensorBatch):
                reading = replace(reading, emg_uv=self._spoil(reading.emg_uv.copy()))
            elif isinstance(reading, Status):
                self.states.add(reading.state)
            on_reading(reading)

        self._device.listen(hear, on_failure)


class Told(list):
    """Lines, and what is done when one of them is said."""

    def __init__(self, on=None):
        super().__init__()
        self.on = dict(on or {})

    def __call__(self, line):
        self.append(line)
        for word in [word for word in self.on if word in line]:
            self.on.pop(word)()


async def measured(url=URL, who=NOBODY, light=False, say=None, tenser=SimulatedTenser, **how):
    """Measure, and return what was found, and what the body truly did."""
    say = Told() if say is None else say
    async with open_device(url) as device:
        heard = Heard(device, **how)
        tense = tenser(device, say, light=light)
        found = await contract(heard, who, PLACE, tense, say, light=light)
        await asyncio.sleep(0.5)
        truth = read_truth(await device.document(Document.TRUTH))
        return found, truth, heard


def tensions(truth, over=0.1):
    """Return for how long, in seconds, the muscle was tensed each time."""
    tensed = np.concatenate([[0], truth.activation > over, [0]]).astype(int)
    begins, ends = (np.flatnonzero(np.diff(tensed) == step) for step in (1, -1))
    return (ends - begins) * truth.period_s


async def test_three_contractions_are_measured_while_nothing_presses():
    say = Told()
    found, truth, heard = await measured(say=say)
    assert found.uv == pytest.approx((500.0, 500.0), rel=0.25)  # the strongest half second of 12
    assert (found.region, found.side, found.light, found.emulated) == (UPPER, "left", False, True)
    assert tensions(truth) == pytest.approx([5.0] * 3, abs=0.1)
    assert truth.activation[-5:].max() < 0.02
    assert heard.states == {State.IDLE}, "it is not armed at all"
    assert [line for line in say if line.startswith("contraction")][2].startswith(
        "contraction 3 of 3: tense it as strongly as you can"
    )


async def test_where_it_must_not_strain_it_is_tensed_lightly():
    found, truth, _ = await measured(light=True)
    assert found.light
    assert found.uv == pytest.approx((100.0, 100.0), rel=0.25)
    assert 0.15 < truth.activation.max() < 0.3


async def test_the_rests_between_contractions_are_rests():
    _, truth, _ = await measured()
    quiet = tensions(truth, over=-1.0)  # the whole of it
    assert quiet[0] > 5.0 + 3 * 5.0 + 2 * 30.0
    assert np.count_nonzero(truth.activation > 0.1) * truth.period_s == pytest.approx(15, abs=0.5)


# --- what is heard badly ----------------------------------------------------------------------


def spoiling(tries, spoil):
    """Return a device's spoiler of these tries, and what a `say` must do to count them."""
    state = {"number": 0, "on": False}

    def say(line):
        if line.startswith("contraction"):
            state["number"] += 1
            state["on"] = state["number"] in tries
        elif "rest" in line:
            state["on"] = False

    return say, lambda uv: spoil(uv) if state["on"] else uv


def clipped(samples_uv):
    return np.clip(samples_uv, -600.0, 600.0)


def clipped_with_gaps(samples_uv):
    samples_uv = clipped(samples_uv)
    samples_uv[3] = np.nan
    return samples_uv


@pytest.mark.parametrize("spoil", [clipped, clipped_with_gaps])
async def test_tries_that_clip_are_void_and_repeated(spoil):
    note, spoil = spoiling({1, 3}, spoil)
    lines = []

    def say(line):
        lines.append(line)
        note(line)

    found, truth, _ = await measured(say=say, spoil=spoil)
    assert len(tensions(truth)) == 5
    assert sum("void" in line for line in lines) == 2
    assert found.uv == pytest.approx((500.0, 500.0), rel=0.25)


async def test_whatever_always_clips_is_not_measured_and_says_what_to_do():
    note, spoil = spoiling(range(10), clipped)
    with pytest.raises(ContractionFailed, match=r"only 0 of 6 .*see to the electrodes"):
        await measured(say=note, spoil=spoil)


async def test_an_electrode_that_comes_off_for_a_moment_makes_a_try_void():
    say, loose = Told(), []

    async def come_off(device):
        await asyncio.sleep(3.0)
        await device.act(Gesture.ELECTRODE_OFF)
        await asyncio.sleep(0.5)
        await device.act(Gesture.ELECTRODE_ON)

    async with open_device(URL) as device:
        tense = SimulatedTenser(device, say, light=False)
        say.on = {"contraction 1": lambda: loose.append(asyncio.ensure_future(come_off(device)))}
        await contract(device, NOBODY, PLACE, tense, say, light=False)
        await asyncio.gather(*loose)
    assert [line for line in say if "could not be trusted" in line]
    assert sum(line.startswith("contraction") for line in say) == 4


async def test_without_electrodes_there_is_nothing_to_measure():
    async with open_device(URL) as device:
        await device.act(Gesture.ELECTRODE_OFF)
        with pytest.raises(ContractionFailed, match="electrodes on"):
            await contract(
                device, NOBODY, PLACE, SimulatedTenser(device, Told(), light=False), Told(),
                light=False,
            )  # fmt: skip


async def test_a_muscle_that_is_not_tensed_is_not_measurable():
    class Idle(SimulatedTenser):
        async def begin(self):
            pass

    with pytest.raises(ContractionFailed, match="not measurable: tensed, the muscle"):
        await measured(tenser=Idle)


async def test_a_channel_on_another_muscle_is_not_measurable_and_says_so():
    dice = np.random.default_rng(3)

    def elsewhere(samples_uv):
        samples_uv[:, 1] = dice.normal(0.0, 3.0, len(samples_uv))
        return samples_uv

    found, _, _ = await measured(spoil=elsewhere)
    assert found.uv[0] > 300.0
    assert found.uv[1] is None
    assert not_measurable(found) == [
        "channel 1: not measurable, it was not 3 times as strong as at rest"
    ]


async def test_a_device_that_hears_no_muscle_is_told_before_anything():
    say = Told()
    with pytest.raises(ContractionFailed, match="it has no EMG"):
        await measured(say=say, sensors=())
    assert say == []


# --- who may strain ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "whys", "lightly"),
    [
        ({}, [], []),
        ({"fragile": Answer("yes")}, ["--submaximal"], []),
        ({"osteoporosis": Answer("yes", ("gluteus",))}, ["--submaximal"], []),
        ({"pain_meds_recent": Answer("yes")}, ["--submaximal"], []),
        ({"anticoagulant_or_bleeding_disorder": Answer("agreed")}, ["--submaximal"], []),
        ({"sore_from_exercise": Answer("yes", (UPPER,))}, ["--submaximal"], []),
        ({"sore_from_exercise": Answer("yes", ("gluteus",))}, [], []),
        ({"acute_injury": Answer("yes", (UPPER,))}, ["another region"], ["another region"]),
        ({"heart": Answer("yes")}, ["nothing is pressed"], ["nothing is pressed"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
async def test_whose_answers_rule_straining_out_is_asked_for_a_light_contraction(
    answers, whys, lightly
):
    who = replace(NOBODY, screenings=(screening(time.time(), **answers),))
    for light, allowed in ((False, whys), (True, lightly)):
        if not allowed:
            found, _, _ = await measured(who=who, light=light, emulated=False)
            assert not found.emulated
            continue
        with pytest.raises(NotAdmitted) as told:
            await measured(who=who, light=light, emulated=False)
        (refusal,) = told.value.refusals
        assert refusal.why is Why.SCREENING
        assert allowed[0] in refusal.allowed


async def test_without_answers_nobody_is_asked_to_strain():
    with pytest.raises(NotAdmitted, match="person screen p1"):
        await measured(emulated=False)


# --- whatever happens, the muscle is let go ---------------------------------------------------


async def left(url, tenser=SimulatedTenser, at_s=None):
    """Be interrupted; return how active the muscle is half a second later."""
    async with open_device(url) as device:
        doing = asyncio.ensure_future(
            contract(device, NOBODY, PLACE, tenser(device, Told(), light=False), Told(),
                     light=False)
        )  # fmt: skip
        if at_s is not None:
            asyncio.get_running_loop().call_later(at_s, doing.cancel)
        with pytest.raises(asyncio.CancelledError):
            await doing
        await asyncio.sleep(0.5)
        truth = read_truth(await device.document(Document.TRUTH))
    return truth.activation[-10:].max(), truth.activation.max()


@pytest.mark.parametrize("at_s", [1.0, 5.05, 5.3, 6.0, 9.9, 10.05, 20.0, 42.0])
async def test_whoever_leaves_leaves_no_muscle_tense(at_s):
    after, _ = await left(URL, at_s=at_s)
    assert after < 0.02


class LeavesBeforeBeginning(SimulatedTenser):
    """Is interrupted in the instant before it begins."""

    async def begin(self):
        asyncio.current_task().cancel()
        await asyncio.sleep(0.0)


class LeavesWhileBeginning(SimulatedTenser):
    """Is interrupted when the device has heard it, and its answer is on the way."""

    async def begin(self):
        await super().begin()
        asyncio.current_task().cancel()
        await asyncio.sleep(0.0)


class LeavesHavingBegun(SimulatedTenser):
    async def begin(self):
        await super().begin()
        asyncio.current_task().cancel()


class LeavesWhileRelaxing(SimulatedTenser):
    async def begin(self):
        self._task = asyncio.current_task()
        await super().begin()

    async def relax(self):
        self._task.cancel()
        await asyncio.sleep(0.0)
        self._task.cancel()
        await super().relax()


class LeavesTwice(LeavesWhileRelaxing):
    async def begin(self):
        await super().begin()
        self._task.cancel()
        await asyncio.sleep(0.0)


@pytest.mark.parametrize(
    "tenser",
    [
        LeavesBeforeBeginning,
        LeavesWhileBeginning,
        LeavesHavingBegun,
        LeavesWhileRelaxing,
        LeavesTwice,
    ],
)
async def test_whoever_leaves_in_the_very_instant_leaves_no_muscle_tense(tenser):
    after, _ = await left(URL, tenser)
    assert after < 0.02


async def test_the_first_error_is_the_one_that_is_told():
    class Failing(SimulatedTenser):
        async def begin(self):
            await super().begin()
            raise LinkClosed("the first")

        async def relax(self):
            await super().relax()
            raise LinkTimeout("the second")

    with pytest.raises(LinkClosed, match="the first"):
        await measured(tenser=Failing)


async def test_a_relaxing_that_fails_hides_nothing_and_is_told():
    class Failing(SimulatedTenser):
        async def relax(self):
            await super().relax()
            raise LinkTimeout("nobody answered")

    with pytest.raises(LinkTimeout, match="nobody answered"):
        await measured(tenser=Failing)


async def test_a_link_that_is_lost_meanwhile_is_told_as_that():
    async with open_device(URL) as device:
        say = Told({"contraction 2": lambda: None})
        lost = []

        async def lose():
            await asyncio.sleep(2.0)
            await device._link.aclose()

        say.on = {"contraction 2": lambda: lost.append(asyncio.ensure_future(lose()))}
        with pytest.raises((LinkClosed, ContractionFailed)) as told:
            await contract(
                device, NOBODY, PLACE, SimulatedTenser(device, say, light=False), say, light=False
            )
        with contextlib.suppress(Exception):
            await asyncio.gather(*lost)
    assert "RELAX" not in str(told.value)
    assert sum(line.startswith("contraction") for line in say) == 2


async def test_what_is_done_without_an_interruption_is_done():
    async def seven():
        await asyncio.sleep(1.0)
        return 7

    assert await interruptible(seven()) == 7
