"""One profile on five devices: what `profile check` says of each is what the twin then measures."""

from bisect import bisect_right
from itertools import accumulate
from typing import Any

import msgspec
import numpy as np
import pytest

from console.authoring import Host, checked, faithful
from controller.fidelity import fidelity
from controller.fitting import fit
from controller.in_levels import climbed
from firmware_bridge.capabilities import Channel
from firmware_bridge.levels import level_under, value_of
from profiles.shapes import Curve, swing_s
from profiles.trajectory import Track, Trajectory
from sim import virtual_time
from sim.models import MODELS
from tests.playing import played, played_fit

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
  - effleurage: {pressure: 5 kPa, rate: 6/min, length: 100 mm, for: 20 s}
"""
TWINS = {
    "voice_coil": "sim://healthy_f?seed=7&stroke=on",
    "airbag": "sim://healthy_f?seed=7&device=airbag",
}


class Course:
    """The curves of a program's steps, as one."""

    def __init__(self, program: Any) -> None:
        self._tracks = [step.trajectory.tracks["pressure"] for step in program.steps]
        self._begins_s = list(accumulate((t.at_s[-1] for t in self._tracks), initial=0.0))
        self.end_s = self._begins_s[-1]

    def value_at(self, at_s: float) -> float:
        i = min(bisect_right(self._begins_s, at_s), len(self._tracks)) - 1
        return self._tracks[i].value_at(at_s - self._begins_s[i])


def report(model: str) -> tuple[Any, Any]:
    on = Host(MODELS[model](), "on the simulated person")
    return faithful(checked(GENTLE, "gentle.yaml", {}, on), on, "gentle.yaml")


def error_of(found: Any, course: Course) -> tuple[float, float]:
    """Return how far the true pressure is off a curve: root of the mean square, and the most."""
    at_s, true_kpa = found.between(0.0, course.end_s)
    off = true_kpa - np.array([course.value_at(float(t)) for t in at_s])
    return float(np.sqrt(np.mean(off**2))), float(np.max(np.abs(off)))


@pytest.mark.parametrize("model", TWINS)
def test_what_a_twin_is_off_by_is_what_was_predicted(model):
    found = virtual_time.run(played(GENTLE, TWINS[model]))
    predicted = fidelity(found.fit, found.capabilities).tracks["pressure"].off
    assert predicted is not None
    rms, most = error_of(found, Course(found.fit.program))
    assert rms == pytest.approx(predicted.rms, rel=0.05, abs=0.05)
    assert most == pytest.approx(predicted.most, rel=0.1, abs=0.15)


def stairs(program: Any, channel: Channel) -> Track:
    """Return the curve of a device that knows levels alone, as one that follows would play it."""
    curve, end_s = Curve(0.0), Course(program).end_s
    for at_s, _, level in climbed(program, channel):
        kpa = value_of(level, channel)
        if kpa != curve.value:
            curve.rest_until(at_s)
            curve.swing_to(kpa, at_s + swing_s(curve.value, kpa, 0.97 * channel.max_rate))
    curve.rest_until(max(end_s, curve.now_s + 0.05))
    return curve.track()


@pytest.mark.parametrize("model", ["levels10", "levels3"])
def test_what_levels_are_off_by_is_what_was_predicted(model):
    """The twin's coil climbs the stairs that the model would; `fidelity` never saw the twin."""
    check, predicted = report(model)
    assert check.ok
    off, channel = predicted.tracks["pressure"].off, MODELS[model]().channel("pressure")
    coil = MODELS["voice_coil"]()
    program = check.program
    course = Course(program)
    stair = stairs(program, channel)
    whole = msgspec.structs.replace(
        program.steps[1],
        trajectory=Trajectory({"pressure": stair}),
        entry_s=0.0,
        max_s=stair.at_s[-1],
    )
    one = msgspec.structs.replace(program, steps=(whole,), worst_case_s=whole.max_s)
    found = virtual_time.run(played_fit(fit(one, coil), TWINS["voice_coil"]))
    rms, most = error_of(found, course)
    assert rms == pytest.approx(off.rms, rel=0.1)
    assert most == pytest.approx(off.most, rel=0.15)
    assert max(found.truth.true_kpa) <= check.peak_kpa + 0.3


def test_fewer_levels_are_further_off():
    errors = [
        report(model)[1].tracks["pressure"].off.rms
        for model in ("voice_coil", "levels10", "levels3")
    ]
    assert errors == sorted(errors)
    assert errors[0] < 0.1 < errors[1] < 1.6 < errors[2]


def test_a_device_of_names_keeps_to_itself_what_it_does():
    check, found = report("named")
    assert check.ok
    assert found.tracks["pressure"].off is None
    assert any("by name" in note for note in found.notes)


@pytest.mark.parametrize(
    ("model", "step", "told"),
    [
        (
            "named",
            "myofascial: {pressure: 3 kPa, for: 30 s}",
            "knows no myofascial",
        ),
        ("levels3", "settle: {pressure: 19 kPa, for: 10 s}", "6.65 kPa"),
        ("airbag", "tapotement: {pressure: {low: 1 kPa, high: 3 kPa}, for: 10 s}", "0.09 Hz"),
    ],
)
def test_a_refusal_names_the_line_that_breaks_it(model, step, told):
    text = GENTLE.replace("12 kPa", "24 kPa") + f"  - {step}\n"
    on = Host(MODELS[model](), "on the simulated person")
    check, found = faithful(checked(text, "mine.yaml", {}, on), on, "mine.yaml")
    assert found is None
    assert check.refused is not None
    (problem,) = check.problems
    assert problem.line == len(text.splitlines())
    assert told in problem.problem


@pytest.mark.parametrize("value", [0.0, 1.99, 2.0, 7.2])
def test_a_level_is_never_over_the_curve(value):
    channel = MODELS["levels10"]().channel("pressure")
    assert value - channel.step < value_of(level_under(value, channel), channel) <= value
