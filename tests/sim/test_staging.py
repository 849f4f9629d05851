"""Stories are played, and judged by what happened."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from tempfile import TemporaryDirectory

import msgspec
import pytest

from sim.judging import judge
from sim.scenario import load_scenario
from sim.scenario_files import LIBRARY
from sim.staging import perform
from tests.sim.stories import PROFILE, WHOLE, story

TEN = (  # of every kind one or two, and short ones: they take as long as they last
    ("a-day-of-rhythm", "wire-is-cut"),
    ("clock-jumps-ahead", "device-browns-out"),
    ("host-is-killed", "person-presses-everything"),
    ("samples-stand-still", "sensor-sticks-in-a-hold"),
    ("stop-button", "valve-sticks-closed"),
)
FIVE = (  # over the air: one that a person ends well, a wire, a sensor, a stop, an actuator
    ("pain-once", "wire-is-cut"),
    ("sensor-sticks-in-a-hold", "stop-button"),
    ("valve-sticks-closed",),
)
REAL = [("pty", names) for names in TEN] + [("ble", names) for names in FIVE]


def named(name):
    return load_scenario(LIBRARY / f"{name}.scenario.yaml")


@pytest.fixture(scope="module")
def seen():
    return perform(story())


def missed(seen, **expect):
    return [miss.where.split(":")[0] for miss in judge(story(**expect).expect, seen, waits=False)]


def test_what_happened_is_told(seen):
    assert (seen.outcome, seen.reason, seen.steps) == ("stopped", "sensor_stuck", ("stopped",))
    began_s = seen.when("fault sensor_stuck")
    assert began_s == pytest.approx(2.0, abs=0.002)
    assert seen.when("verdict stop", began_s) == pytest.approx(3.0, abs=0.05)
    assert seen.when("at zero", began_s) == pytest.approx(3.0, abs=0.15)
    assert seen.signals["true_pressure"].during(1.0, 2.0).value.max() == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"outcome": "stopped"}, {"outcome": "complete"}),
        ({"reason": "sensor_stuck"}, {"reason": "rise"}),
        ({"verdicts": "[stop sensor_stuck]"}, {"verdicts": "[]"}),
        ({"steps": "[stopped]"}, {"steps": "[done]"}),
        ({"modes": "[]"}, {"modes": "[open_loop]"}),
        ({"events": "[state STOPPED]"}, {"events": "[paused]"}),
        ({"never": "[paused]"}, {"never": "[state STOPPED]"}),
        ({"lasts": "{at_most: 4 s}"}, {"lasts": "{at_most: 1 s}"}),
        (
            {"bounds": "[{signal: true_pressure, from: 1 s, to: 2 s, at_most: 5 kPa}]"},
            {"bounds": "[{signal: true_pressure, from: 1 s, to: 2 s, at_most: 3 kPa}]"},
        ),
        (
            {"bounds": "[{signal: pressure, from: 1 s, to: 2 s, at_least: 3 kPa}]"},
            {"bounds": "[{signal: pressure, at_least: 3 kPa}]"},
        ),
        (
            {"bounds": "[{signal: target, reaches: 3.9 kPa}]"},
            {"bounds": "[{signal: target, reaches: 9 kPa}]"},
        ),
        (
            {"responses": "[{after: fault sensor_stuck, to: at zero, within: 1.2 s}]"},
            {"responses": "[{after: fault sensor_stuck, to: at zero, within: 500 ms}]"},
        ),
    ],
)
def test_an_expectation_is_met_or_missed(seen, right, wrong):
    assert missed(seen, **{"outcome": "stopped", **right}) == []
    assert missed(seen, **{"outcome": "stopped", **wrong}) == list(wrong)


def test_what_is_missed_says_when(seen):
    wrong = story(
        outcome="stopped",
        responses="[{after: fault sensor_stuck, to: at zero, within: 500 ms, timing: 2 s}]",
    ).expect
    (miss,) = judge(wrong, seen, waits=False)
    assert miss.at_s == pytest.approx(2.5, abs=0.01)
    assert str(miss).startswith(
        "responses: fault sensor_stuck to at zero: expected within 500 ms, saw after 10"
    )
    assert judge(wrong, seen, waits=True) == (), "in real time, what is marked as timing is wider"


def test_too_much_and_too_long_are_missed_without_being_expected(seen):
    low = msgspec.structs.replace(seen, envelope_kpa=2.0)
    assert "over_envelope" in missed(low, outcome="stopped")
    early = msgspec.structs.replace(seen, ended_s=1.0)
    assert "released" in missed(early, outcome="stopped")


@pytest.mark.parametrize(
    ("what", "name"),
    [("sensor_stuck: {}", "sensor_stuck"), ("wire_drop: {}", "wire_drop"), ("pause: ", "pause")],
)
def test_what_should_happen_after_the_end_and_never_does_is_missed(what, name):
    late = WHOLE.replace("sensor_stuck: {}}", f"sensor_stuck: {{}}}}\n  - {{at: 500 s, {what}}}")
    told = story(late)
    missed = [str(miss) for miss in judge(told.expect, perform(told), waits=False)]
    assert missed == [
        f"timeline[1]: expected {name} at 500 s, "
        "saw that it never happened: the session ended at 3.01 s"
    ]


def test_a_fault_of_a_device_that_lives_on_after_the_end_is_missed(seen):
    after = f"sensor_stuck: {{}}}}\n  - {{at: {seen.ended_s + 0.5} s, leak: {{}}}}"
    told = story(WHOLE.replace("sensor_stuck: {}}", after))
    (miss,) = judge(told.expect, perform(told), waits=False)
    assert (miss.where, miss.expected) == ("timeline[1]", "leak at 3.509 s")


def test_an_order_that_comes_when_the_session_is_over_never_happens(seen):
    after = f"sensor_stuck: {{}}}}\n  - {{at: {seen.ended_s + 1.0} s, pause: }}"
    told = story(WHOLE.replace("sensor_stuck: {}}", after))
    (miss,) = judge(told.expect, perform(told), waits=False)
    assert (miss.where, miss.expected) == ("timeline[1]", "pause at 4.009 s")


@pytest.mark.parametrize(
    ("what", "event"),
    [("leak: {}", "fault leak"), ("wire_drop: {}", "fault wire_drop"), ("pause: ", "order pause")],
)
def test_what_comes_after_the_end_meets_no_expectation(seen, what, event):
    after = f"sensor_stuck: {{}}}}\n  - {{at: {seen.ended_s + 0.5} s, {what}}}"
    told = story(WHOLE.replace("sensor_stuck: {}}", after), outcome="stopped", events=f"[{event}]")
    assert [miss.where for miss in judge(told.expect, perform(told), waits=False)] == [
        "timeline[1]", "events",
    ]  # fmt: skip


def test_a_fault_that_began_in_time_counts_though_another_of_its_kind_came_too_late(seen):
    twice = f"leak: {{}}}}\n  - {{at: {seen.ended_s + 0.5} s, leak: {{}}}}"
    both = f"sensor_stuck: {{}}}}\n  - {{at: 1 s, {twice}"
    told = story(WHOLE.replace("sensor_stuck: {}}", both), outcome="stopped", events="[fault leak]")
    assert "events" not in {miss.where for miss in judge(told.expect, perform(told), waits=False)}


def test_nothing_happens_in_a_session_that_never_began():
    early = "timeline:\n  - {sensor_offset: {by: 3 kPa}}"
    told = story(WHOLE.replace("timeline:", early), outcome="not_ready")
    (miss,) = judge(told.expect, perform(told), waits=False)
    assert "never happened: the session never began" in str(miss)


def test_the_same_seed_is_the_same_trace_to_the_bit_in_another_process_too(seen):
    script = (
        "from tests.sim.stories import PROFILE, WHOLE, story; from sim.staging import perform; "
        "print(perform(story()).trace_sha256)"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert other.stdout.strip() == seen.trace_sha256, other.stderr
    assert perform(story()).trace_sha256 == seen.trace_sha256


def test_what_was_moved_before_stays_moved(tmp_path):
    profile = tmp_path / "p.yaml"
    rate = "  pace: {default: 0.7 Hz, min: 0.5 Hz, max: 1 Hz, live: true, label: Pace}\nsteps:"
    text = PROFILE.read_text().replace("steps:", rate).replace("rate: 0.7 Hz", "rate: $pace")
    profile.write_text(text)
    moves = "{at: 2 s, set: {depth: 6 kPa}}\n  - {at: 3 s, set: {pace: 0.8 Hz}}"
    twice = WHOLE.replace("{at: 2 s, sensor_stuck: {}}", moves).replace(str(PROFILE), str(profile))
    pressed = perform(story(twice)).signals["true_pressure"].during(8.0, 13.0).value
    assert pressed.max() == pytest.approx(6.0, abs=0.6)


def test_another_seed_is_another_trace(seen):
    other = story()
    recipe = msgspec.structs.replace(other.recipe, seed=8)
    changed = perform(msgspec.structs.replace(other, recipe=recipe))
    assert changed.trace_sha256 != seen.trace_sha256


def missed_on(rig, name):
    """Play one of the library, and return what was not as it expects. In a process of its own."""
    told = named(name)
    with TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # two devices of one name must not be one device
        seen = perform(told, rig)
    return [str(miss) for miss in judge(told.expect, seen, waits=True)]


@pytest.mark.wire
@pytest.mark.parametrize(("rig", "names"), REAL, ids=str)
def test_the_same_story_ends_the_same_way_in_real_time(rig, names):
    """Two at once: a story takes as long as it lasts, and most of that is waiting."""
    with ProcessPoolExecutor(len(names), mp_context=get_context("spawn")) as pool:
        missed = dict(zip(names, pool.map(missed_on, [rig] * len(names), names), strict=True))
    assert missed == {name: [] for name in names}
