"""Twenty broken profiles, each broken in its own way: the exact place, and what would be right."""

import pytest

from console.cli import main
from tests.console.terminals import only_json

SOUND = """\
format: myoloop-profile/1
id: sound
revision: 1
title: Sound
region: lumbar_erector_spinae
needs:
  channels: [pressure]
  signals:
    emg: {missing: timed, lost: ease}
limits: {pressure: 20 kPa, rise: 40 kPa/s, session: 10 min}
parameters:
  depth: {default: 12 kPa, min: 8 kPa, max: 16 kPa, live: true}
phrases:
  in-between:
    - rest: {for: 5 s}
steps:
  - settle: {pressure: 3 kPa, for: 20 s, baseline: emg}
  - effleurage: {pressure: 6 kPa, rate: 12/min, length: 150 mm, for: 90 s}
  - petrissage: {pressure: {low: 3 kPa, high: $depth}, rate: 0.5 Hz, for: 60 s}
  - use: in-between
  - repeat:
      times: 2
      steps:
        - effleurage: {pressure: 5 kPa, rate: 12/min, length: 150 mm, for: 30 s}
rules:
  guarding:
    when: {signal: emg, above: 160 %, of: baseline, for: 600 ms}
    do: {ease: {to: 50 %, over: 1 s, keep: 5 s}}
"""

BROKEN = {
    "a unit of something else": (
        "rate: 0.5 Hz", "rate: 0.5 kPa", 19, "steps[2].petrissage.rate", "as 0.6 Hz or 36/min"),
    "no unit": ("length: 150 mm, for: 90 s", "length: 150, for: 90 s", 18,
                "steps[1].effleurage.length", "as 200 mm or 20 cm"),
    "a unit that nobody knows": (
        "pressure: 6 kPa", "pressure: 6 psi", 18, "steps[1].effleurage.pressure", "known are kPa"),
    "a misspelt technique": (
        "- petrissage:", "- petrisage:", 19, "steps[2].petrisage", 'did you mean "petrissage"?'),
    "a misspelt word": (
        "low: 3 kPa", "lo: 3 kPa", 19, "steps[2].petrissage.pressure.lo", 'did you mean "low"?'),
    "a word is missing": (
        "{missing: timed, lost: ease}", "{missing: timed}", 9, "needs.signals.emg.lost",
        "lost: ease"),
    "a misspelt parameter": (
        "$depth", "$dept", 19, "steps[2].petrissage.pressure.high", 'did you mean "depth"?'),
    "a parameter of something else": (
        "rate: 0.5 Hz", "rate: $depth", 19, "steps[2].petrissage.rate", "a rate is wanted"),
    "a parameter over the author's limit": (
        "max: 16 kPa", "max: 26 kPa", 12, "parameters.depth.max", "lower one or raise the other"),
    "a default outside its range": (
        "default: 12 kPa", "default: 6 kPa", 12, "parameters.depth.default", "between min and max"),
    "an unknown region": (
        "region: lumbar_erector_spinae", "region: lumbar_erector", 5, "region",
        'did you mean "lumbar_erector_spinae"?'),
    "a region that is never treated": (
        "region: lumbar_erector_spinae", "region: spine", 5, "region", "bone lies right under"),
    "two techniques in one step": (
        "  - use: in-between", "  - use: in-between\n    rest: {for: 3 s}", 20, "steps[3]",
        "write each as its own step"),
    "a signal that nobody declared": (
        "when: {signal: emg", "when: {signal: egm", 27, "rules.guarding.when.signal",
        'did you mean "emg"?'),
    "a percentage of nothing": (
        ", of: baseline, for: 600 ms", ", for: 600 ms", 27, "rules.guarding.when.above",
        "needs an `of`"),
    "a condition without patience": (
        ", for: 600 ms", "", 27, "rules.guarding.when", "for: 600 ms"),
    "a rule that presses more": (
        "to: 50 %", "to: 150 %", 28, "rules.guarding.do.ease.to", "at most 100 %"),
    "a phrase that is not there": (
        "use: in-between", "use: inbetween", 20, "steps[3].use", 'did you mean "in-between"?'),
    "longer than its session": (
        "times: 2", "times: 200", 22, "steps[4].repeat.times", "limits.session is 600 s"),
    "a rise that is too fast": (
        "rate: 0.5 Hz", "rate: 2.4 Hz", 19, "steps[2].petrissage.rate", "limits.rise is 40 kPa/s"),
    "harder than the author allows": (
        "pressure: 6 kPa", "pressure: 26 kPa", 18, "steps[1].effleurage.pressure", "20 kPa"),
    "something twice": (
        "revision: 1", "revision: 1\nrevision: 2", 4, "revision", "twice"),
    "no YAML at all": (
        "limits: {pressure", "limits: {{pressure", 10, "", ""),
    "another format": (
        "myoloop-profile/1", "myoloop-profile/7", 1, "format", "myoloop-profile/1"),
    "a stop with nothing behind it": (
        "do: {ease: {to: 50 %, over: 1 s, keep: 5 s}}", "do: {hold: {for: 2 s}, stop: }", 28,
        "rules.guarding.do.stop", "write `do: stop`"),
    "a stroke that the pad cannot follow": (
        "rate: 12/min, length: 150 mm, for: 90 s", "rate: 40/min, length: 500 mm, for: 90 s", 18,
        "steps[1].effleurage", "at most"),
}  # fmt: skip


@pytest.fixture
def problems(tmp_path, capsys):
    def checked(text):
        file = tmp_path / "mine.yaml"
        file.write_text(text, "utf-8")
        words = ["profile", "check", str(file), "--person", "simulated", "--json"]
        code = main(words)
        return code, only_json(capsys.readouterr().out)["problems"]

    return checked


def test_what_they_are_made_of_is_sound(problems):
    assert problems(SOUND) == (0, [])


@pytest.mark.parametrize("kind", BROKEN)
def test_the_exact_place_and_the_fix_are_named(kind, problems):
    old, new, line, where, fix = BROKEN[kind]
    assert old in SOUND
    code, found = problems(SOUND.replace(old, new, 1))
    assert code == 1
    assert any(
        one["line"] == line and one["where"].startswith(where) and fix in one["problem"]
        for one in found
    ), found
    assert all(one["line"] >= 1 and one["column"] >= 1 for one in found)
