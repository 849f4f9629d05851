from typing import Annotated

import pytest
from pydantic import Field

from profiles.document import Document
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ProfileProblems
from profiles.yaml_tree import read_tree

GOOD = """\
format: myoloop-profile/1
id: small
revision: 1
title: Small
region: upper_trapezius
limits: {pressure: 24 kPa}
steps:
  - settle: {pressure: 3 kPa, for: 20 s}
"""

MANY_MISTAKES = """\
format: myoloop-profile/1
id: Bad Id
revision: one
title: Many mistakes
region: uper_trapezius
needs: {signals: {emg: {missing: timed, lost: eas}}}
limits: {pressure: 24}
parameters:
  depth: {default: 26 kPa, min: 6 kPa, max: 20 kPa}
  rate: {default: 1 Hz, min: 1 kPa, max: 2 Hz}
steps:
  - settle: {pressure: 8 s, for: 1e300 s}
  - petrissage:
      presure: {low: 3 kPa, high: $depth}
      rate: 0.6 kPa
      for: 4 min
      until: {signal: emg, below: 85 %, of: baseline, for: 8 s}
      adapt: {pressure: {signal: emg, of: start, map: {80 %: 120 %, 1 kPa: 90 %}, over: 3 s}}
  - tapotement: {for: 3 s}
  - effleurage: {pressure: {from: $dept}, rate: $depth, length: 200 mm, for: 3 min, region: throat}
  - rest: {for: 3 s}
    settle: {pressure: 3 kPa, for: 3 s}
  - repeat: {times: 0, steps: []}
x-phrases: {}
x-mine: {a: 1}
rules:
  a: {when: {button: pian}, do: {ease: {to: 150 %, over: 1 s, keep: 5 s}}}
  b: {when: {signal: egm, above: 20 uV, for: 1 s}, do: slap}
  c: {when: {signal: emg, above: 20 kPa, for: 1 s}, do: stop}
title: Again
"""

EXPECTED = [
    (2, 5, "id", '"Bad Id" cannot stand here; write small letters, digits and hyphens'),
    (3, 11, "revision", "a whole number is wanted"),
    (5, 9, "region", 'did you mean "upper_trapezius"?'),
    (6, 47, "needs.signals.emg.lost", 'did you mean "ease"?'),
    (7, 20, "limits.pressure", "24 has no unit; a pressure is wanted, as 16 kPa"),
    (9, 20, "parameters.depth.default", "not between min and max"),
    (10, 9, "parameters.rate", "measure different things"),
    (12, 24, "steps[0].settle.pressure", '"8 s" is a time; a pressure is wanted'),
    (12, 34, "steps[0].settle.for", "too much; at most 1800 s"),
    (13, 5, "steps[1].petrissage.pressure", "is missing; write it, as pressure: {low: 3 kPa"),
    (14, 7, "steps[1].petrissage.presure", 'did you mean "pressure"?'),
    (
        15,
        13,
        "steps[1].petrissage.rate",
        '"0.6 kPa" is a pressure; a rate is wanted, as 0.6 Hz or 36/min',
    ),
    (17, 45, "steps[1].petrissage.until.of", "needs baseline: emg"),
    (18, 62, "steps[1].petrissage.adapt.pressure.map.80 %", "too much; at most 100 %"),
    (18, 69, "steps[1].petrissage.adapt.pressure.map.1 kPa", "a share is wanted, as 85 %"),
    (19, 5, "steps[2].tapotement.pressure", "is missing; write it, as pressure: {low: 1 kPa"),
    (20, 18, "steps[3].effleurage.pressure.to", "is missing; write it, as to: 3 kPa"),
    (20, 35, "steps[3].effleurage.pressure.from", 'did you mean "depth"?'),
    (20, 49, "steps[3].effleurage.rate", '"$depth" is a pressure; a rate is wanted'),
    (20, 93, "steps[3].effleurage.region", "is never treated: the windpipe lies there"),
    (21, 5, "steps[4]", "rest and settle; write each as its own step"),
    (23, 21, "steps[5].repeat.times", "0 is too little; at least 1"),
    (23, 31, "steps[5].repeat.steps", "at least one entry is wanted"),
    (27, 22, "rules.a.when.button", 'did you mean "pain"?'),
    (27, 45, "rules.a.do.ease.to", "too much; at most 100 %"),
    (28, 22, "rules.b.when.signal", 'did you mean "emg"?'),
    (28, 56, "rules.b.do", "is wanted here"),
    (29, 34, "rules.c.when.above", "emg is a voltage, not a pressure"),
    (30, 1, "title", "stands here twice"),
]


