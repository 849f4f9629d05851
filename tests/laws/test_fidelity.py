"""One profile on five devices: what `profile check` says of each is what the twin then measures."""

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import numpy as np
import pytest

from console.authoring import Host, checked, faithful
from controller.fidelity import fidelity
from controller.play import prepare
from controller.session import Session
from firmware_bridge.capabilities import Channel
from firmware_bridge.discovery import open_device
from firmware_bridge.levels import level_under, value_of
from sim import virtual_time
from sim.models import MODELS, PRODUCTS
from tests.playing import played

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
    **{model: f"sim://healthy_f?seed=7&device={model}" for model in PRODUCTS},
}


class Course:
    """The curves of a program's steps, as one."""

    def __init__(self, program: Any, name: str = "pressure") -> None:
        self._tracks = [step.trajectory.tracks[name] for step in program.steps]
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


@pytest.mark.parametrize("model", ["voice_coil", "airbag"])
def test_what_a_twin_is_off_by_is_what_was_predicted(model):
    found = virtual_time.run(played(GENTLE, TWINS[model]))
    predicted = fidelity(found.fit, found.capabilities).tracks["pressure"].off
    assert predicted is not None
    rms, most = error_of(found, Course(found.fit.program))
    assert rms == pytest.approx(predicted.rms, rel=0.05, abs=0.05)
    assert most == pytest.approx(predicted.most, rel=0.1, abs=0.15)


@pytest.mark.parametrize("model", PRODUCTS)
def test_what_a_product_is_off_by_is_what_was_predicted(model):
    """Played by the product's own driver, and measured on the body under it."""
    check, predicted = report(model)
    off = predicted.tracks["pressure"].off
    found = virtual_time.run(played(GENTLE, TWINS[model]))
    assert found.outcome.result == "complete"
    rms, most = error_of(found, Course(check.program))
    assert rms == pytest.approx(off.rms, rel=0.05)
    assert most == pytest.approx(off.most, rel=0.05)
    assert max(found.truth.true_kpa) <= check.peak_kpa + 0.3


@pytest.mark.parametrize("model", PRODUCTS)
def test_what_a_product_presses_is_one_of_its_levels(model):
    step = report(model)[1].tracks["pressure"].quantum
    found = virtual_time.run(played(GENTLE, TWINS[model]))
    kpa = found.between(0.0, found.outcome.duration_s)[1]
    half_seconds = np.lib.stride_tricks.sliding_window_view(kpa, 50)
    held = half_seconds.mean(axis=1)[np.ptp(half_seconds, axis=1) < 0.2]
    levels = np.round(held / step)
    assert set(levels[levels > 0.0]) == set(range(1, found.fit.levels.highest + 1))
    assert held == pytest.approx(levels * step, abs=0.05 * step)


@pytest.mark.parametrize("model", PRODUCTS)
def test_a_level_lasts_as_long_as_was_predicted(model):
    """The kneading is too quick for it, so it goes from level to level as soon as it can."""
    text = GENTLE.replace("0.15 Hz", "0.7 Hz").replace("length: 100 mm", "length: 40 mm")
    text = text.replace("rate: 6/min", "rate: 40/min").replace(": 5 kPa", ": 5.5 kPa")
    played_, shortest_s = virtual_time.run(changes_of(text, TWINS[model]))
    lasts_s = fidelity(played_, MODELS[model]()).tracks["pressure"].dwell_s
    assert lasts_s <= shortest_s <= lasts_s + 0.05  # a write, confirmed, and a tick


async def changes_of(text, url):
    """Play a profile; return how, and the shortest time from one level to the next."""
    async with open_device(url) as device:
        fitted = prepare(text, "quick.yaml", device.capabilities, {})
        emulation = device._wire.emulation
        began = len(emulation.history)
        await Session(device, fitted, lambda _: None).run()
    history = emulation.history[began:]
    while not any(history[-1][1].values()):
        history.pop()  # letting go waits for nothing
    at_s = [at_s for at_s, _ in history]
    return fitted, min(b - a for a, b in pairwise(at_s))


