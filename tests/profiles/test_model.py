import pytest

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ProfileProblems
from profiles.regions import Thresholds

WHOLE_LANGUAGE = """\
format: myoloop-profile/1
id: acute-spasm-upper-trapezius
revision: 3
title: Acute spasm, upper trapezius
region: upper_trapezius                  # a step may name another
needs:
  channels: [pressure]                   # refused without; position is used where there is one
  signals:                               # every signal that a rule, until or adapt names
    emg: {missing: timed, lost: ease}
    skin_temperature: {missing: skip, lost: ease}
limits: {pressure: 24 kPa, rise: 40 kPa/s, session: 15 min}
parameters:
  depth: {default: 16 kPa, min: 6 kPa, max: 20 kPa, live: true, label: Depth}
steps:
  - settle: {pressure: 3 kPa, for: 20 s, baseline: emg}
  - effleurage: {pressure: 6 kPa, rate: 12/min, length: 200 mm, for: 3 min}
  - petrissage:
      label: Kneading
      pressure: {low: 3 kPa, high: $depth}
      rate: 0.6 Hz
      for: 4 min
      until: {signal: emg, below: 85 %, of: baseline, for: 8 s}
      adapt:
        pressure:
          {signal: emg, of: baseline, map: {80 %: 100 %, 100 %: 90 %, 150 %: 60 %}, over: 3 s}
  - repeat:
      times: 2
      steps:
        - trigger_point:
            pressure: $depth
            rise: 8 kPa/s
            for: 60 s
            until: {signal: emg, below: 70 %, of: start, for: 2 s}
            fall: 10 kPa/s
        - rest: {for: 30 s}
  - effleurage: {pressure: {from: 6 kPa, to: 3 kPa}, rate: 10/min, length: 200 mm, for: 2 min}
rules:
  guarding:
    when: {signal: emg, above: 160 %, of: baseline, for: 600 ms}
    do: {ease: {to: 50 %, over: 1 s, keep: 5 s}}
  too-warm:
    when: {signal: skin_temperature, above: 40 °C, for: 5 s}
    do: {release: {over: 1 s, then: pause}}
"""


def test_the_whole_language_compiles():
    person = Thresholds(owner="preset", ppt_1_kpa={"upper_trapezius": 280.0})
    program = compile_profile(
        read(WHOLE_LANGUAGE, Profile),
        {"depth": "14 kPa"},
        Envelope(pressure_kpa=Limit(60.0, "device")),
        thresholds=person,
        closed_loop=True,
    )
    assert [step.label for step in program.steps] == [
        *("Settle", "Effleurage", "Kneading"),
        *("Trigger point", "Rest") * 2,
        "Effleurage",
    ]
    assert program.parameters[0].value == 14.0
    assert program.peak_kpa == 20.0
    assert program.envelope.session_max_s == Limit(900.0, "profile")


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("for: 8 s}", "}", "steps[2].petrissage.until", '"for" is missing'),
        ("below: 85 %", "below: 85 %, above: 2 %", "steps[2].petrissage.until", "either above or"),
        ("below: 85 %, of: baseline", "below: 85 %", "steps[2].petrissage.until.below", "an `of`"),
        ("below: 85 %", "below: 20 uV", "steps[2].petrissage.until.below", "a quantity has none"),
        ("below: 85 %", "below: -85 %", "steps[2].petrissage.until.below", "below zero"),
        ("signal: emg, below: 85 %", "below: 85 %", "steps[2].petrissage.until", "a condition is"),
        ("40 °C", "40 kPa", "rules.too-warm.when.above", "skin_temperature is a temperature"),
        ("  - settle: {pressure: 3 kPa, for: 20 s, baseline: emg}\n",
         "  - settle: {pressure: 3 kPa, for: 20 s}\n", "steps[2].petrissage.until.of", "measured"),
        ("signal: emg, below: 85 %, of: baseline", "signal: skin_temperature, below: 85 %, of: mvc",
         "steps[2].petrissage.until.of", "a contraction is measured of EMG alone"),
        ("signal: emg, of: baseline, map", "signal: skin_temperature, of: mvc, map",
         "steps[2].petrissage.adapt.pressure.of",
         "write of: baseline, of: start, or an absolute level"),
        ("signal: emg, above: 160 %, of: baseline",
         "signal: skin_temperature, above: 160 %, of: mvc", "rules.guarding.when.of",
         "a contraction is measured of EMG alone"),
        ("high: $depth", "high: 200 %", "steps[2].petrissage.pressure.high", "a pressure is"),
        ("pressure: {low: 3 kPa, high: $depth}", "pressure: 9 kPa", "steps[2].petrissage.pressure",
         "a rhythm has two ends, as {low: 3 kPa, high: 16 kPa}"),
        ("rise: 8 kPa/s", "rise: 12 kPa/s", "steps[3].repeat.steps[0].trigger_point.rise",
         "too much; at most 10 kPa/s"),
        ("for: 60 s\n            until", "for: 91 s\n            until",
         "steps[3].repeat.steps[0].trigger_point.for", "at most 90 s"),
        ("max: 20 kPa", "max: 25 kPa", "parameters.depth.max", "over limits.pressure (24 kPa)"),
        ("for: 30 s", "for: $depth", "steps[3].repeat.steps[1].rest.for", "a time is wanted"),
        ("pressure: 3 kPa, for: 20 s", "pressure: 3000 % of $depth, for: 20 s",
         "steps[0].settle.pressure", "which may be 600 kPa, is too much"),
        ("over: 1 s, then: pause", "over: 2 s, then: pause", "rules.too-warm.do.release.over",
         "at most 1 s"),
        ("{release: {over: 1 s, then: pause}}", "{stop: true, mark: x}", "rules.too-warm.do",
         "an action is one of"),
        ("rise: 40 kPa/s", "rise: $depth", "limits.rise", "a parameter cannot stand here"),
        ("rise: 40 kPa/s", "rise: 61 kPa/s", "limits.rise", "at most 60 kPa/s"),
        ("session: 15 min", "session: 31 min", "limits.session", "at most 1800 s"),
        ("rest: {for: 30 s}", "rest: {for: 30 s, channel: Left side}",
         "steps[3].repeat.steps[1].rest.channel", "no name of a pad; write small letters"),
        ("rest: {for: 30 s}", "rest:", "steps[3].repeat.steps[1].rest", "at least how long"),
        ("region: upper_trapezius", "region: popliteal_fossa", "region", "is never treated"),
        ("myoloop-profile/1", "myoloop-profile/2", "format", 'did you mean "myoloop-profile/1"?'),
    ],
)  # fmt: skip
def test_each_mistake_is_told_where_it_is(old, new, where, says):
    assert old in WHOLE_LANGUAGE
    with pytest.raises(ProfileProblems) as error:
        read(WHOLE_LANGUAGE.replace(old, new, 1), Profile)
    assert where in [problem.where for problem in error.value.problems]
    assert any(says in problem.problem for problem in error.value.problems)
    assert all(problem.line > 0 and problem.column > 0 for problem in error.value.problems)