def problems_of(text, model=Profile):
    with pytest.raises(ProfileProblems) as error:
        read(text, model, file="my.yaml")
    return error.value.problems


def test_every_mistake_is_told_at_once_with_line_column_place_and_remedy():
    found = problems_of(MANY_MISTAKES)
    seen = [(p.line, p.column, p.where) for p in found]
    assert seen == [expected[:3] for expected in EXPECTED]
    for problem, (_, _, _, says) in zip(found, EXPECTED, strict=True):
        assert says in problem.problem


def test_a_problem_reads_as_the_format_promises():
    text = (
        GOOD + "  - petrissage: {pressure: {low: 3 kPa, high: 9 kPa}, rate: 0.6 kPa, for: 60 s}\n"
    )
    (problem,) = problems_of(text)
    assert str(problem) == (
        "my.yaml:9:61  steps[1].petrissage.rate  "
        '"0.6 kPa" is a pressure; a rate is wanted, as 0.6 Hz or 36/min'
    )


def test_a_sound_file_becomes_its_model_from_text_or_bytes():
    assert read(GOOD, Profile).steps == read(GOOD.encode(), Profile).steps
    assert read(GOOD, Profile).places.line(("steps", 0, "settle")) == 8


def test_json_is_accepted():
    text = (
        '{"format": "myoloop-profile/1", "id": "j", "revision": 1, "title": "J",'
        ' "region": "gluteus", "limits": {"pressure": "20 kPa"},'
        ' "steps": [{"settle": {"pressure": "3 kPa", "for": "20 s"}}]}'
    )
    assert read(text, Profile).id == "j"


EMG = GOOD.replace(
    "region: up", "needs: {signals: {emg: {missing: timed, lost: ease}}}\nregion: up"
)
RULE = EMG + "rules:\n  a:\n    when: {button: pain}\n    do: "
KNEADING = EMG + "  - petrissage: {pressure: {low: 3 kPa, high: 9 kPa}, rate: 36/min, for: 60 s, "


@pytest.mark.parametrize(
    ("text", "column", "where", "says"),
    [
        (RULE + "{hold: {for: 2 s}, stop: }\n", 28, "rules.a.do.stop", "write `do: stop`"),
        (RULE + "{stop: ~}\n", 10, "rules.a.do.stop", "write `do: stop`"),
        (
            RULE + "{ease: {to: 50 %, over: 1 s, keep: 5 s}, release: }\n",
            50,
            "rules.a.do.release",
            "leave the key out",
        ),
        (KNEADING + "until: }\n", 80, "steps[1].petrissage.until", "leave the key out"),
        (KNEADING + "adapt: null}\n", 80, "steps[1].petrissage.adapt", "leave the key out"),
        (KNEADING + "baseline: }\n", 80, "steps[1].petrissage.baseline", "leave the key out"),
        (KNEADING + "channel: }\n", 80, "steps[1].petrissage.channel", "leave the key out"),
        (KNEADING + "region: }\n", 80, "steps[1].petrissage.region", "leave the key out"),
        (KNEADING + "label: }\n", 80, "steps[1].petrissage.label", "leave the key out"),
        (GOOD + "rules:\n", 1, "rules", "leave the key out"),
        (GOOD.replace("for: 20 s", "for: "), 31, "steps[0].settle.for", "leave the key out"),
    ],
)
def test_a_key_with_nothing_behind_it_is_refused_where_it_stands(text, column, where, says):
    (problem,) = problems_of(text)
    line = text.count("\n") if text.count("\n") > 8 else problem.line
    assert (problem.line, problem.column, problem.where) == (line, column, where)
    assert problem.problem.startswith("nothing stands here; write ")
    assert says in problem.problem


