"""myoloop person: making, screening, showing, exporting, forgetting and settling people."""

import io
import json
import sqlite3
import stat
import time

import pytest

from console.cli import main
from console.failures import failed
from console.questions import interview
from controller.eligibility import NotAdmitted, admit
from controller.ledger import Entry
from controller.screening import QUESTIONS, Answer
from profiles.dose import Dose, dose
from records.people import People
from tests.console.terminals import TWO_STEPS, Running, myoloop, only_json
from tests.controller.people import UPPER, programme

NO = ("--no-to", "all")


def said(capsys, *words, code=0):
    assert main([*words, "--json"]) == code
    return only_json(capsys.readouterr().out)


@pytest.fixture
def p1(capsys):
    assert main(["person", "new", "p1", "--sex", "female"]) == 0
    capsys.readouterr()
    return People()


def answer_of(p1, name):
    return p1.load("p1").screenings[-1].answers[name]


def test_a_person_is_made_shown_and_listed(p1, capsys):
    assert said(capsys, "person", "show")["people"] == ["p1"]
    found = said(capsys, "person", "show", "p1")
    assert (found["schema"], found["id"], found["sex"]) == ("myoloop.person/1", "p1", "female")
    assert not found["screened"]
    assert found["refusals"][0]["why"] == "screening_missing"


def test_nobody_is_known_at_first(capsys):
    assert said(capsys, "person", "show")["people"] == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["person", "new", "p1"], "id_refused"),
        (["person", "new", "simulated"], "id_refused"),
        (["person", "show", "p2"], "no_such_person"),
        (["person", "screen", "p2", *NO], "no_such_person"),
        (["person", "forget", "p2", "--yes"], "no_such_person"),
        (["person", "settle", "p2"], "no_such_person"),
        (["person", "screen", "p1", "--yes-to", "hart"], "usage"),
        (["person", "screen", "p1", *NO, "--yes-to", "implant:elbow"], "usage"),
        (["person", "calibrate", "p1", "--region", UPPER], "usage"),
        (["person", "calibrate", "p1", "--region", "spine", "--device", "sim://"], "usage"),
        (["person", "calibrate", "p1", "--region", "", "--device", "sim://"], "usage"),
        (
            ["person", "contraction", "p2", "--region", UPPER, "--device", "sim://"],
            "no_such_person",
        ),
        (["person", "contraction", "p1", "--region", UPPER], "usage"),
        (["person", "contraction", "p1", "--region", "spine", "--device", "sim://"], "usage"),
        (
            [
                "person",
                "contraction",
                "p1",
                "--region",
                UPPER,
                "--side",
                "both",
                "--device",
                "sim://",
            ],
            "usage",
        ),
        (["run", "library:demo", "--device", "sim://", "--side", "both"], "usage"),
        (["run", "library:demo", "--device", "sim://", "--person", "p2"], "no_such_person"),
        (["profile", "check", "library:demo", "--person", "p2"], "no_such_person"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_makes_no_sense_is_one_message(p1, capsys, words, kind):
    assert said(capsys, *words, code=2)["error"]["kind"] == kind


@pytest.mark.parametrize(
    ("name", "advice"),
    [("p2", "person new p2"), ("nobody", "person new ID"), ("simulated", "person new ID"),
     ("Ana Maria", "person new ID")],
)  # fmt: skip
def test_whoever_is_not_known_may_be_made_as_advised(p1, capsys, name, advice):
    message = said(capsys, "person", "show", name, code=2)["error"]["message"]
    assert f'nobody here is called "{name}": there are p1; `myoloop {advice}` makes' in message


def test_no_to_all_leaves_what_was_answered_otherwise(p1, capsys):
    yes = ("--yes-to", f"implant:{UPPER},gluteus", "--agreed-to", "tumour:gluteus")
    found = said(capsys, "person", "screen", "p1", *NO, *yes)
    assert found["screened"]
    assert found["yes"] == ["implant", "tumour"] or set(found["yes"]) == {"implant", "tumour"}
    assert answer_of(p1, "implant") == Answer("yes", (UPPER, "gluteus"))
    assert answer_of(p1, "tumour") == Answer("agreed", ("gluteus",))
    assert answer_of(p1, "heart") == Answer("no")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--yes-to", "heart", "--no-to", "heart", *NO), ("heart", "yes and no")),
        (("--no-to", "all,heart", "--agreed-to", "tumour", "--yes-to", "tumour"),
         ("tumour", "yes and agreed")),
        (("--yes-to", f"implant:{UPPER}", "--agreed-to", "implant:calf_gastrocnemius", *NO),
         ("implant", f"yes ({UPPER}) and agreed (calf_gastrocnemius)")),
        (("--answers", "FILE", "--no-to", "heart", *NO), ("heart", "yes and no")),
        (("--answers", "FILE", "--yes-to", "fever", *NO), ("fever", "no and yes")),
        (("--answers", "FILE", "--agreed-to", "tumour", *NO),
         ("tumour", "yes (gluteus) and agreed")),
    ],
)  # fmt: skip
def test_a_question_that_is_answered_in_two_ways_is_refused(p1, capsys, tmp_path, words, says):
    file = tmp_path / "answers.yaml"
    file.write_text("heart: yes\nfever: no\ntumour: [gluteus]\n")
    words = [str(file) if word == "FILE" else word for word in words]
    error = said(capsys, "person", "screen", "p1", *words, code=2)["error"]
    assert error["kind"] == "usage"
    name, answers = says
    assert f"{name} is answered twice, {answers};" in error["message"]
    assert p1.load("p1").screenings == ()