@pytest.mark.parametrize("model", ["airbag", *PRODUCTS])
def test_an_axis_that_is_missing_is_off_by_all_that_is_written(model):
    check, predicted = report(model)
    found = virtual_time.run(played(GENTLE, TWINS[model]))
    assert found.truth.carriage_mm is None
    position = predicted.tracks["position"]
    assert position.channel is None
    assert any("no position: it is left out" in note for note in predicted.notes)
    tracks = [step.trajectory.tracks["position"] for step in check.program.steps]
    written = Course(check.program, "position")
    mm = np.array([written.value_at(float(t)) for t in np.arange(0.0, written.end_s, 0.01)])
    assert float(np.sqrt(np.mean(mm**2))) == pytest.approx(position.off.rms, rel=0.05)
    assert max(mm) == pytest.approx(position.off.most, rel=0.05) == max(map(highest, tracks))


def highest(track):
    return max(track.value)


def test_the_coil_misses_no_axis():
    _, predicted = report("voice_coil")
    found = virtual_time.run(played(GENTLE, TWINS["voice_coil"]))
    assert max(found.truth.carriage_mm) == pytest.approx(100.0, abs=0.5)
    assert predicted.tracks["position"].off.most < 0.1


def test_fewer_levels_are_further_off():
    errors = [
        report(model)[1].tracks["pressure"].off.rms
        for model in ("voice_coil", "levels10", "levels3")
    ]
    assert errors == sorted(errors)
    assert errors[0] < 0.1 < errors[1] < 1.6 < errors[2]


def test_a_device_of_names_kneads_by_itself_and_the_report_says_so():
    check, predicted = report("named")
    assert any("is its own knead" in note for note in predicted.notes)
    assert any("off what is written" in note for note in predicted.notes)
    found = virtual_time.run(played(GENTLE, TWINS["named"]))
    at_s = found.truth.times_s - found.outcome.began_device_s
    begin_s = check.program.steps[0].max_s
    kneads = at_s[found.truth.also["technique"] == 2.0] - begin_s
    assert min(kneads) >= 0.0
    assert max(kneads) <= check.program.steps[1].max_s + 2.1  # what it was told last goes on
    assert len(kneads) * 0.01 >= 0.75 * check.program.steps[1].max_s


def names_alone():
    """Return a product whose pressure is nothing but the technique, and how hard that is."""
    pad = Channel(
        id=2, name="technique", quantity="pressure", unit="kPa", low=0.0, high=6.0, max_rate=10.0,
        resolution=6.0, choices=("settle", "effleurage", "petrissage", "rest"), absolute=False,
        dwell_s=2.0, area_cm2=10.0, vent_s=0.5, unpowered="releases", on_loss="releases",
    )  # fmt: skip
    sensors = MODELS["voice_coil"]().sensors_of("pressure")
    return msgspec.structs.replace(MODELS["named"](), channels=(pad,), sensors=sensors)


def test_a_device_that_does_not_say_how_it_presses_keeps_that_to_itself():
    on = Host(names_alone(), "on the simulated person")
    check, found = faithful(checked(GENTLE, "gentle.yaml", {}, on), on, "gentle.yaml")
    assert check.ok
    assert found.tracks["pressure"].off is None
    assert any("by name" in note for note in found.notes)


def test_a_name_that_it_does_not_know_is_refused():
    text = GENTLE + "  - myofascial: {pressure: 3 kPa, for: 30 s}\n"
    on = Host(names_alone(), "on the simulated person")
    check, _ = faithful(checked(text, "mine.yaml", {}, on), on, "mine.yaml")
    (problem,) = check.problems
    assert problem.line == len(text.splitlines())
    assert "knows no myofascial" in problem.problem


@pytest.mark.parametrize(
    ("model", "step", "told"),
    [
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