def test_a_value_that_is_not_there_stands_where_its_key_does():
    text = "a:\n  rate:\n  for: 3 s\nb: ''\n"
    _, places, _ = read_tree(text, "my.yaml")
    problem = places.problem(("a", "rate"), "")
    assert (problem.line, problem.column) == (2, 3)
    assert places.problem(("b",), "").column == 4


def test_a_step_without_its_words_is_told_where_it_stands_not_at_the_next_line():
    (problem,) = problems_of(GOOD + "  - rest:\n  - settle: {pressure: 3 kPa, for: 20 s}\n")
    assert (problem.line, problem.column, problem.where) == (9, 5, "steps[1].rest")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("revision: 1", "revision: 0", "0 is too little; at least 1"),
        ("revision: 1", "revision: 2000000", "2000000 is too much; at most 1000000"),
        ("revision: 1", "revision: .nan", 'a whole number is wanted here, not ".nan"'),
        ("id: small", "id: Not small", "as my-first-profile"),
        ("title: Small", "title: " + "x" * 201, "is too long; at most 200 characters"),
        ("title: Small", 'title: ""', "a text that is not empty is wanted here"),
        (
            "settle: {pressure: 3 kPa, for: 20 s}",
            "together: [settle: {pressure: 3 kPa, for: 20 s}]",
            "at least 2 entries are wanted here",
        ),
    ],
)
def test_a_bound_is_told_in_the_words_of_the_format(old, new, says):
    (problem,) = problems_of(GOOD.replace(old, new))
    assert says in problem.problem


def test_a_number_that_is_none_is_told_so():
    class Numbers(Document):
        share: Annotated[float, Field(gt=0.0, lt=2.0, strict=False)]
        few: Annotated[list[str], Field(max_length=1)]

    told = [p.problem for p in problems_of("share: .nan\nfew: [a, b]\n", Numbers)]
    assert told[0] == 'a number is wanted here, not ".nan"'
    assert told[1] == '["a", "b"] has too many entries; at most 1'
    (little,) = problems_of("share: 0\nfew: []\n", Numbers)
    assert little.problem == "0 is too little; it must be more than 0"


@pytest.mark.parametrize("channels", ["[]", "[position]"])
def test_a_profile_cannot_do_without_a_pressure(channels):
    (problem,) = problems_of(GOOD.replace("limits:", f"needs: {{channels: {channels}}}\nlimits:"))
    assert (problem.line, problem.column, problem.where) == (6, 19, "needs.channels")
    assert problem.problem == "every step presses; write pressure too, as [pressure]"


@pytest.mark.parametrize("name", ["de pth", "1st", "tiefe.links", '""', "größe"])
def test_a_parameter_that_no_value_could_refer_to_is_refused_by_its_name(name):
    text = f"parameters:\n  {name}: {{default: 9 kPa, min: 6 kPa, max: 20 kPa}}\n"
    (problem,) = problems_of(GOOD + text)
    assert (problem.line, problem.column) == (10, 3)
    assert "cannot be written as $name; write letters" in problem.problem


@pytest.mark.parametrize("stop", ["{}", "now", "false", "1"])
def test_a_stop_with_anything_behind_it_is_told_how_a_stop_is_written(stop):
    (problem,) = problems_of(RULE + "{stop: " + stop + "}\n")
    assert problem.where == "rules.a.do.stop"
    assert problem.problem == "a stop says everything by itself; write `do: stop`"