@pytest.mark.parametrize(
    ("words", "regions"),
    [
        ((f"implant:{UPPER}", "implant:gluteus"), (UPPER, "gluteus")),
        ((f"implant:{UPPER},gluteus", "implant:gluteus"), (UPPER, "gluteus")),
        ((f"implant:{UPPER}", "implant"), ()),
        (("implant", f"implant:{UPPER}"), ()),
    ],
)
def test_the_regions_of_one_answer_given_twice_are_joined(p1, capsys, words, regions):
    options = [part for word in words for part in ("--yes-to", word)]
    said(capsys, "person", "screen", "p1", *options, *NO)
    assert answer_of(p1, "implant") == Answer("yes", regions)


def test_the_regions_in_a_file_and_in_an_option_are_joined(p1, capsys, tmp_path):
    file = tmp_path / "answers.yaml"
    file.write_text(f"implant: [{UPPER}]\nheart: no\n")
    options = ("--answers", str(file), "--yes-to", "implant:gluteus", "--no-to", "heart", *NO)
    said(capsys, "person", "screen", "p1", *options)
    assert answer_of(p1, "implant") == Answer("yes", (UPPER, "gluteus"))


def test_what_is_not_answered_is_named_and_nothing_is_kept(p1, capsys):
    error = said(capsys, "person", "screen", "p1", "--no-to", "heart,fever", code=2)["error"]
    assert "pregnant" in error["message"]
    assert "heart" not in error["message"]
    assert p1.load("p1").screenings == ()


