"""What a profile says of a signal that a device does not give is done."""

import msgspec
import pytest

from console.authoring import host
from controller.fitting import CannotPlay
from controller.intent import wake
from controller.mind import decide
from controller.play import prepare
from controller.words import StepEnded
from profiles.problems import Refused
from tests.controller.moments import moment

LISTENING = """
format: myoloop-profile/1
id: listening
revision: 1
title: Listening
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {{emg: {{missing: {missing}, lost: ease}}}}
limits: {{pressure: 20 kPa, rise: 40 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 6 s, baseline: emg}}
  - petrissage:
      label: Ended by the muscle
      pressure: {{low: 3 kPa, high: 8 kPa}}
      rate: 0.6 Hz
      for: 8 s
      until: {{any: [{{elapsed: 60 s}}, {{signal: emg, below: 85 %, of: baseline, for: 1 s}}]}}
  - petrissage:
      label: Led by the muscle
      pressure: {{low: 3 kPa, high: 8 kPa}}
      rate: 0.6 Hz
      for: 8 s
      adapt:
        pressure: {{signal: emg, of: baseline, map: {{80 %: 100 %, 150 %: 60 %}}, over: 1 s}}
{rest}
rules:
  guarding: {{when: {{signal: emg, above: 160 %, of: baseline, for: 600 ms}}, do: stop}}
"""
REST = "  - effleurage: {pressure: 4 kPa, rate: 12/min, length: 150 mm, for: 10 s}"
HEARING = host("voice_coil", "simulated").capabilities
DEAF = msgspec.structs.replace(
    HEARING, sensors=tuple(s for s in HEARING.sensors if s.quantity != "emg")
)


def fitted(missing, capabilities=DEAF, rest=REST):
    text = LISTENING.format(missing=missing, rest=rest)
    return prepare(text, "listening.yaml", capabilities, {})


def labels(fit):
    return [step.label for step in fit.program.steps]


@pytest.mark.parametrize("missing", ["refuse", "skip", "timed"])
def test_where_the_signal_is_there_everything_is_played(missing):
    fit = fitted(missing, HEARING)
    assert len(labels(fit)) == 4
    assert not any("emg" in line for line in fit.report)


def test_refuse_plays_nothing_and_says_what_would_be_played():
    with pytest.raises(CannotPlay, match=r"emg, which .* cannot give.*missing: timed"):
        fitted("refuse")


def test_skip_leaves_out_what_listens_and_goes_on_without_a_jump():
    fit = fitted("skip")
    assert labels(fit) == ["Settle", "Effleurage"]
    first, second = (step.trajectory.tracks["pressure"] for step in fit.program.steps)
    assert second.value[0] == first.value[-1]
    assert any("left out" in line for line in fit.report)


def test_skip_with_nothing_left_is_refused():
    only = "for: 6 s, baseline: emg, until: {{signal: emg, above: 99 uV, for: 1 s}}"
    text = LISTENING.replace("for: 6 s, baseline: emg", only)
    with pytest.raises(Refused, match="every step listens to emg"):
        prepare(text.format(missing="skip", rest=""), "listening.yaml", DEAF, {})


def test_timed_plays_every_step_for_its_full_time_and_no_rule_acts():
    fit = fitted("timed")
    assert len(labels(fit)) == 4
    assert any("full time" in line for line in fit.report)
    mind, events, k = wake(fit.program), [], 0
    while mind.phase != "over":
        at_s = k / 100
        mind, _, told = decide(mind, moment(at_s, mind.target_kpa(at_s)))
        events += told
        k += 1
    ended = [e.outcome for e in events if isinstance(e, StepEnded)]
    assert ended == ["done", "timed_out", "done", "done"]
    assert k / 100 >= fit.program.worst_case_s