def test_keys_that_begin_with_x_are_the_authors_own():
    text = GOOD.replace("{pressure: 3 kPa,", "{x-why: [any, {thing: 1}], pressure: 3 kPa,")
    assert read(text + "x-notes: mine\n", Profile).id == "small"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1\nb: 2\n", 2, "this is not YAML"),
        ("a: 'never closed\n", 2, "this is not YAML"),
        ("a: &x 1\n", 1, "an anchor (&x)"),
        ("a: 1\nb: *x\n", 2, "an alias (*x)"),
        ("a: !!python/object:os.system 1\n", 1, "a tag"),
        ("a: !!int 1\n", 1, "a tag"),
        ("a: 1\n<<: {b: 2}\n", 2, "a merge key"),
        ("a:\n\tb: 1\n", 2, "a tab indents this line"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("%YAML 1.1\n---\na: 1\n", 2, "a directive"),
        ("? [a]\n: 1\n", 1, "where a word belongs"),
        ("", 1, "must be a mapping"),
        ("- a\n", 1, "must be a mapping"),
        ("just words", 1, "must be a mapping"),
        ("a: 1\nb: \x00\n", 2, "U+0000"),
        (b"a: 1\nb: \xff\xfe\n", 2, "not UTF-8"),
        ("\ufeffa: 1", 1, "byte order mark"),
        ("a: 1".encode("utf-16"), 1, "not UTF-8"),
        ("a: \udc80", 1, "not UTF-8"),
        ("a: " + "x" * 65536, 1, "64 KiB"),
        ("[" * 65000, 1, "deeper than 16"),
        ("- " * 30000, 1, "deeper than 16"),
        ("{a: " * 10000, 1, "deeper than 16"),
        ("? " * 30000, 1, "where a word belongs"),
        ("a: [" + "a, " * 20000 + "]", 1, "more than 12000"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, "an anchor"),
        (bytes(range(256)) * 16, 2, "not UTF-8"),
    ],
)
def test_a_file_beyond_the_form_is_told_alone_with_its_line(text, line, says):
    (problem,) = problems_of(text)
    assert says in problem.problem
    assert problem.line == line
    assert problem.column >= 1


@pytest.mark.timeout(20)  # minutes would be an attack; the machine may be busy
@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "a, " * 16000 + "]",
        "\n".join(f"k{i}: {{a: [1, 2]}}" for i in range(3500)),
        "- a\n" * 16000,
        "'" + "\n" * 65000,
        '"' + "\\x41" * 16000 + '"',
        GOOD.replace("20 s", "1e300 s"),
        GOOD.replace("20 s", "9" * 60000 + " s"),
        GOOD.replace("revision: 1", "revision: " + "9" * 60000),
        GOOD + "  - repeat: {times: " + "9" * 5000 + ", steps: [rest: {for: 1 s}]}\n",
        GOOD + "".join(f"  - bad{i}: {{for: 1 s}}\n" for i in range(2500)),
        GOOD + "  - settle: {" + ", ".join(f"k{i}: 1" for i in range(4000)) + "}\n",
    ],
)
def test_a_hostile_file_ends_in_problems_before_long(text):
    assert problems_of(text)


def test_plain_words_keep_their_yaml_1_2_meaning():
    class Anything(Document):
        on: Annotated[str, Field()]
        sexagesimal: str
        octal: int
        yes_is_a_word: str
        truth: bool
        number: float
        nothing: list[None]

    text = "on: no\nsexagesimal: 1:30\noctal: 012\nyes_is_a_word: yes\n"
    text += "truth: true\nnumber: 1e3\nnothing: [~]\n"
    found = read(text, Anything)
    assert found.on == "no"
    assert found.sexagesimal == "1:30"
    assert found.octal == 12
    assert found.yes_is_a_word == "yes"
    assert found.truth is True
    assert found.number == 1000.0


def test_the_schema_of_a_profile_can_be_published():
    schema = Profile.model_json_schema()
    assert schema["additionalProperties"] is False
    assert "steps" in schema["required"]
