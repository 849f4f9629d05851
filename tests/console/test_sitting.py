"""A whole visit to a device, in virtual time: from opening it to the picture of the session."""

import asyncio

import msgspec
import numpy as np
import pytest

from console.account import account, summary
from console.documents import Run
from console.excerpt import excerpt
from console.people import SimulatedAttendant
from console.picture import draw_session
from console.playing import told
from console.sentences import readiness, sentence
from console.sitting import Programme, Sitting
from console.witness import true_pressure
from controller.play import prepare as prepared
from controller.troubles import Left
from controller.visits import Ready, Stands
from controller.words import (
    Accepted,
    Ceiling,
    Ease,
    Ended,
    Judged,
    Pain,
    Pause,
    Paused,
    Reason,
    Rejected,
    Release,
    Resume,
    Sampled,
    StepBegan,
    Stop,
)
from sim.models import PRODUCTS

URL = "sim://healthy_f?seed=7"


class Watcher:
    """An audience that notes everything, and acts when it sees something."""

    def __init__(self):
        self.lines, self.events, self.scenes = [], [], []
        self.closed = 0
        self.act = lambda event: None
        self.act_on_line = lambda line: None

    def say(self, line):
        self.lines.append(line)
        self.act_on_line(line)

    def open(self, scene):
        self.scenes.append(scene)

    def hear(self, event):
        self.events.append(event)
        self.act(event)

    def close(self):
        self.closed += 1


def sitting(watcher, seconds=12, prepare=None, url=URL, kind=Sitting):
    return kind(
        url,
        Programme(prepare or (lambda capabilities: excerpt(seconds, capabilities))),
        lambda device, fit: SimulatedAttendant(device, watcher.say),
        watcher,
    )


def once(watcher, after_s, do):
    """Do something when the session is `after_s` old."""

    def act(event):
        if isinstance(event, Sampled) and event.at_s >= after_s:
            watcher.act = lambda _: None
            do()

    watcher.act = act


async def test_a_session_is_played_and_told():
    watcher = Watcher()
    visit = await sitting(watcher).run()
    run = told(visit, None).document
    assert (run.outcome, run.reason, run.profile, run.device) == (
        "complete", "complete", "demo", "voice_coil",
    )  # fmt: skip
    assert run.duration_s == pytest.approx(12, rel=0.1)
    assert [step.technique for step in run.steps] == ["settle", "effleurage", "petrissage"]
    assert {step.outcome for step in run.steps} == {"done"}
    assert run.link_stats.frames_bad == run.link_stats.samples_lost == 0
    assert run.verdict_counts.hold == run.verdict_counts.release == run.verdict_counts.stop == 0
    assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run
    assert "outcome: complete" in summary(run, visit)
    assert len(watcher.scenes) == watcher.closed == 1
    assert isinstance(watcher.events[-1], Ended)


class Noting(Sitting):
    """A sitting that notes how far the visit is, and since when."""

    def _hear(self, news):
        if isinstance(news, Stands):
            self.__dict__.setdefault("stood", []).append(news.standing)
        super()._hear(news)


async def test_a_session_stands_paused_from_a_pause_to_its_resuming():
    watcher = Watcher()
    one = sitting(watcher, kind=Noting)
    orders = [(5.0, Pause()), (6.0, Pain()), (8.0, Resume())]

    def act(event):
        if orders and isinstance(event, Sampled) and event.at_s >= orders[0][0]:
            one.post(orders.pop(0)[1])

    watcher.act = act
    visit = await one.run()
    assert visit.outcome.result == "complete"
    assert len([event for event in watcher.events if isinstance(event, Paused)]) == 2
    lines = [sentence(event) for event in watcher.events if not isinstance(event, Sampled)]
    assert [line for line in lines if line.startswith(("paused", "it waits"))] == [
        "paused by an operator; it waits for a person, 10 min at most",
        "paused: a person said at a terminal that it hurts",
        "it waits for a person, 10 min at most",
    ]
    assert one.stood[-4:] == ["running", "paused", "running", "over"]


async def test_an_operators_easing_stands_in_the_log():
    watcher = Watcher()
    one = sitting(watcher)
    once(watcher, 5.0, lambda: one.post(Ease(0.6)))
    await one.run()
    lines = [sentence(event) for event in watcher.events]
    assert lines.count("pressed at 60 % by an operator") == 1


async def test_measured_and_true_pressure_stay_under_the_envelope_and_near_the_target():
    pressure = told(await sitting(Watcher()).run(), None).document.pressure
    assert 17.0 < pressure.peak_kpa <= pressure.envelope_kpa == 24.0
    assert 17.0 < pressure.true_peak_kpa <= pressure.envelope_kpa
    assert pressure.rmse_kpa < 2.0
    assert pressure.true_rmse_kpa < 2.0


GENTLE = """\
format: myoloop-profile/1
id: gentle
revision: 1
title: Gentle
region: calf_gastrocnemius
limits: {pressure: 12 kPa, rise: 60 kPa/s}
steps:
  - settle: {pressure: 3 kPa, for: 6 s}
  - petrissage: {pressure: {low: 2 kPa, high: 5.5 kPa}, rate: 0.15 Hz, for: 20 s}
"""


@pytest.mark.parametrize("model", PRODUCTS)
async def test_a_run_on_levels_tells_the_number_that_was_predicted(model):
    def prepare(capabilities):
        return prepared(GENTLE, "gentle.yaml", capabilities, {})

    url = f"{URL}&device={model}"
    visit = await sitting(Watcher(), prepare=prepare, url=url).run()
    run = told(visit, None).document
    assert run.outcome == "complete"
    predicted = visit.fit.levels.played.rms
    assert run.pressure.true_rmse_kpa == pytest.approx(predicted, rel=0.05)
    assert f"off by {run.pressure.true_rmse_kpa:.2f} kPa (RMS) in all" in summary(run, visit)