def test_answers_may_come_from_a_file(p1, capsys, tmp_path):
    file = tmp_path / "answers.yaml"
    every = "".join(f"{question.id}: no\n" for question in QUESTIONS[:-3])
    file.write_text(
        f"{every}{QUESTIONS[-3].id}: [{UPPER}]\n{QUESTIONS[-2].id}: yes\n"
        f"{QUESTIONS[-1].id}: {{agreed: [gluteus]}}\n"
    )
    said(capsys, "person", "screen", "p1", "--answers", str(file))
    assert answer_of(p1, QUESTIONS[-3].id) == Answer("yes", (UPPER,))
    assert answer_of(p1, QUESTIONS[-2].id) == Answer("yes")
    assert answer_of(p1, QUESTIONS[-1].id) == Answer("agreed", ("gluteus",))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("heart: maybe\n", "answers.yaml:1"),
        ("fever: no\nhart: no\n", "answers.yaml:2"),
        ("implant: [elbow]\n", "answers.yaml:1"),
        ("- heart\n", "answers.yaml:1"),
        ("", "answers.yaml:1"),
        ("a: [", "answers.yaml:1"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(p1, capsys, tmp_path, text, where):
    file = tmp_path / "answers.yaml"
    file.write_text(text)
    words = ("person", "screen", "p1", *NO, "--answers", str(file))
    assert where in said(capsys, *words, code=2)["error"]["message"]
    assert p1.load("p1").screenings == ()


def test_at_a_terminal_every_question_is_asked(monkeypatch, capsys):
    answers = []
    for question in QUESTIONS:
        if question.id == "tumour":
            answers += ["y", "y", "elbow", "Upper trapezius"]
        elif question.id == "fragile":
            answers += ["y"]
        else:
            answers += ["n"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    found = interview(123.0)
    asked = capsys.readouterr()
    assert asked.out == ""
    assert all(question.ask.split("?")[0] in asked.err for question in QUESTIONS)
    assert '"elbow" is no region' in asked.err
    assert found.is_complete()
    assert found.answers["tumour"] == Answer("agreed", (UPPER,))
    assert found.answers["fragile"] == Answer("yes")


def test_only_what_is_not_answered_yet_is_asked(monkeypatch, capsys):
    given = {question.id: Answer("no") for question in QUESTIONS if question.id != "pregnant"}
    monkeypatch.setattr("sys.stdin", io.StringIO("perhaps\nY\n"))
    assert interview(0.0, given).answers["pregnant"] == Answer("yes")
    assert capsys.readouterr().err.count("pregnant") == 2


@pytest.mark.parametrize(
    ("options", "yes", "gates"),
    [
        (
            ("--yes-to", f"implant:{UPPER},gluteus"),
            f"yes to implant ({UPPER}, gluteus)",
            {(f"{UPPER}, gluteus: not treated (implant)", "refused", (UPPER, "gluteus"), None)},
        ),
        (
            ("--yes-to", "varicose_veins"),
            "yes to varicose_veins (everywhere)",
            {("everywhere: no deep work (varicose_veins)", "no_deep_work", (), None)},
        ),
        (
            ("--yes-to", "osteoporosis:gluteus"),
            "yes to osteoporosis (gluteus)",
            {
                ("gluteus: not treated (osteoporosis)", "refused", ("gluteus",), None),
                ("everywhere: pressed up to 30 % of the pain threshold (osteoporosis)",
                 "share", (), 0.3),
                ("everywhere: no contraction but a light one (osteoporosis)", "no_strain", (),
                 None),
            },
        ),
        (
            ("--agreed-to", "tumour:gluteus"),
            "yes to tumour (gluteus), agreed to",
            {("gluteus: not treated (tumour)", "refused", ("gluteus",), None)},
        ),
        (
            ("--yes-to", "heart"),
            "yes to heart",
            {("everywhere: not treated (heart)", "refused", (), None)},
        ),
        (
            ("--yes-to", "sore_from_exercise:gluteus"),
            "yes to sore_from_exercise (gluteus)",
            {("gluteus: the pain threshold counts 76 % (sore_from_exercise)",
              "tender", ("gluteus",), 0.76),
             ("gluteus: no contraction but a light one (sore_from_exercise)",
              "no_strain", ("gluteus",), None)},
        ),
    ],
)  # fmt: skip
def test_what_every_yes_rules_out_is_shown_and_where(p1, capsys, options, yes, gates):
    found = said(capsys, "person", "screen", "p1", *options, *NO)
    told = {(g["what"], g["effect"], tuple(g["regions"]), g["share"]) for g in found["gates"]}
    assert told == gates
    assert main(["person", "show", "p1"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert {yes, *(what for what, *_ in gates)} <= set(lines)


def test_what_an_older_answer_still_locks_is_shown(p1, capsys):
    said(capsys, "person", "screen", "p1", "--yes-to", "sore_or_bruised_after:gluteus", *NO)
    found = said(capsys, "person", "screen", "p1", "--yes-to", "fragile", *NO)
    assert [one["question"] for one in found["answers"]] == ["fragile"]
    lock = next(gate for gate in found["gates"] if gate["question"] == "sore_or_bruised_after")
    assert lock["what"].startswith("gluteus: not treated, for 48 h at least")
    assert lock["hours_left"] == pytest.approx(48.0, abs=0.1)


def reserved(people, **pressed):
    entry = Entry(
        at_s=time.time() - 7200.0,
        device="d",
        profile="kneading",
        area_cm2=10.0,
        doses={UPPER: Dose(**pressed)},
    )
    return people.reserve("p1", entry, lambda person: None)


def test_what_was_never_booked_is_shown_and_settled(p1, capsys):
    reserved(p1, worked_s=240.0, deep_s=60.0)
    found = said(capsys, "person", "show", "p1")
    assert found["never_booked"] == 1
    assert found["ledger"][UPPER]["worked_s"] == 240.0
    assert not found["ledger"][UPPER]["free"]
    assert main(["person", "settle", "p1"]) == 0
    assert "kneading on d counts as played in full: upper_trapezius 240 s" in (
        capsys.readouterr().out
    )
    found = said(capsys, "person", "show", "p1")
    assert found["never_booked"] == 0
    line = found["ledger"][UPPER]
    assert line["free"]
    assert 46.5 < line["deep_lock_s"] / 3600 < 47.5


def test_a_check_on_a_person_tells_what_counts_already(p1, capsys):
    p1.book(reserved(p1), {UPPER: Dose(worked_s=700.0, deep_s=10.0)}, time.time())
    words = ("profile", "check", "library:kneading", "--person", "p1")
    found = said(capsys, *words, code=1)
    assert (found["person"], found["ok"], found["problems"]) == ("p1", False, [])
    assert found["ledger"][UPPER]["left_s"] == 200.0
    whys = [one["why"] for one in found["refusals"]]
    assert whys == ["screening_missing", "deep_lock", "region_time", "not_rehearsed"]
    assert main(list(words)) == 1
    told = capsys.readouterr().out
    assert "700 of 900 s" in told
    assert "not now: " in told


def test_deep_work_on_an_unmeasured_person_is_told_with_what_to_do(p1, capsys):
    words = ("profile", "check", "library:trigger-point", "--person", "p1")
    assert said(capsys, *words, code=1)["refused"] == "no_person"
    assert main(list(words)) == 1
    assert "`myoloop person calibrate p1`" in capsys.readouterr().out


def test_whoever_is_refused_is_told_why_and_what_would_be_allowed_with_exit_code_4(p1):
    program = programme()
    with pytest.raises(NotAdmitted) as refused:
        admit(p1.load("p1"), program, dose(program), time.time())
    told = failed(refused.value, ["run"])
    assert (told.exit_code, told.document.error.kind) == (4, "not_admitted")
    lines = told.text.splitlines()
    assert lines[0] == "myoloop: p1 is not treated like this now, and nothing was pressed:"
    assert "`myoloop person screen p1` asks them" in lines[1]
    assert "--device sim://healthy_f --person p1" in lines[2]


@pytest.mark.wire
def test_a_rehearsal_at_the_command_line_unlocks_its_techniques(tmp_path):
    data = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert myoloop("person", "new", "p1", folder=tmp_path, **data).returncode == 0
    words = ("run", TWO_STEPS, "--set", "knead_for=4s", "--device", "sim://healthy_f?seed=7")
    with Running(*words, "--person", "p1", "--no-display", folder=tmp_path, **data) as running:
        code, out = running.end()
    assert code == 0
    assert "outcome: complete" in out
    assert "rehearsed for p1" in "".join(running.lines)
    found = json.loads(myoloop("person", "show", "p1", "--json", folder=tmp_path, **data).stdout)
    assert "petrissage: simulator" in found["stages"]
    assert found["ledger"] == {}


def test_everything_of_a_person_is_given_out(p1, capsys, tmp_path):
    main(["person", "screen", "p1", *NO])
    capsys.readouterr()
    assert said(capsys, "person", "export", "p1")["person"]["id"] == "p1"
    file = tmp_path / "p1.json"
    assert main(["person", "export", "p1", "--output", str(file)]) == 0
    kept = json.loads(file.read_text())
    assert len(kept["screenings"][0]["answers"]) == len(QUESTIONS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_forgetting_is_asked_about(p1, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["person", "forget", "p1"]) == 1
    assert p1.ids() == ["p1"]
    assert main(["person", "forget", "p1", "--yes"]) == 0
    assert p1.ids() == []


def test_a_person_with_a_damaged_row_can_be_forgotten(p1, capsys, tmp_path):
    with sqlite3.connect(tmp_path / "data" / "myoloop" / "people.sqlite3") as db:
        db.execute("INSERT INTO entry (person, entry) VALUES ('p1', x'7b7d')")
    assert said(capsys, "person", "show", "p1", code=3)["error"]["kind"] == "records"
    assert main(["person", "forget", "p1", "--yes"]) == 0
    assert p1.ids() == []


def test_a_damaged_file_is_a_message_and_never_a_traceback(p1, capsys, tmp_path):
    (tmp_path / "data" / "myoloop" / "people.sqlite3").write_bytes(b"x" * 5000)
    error = said(capsys, "person", "show", code=3)["error"]
    assert error["kind"] == "records"
    assert "is damaged" in error["message"]