async def test_every_muscle_is_told_of():
    channels = told(await sitting(Watcher()).run(), None).document.emg
    assert len(channels) == 2
    for channel in channels:
        assert 0 < channel.rms_median_uv <= channel.rms_p95_uv <= channel.rms_max_uv


async def test_pre_flight_is_narrated_and_not_part_of_the_session():
    watcher = Watcher()
    await sitting(watcher).run()
    assert all(line.startswith("pre-flight: ") for line in watcher.lines)
    assert watcher.lines[-1] == "pre-flight: all in order"


@pytest.mark.parametrize(
    ("url", "percent", "line"),
    [
        (URL, None, "pre-flight: the battery was not asked: the device has no gauge of one"),
        (f"{URL}&battery=64", 64.0, "pre-flight: the battery is at 64 %"),
    ],
    ids=["on the mains", "on a battery"],
)
async def test_what_pre_flight_measured_is_told_and_stands_in_the_document(url, percent, line):
    watcher = Watcher()
    run = told(await sitting(watcher, url=url).run(), None).document
    assert line in watcher.lines
    assert run.preflight.battery_percent == pytest.approx(percent, abs=0.2)
    assert run.preflight.rtt_p99_ms < 10.0


def test_a_slow_link_is_told_and_a_quick_one_is_not_worth_a_word():
    def told_of(rtt_ms):
        return readiness(Ready(battery_percent=80.0, rtt_p99_ms=rtt_ms, late_p99_ms=0.1))

    assert told_of(60.0) == told_of(None) == ["the battery is at 80 %"]
    assert "a word and its answer take 96 ms" in told_of(96.0)[1]


@pytest.mark.parametrize("times", [1, 2])
async def test_whoever_wants_out_is_let_go_within_a_second(times):
    watcher = Watcher()
    one = sitting(watcher)
    once(watcher, 8.0, lambda: [one.leave() for _ in range(times)])
    visit = await one.run()
    assert (visit.outcome.result, visit.outcome.reason) == ("stopped", Reason.OPERATOR)
    assert told(visit, None).exit_code == 1
    true = true_pressure(visit)
    pressed = true.at_s[true.kpa > 1.0]
    assert 8.0 < pressed.max() < 9.1
    assert np.all(np.diff(true.kpa[true.at_s > 8.3]) < 0.2)  # it only falls


async def test_a_stop_from_elsewhere_ends_the_session_at_once():
    watcher = Watcher()
    one = sitting(watcher)
    once(watcher, 8.0, lambda: one.post(Stop()))
    visit = await one.run()
    assert visit.outcome.result == "stopped"
    assert visit.outcome.duration_s == pytest.approx(8.0, abs=0.1)
    assert [e.verdict.action for e in watcher.events if isinstance(e, Judged)] == ["stop"]


async def test_a_lower_ceiling_is_obeyed():
    watcher = Watcher()
    one = sitting(watcher)
    once(watcher, 3.0, lambda: one.post(Ceiling(8.0)))
    run = told(await one.run(), None).document
    assert run.outcome == "complete"
    assert run.pressure.true_peak_kpa < 9.0


@pytest.mark.parametrize("order", [Stop(), Release()])
async def test_before_anything_is_played_wanting_out_ends_the_visit(order):
    watcher = Watcher()
    one = sitting(watcher)
    answers = []
    watcher.act_on_line = lambda line: answers.append(one.post(order))
    with pytest.raises(Left):
        await one.run()
    assert all(answer.result() == Accepted() for answer in answers)
    assert watcher.scenes == []


async def test_before_anything_is_played_there_is_nothing_to_lower():
    watcher = Watcher()
    one = sitting(watcher)
    answers = []
    watcher.act_on_line = lambda line: answers.append(one.post(Ceiling(5.0)))
    await one.run()
    assert answers
    assert all(isinstance(answer.result(), Rejected) for answer in answers)


async def test_being_cancelled_lets_go_and_is_not_swallowed():
    watcher = Watcher()
    task = asyncio.create_task(sitting(watcher).run())
    once(watcher, 8.0, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert watcher.closed == 1


async def test_two_seeds_are_two_people():
    one = account(await sitting(Watcher(), url="sim://healthy_f?seed=7").run(), None)
    two = account(await sitting(Watcher(), url="sim://healthy_f?seed=8").run(), None)
    assert one.emg != two.emg


async def test_a_session_is_drawn(tmp_path):
    watcher = Watcher()
    visit = await sitting(watcher, seconds=30).run()
    file = tmp_path / "session.svg"
    run = told(visit, file).document
    drawn = file.read_text("utf-8")
    for word in ("Demonstration", "Kneading", "limit 24.0 kPa (profile)", "felt by the body"):
        assert word in drawn
    assert run.picture == str(file)


async def test_a_session_that_hardly_began_is_drawn_too(tmp_path):
    watcher = Watcher()
    one = sitting(watcher)
    watcher.act = lambda event: isinstance(event, StepBegan) and one.post(Stop())
    visit = await one.run()
    draw_session(visit, tmp_path / "session.svg")
    assert "stopped: a person ended it" in (tmp_path / "session.svg").read_text("utf-8")
    assert account(visit, None).pressure.rmse_kpa is None
