"""myoloop profile: list, show, check, plot; and what hostile files do to it."""

import pytest

from console.cli import main
from profiles.library import library_ids, library_text
from tests.console.terminals import only_json

HOSTILE = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "not utf-8": b"\xff\xfe\x00format",
    "a list": b"- 1\n- 2\n",
    "alias bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "deep": b"[" * 5000,
    "deep mapping": b"".join(b" " * n + b"a:\n" for n in range(200)),
    "too long": b"x-a: " + b"y" * 70_000,
    "other format": b"format: myoloop-profile/99\n",
    "tag": b"format: !!python/object/apply:os.system ['true']\n",
    "control characters": b"title: \x1b[2J\x07\n",
    "endless": (library_text("demo") + "\nrules: {}\n").encode(),
    "infinite": library_text("demo").replace("19 kPa", "1e400 kPa").encode(),
    "not a number": library_text("demo").replace("19 kPa", "nan kPa").encode(),
    "too hard": library_text("demo").replace("24 kPa", "2400 kPa").encode(),
}


def test_the_library_is_listed(capsys):
    assert main(["profile", "list", "--json"]) == 0
    listed = only_json(capsys.readouterr().out)
    assert listed["schema"] == "myoloop.profile_list/1"
    assert [p["id"] for p in listed["profiles"]] == list(library_ids())
    assert all(p["worst_case_s"] > 0 for p in listed["profiles"])


def test_a_profile_is_shown_as_it_was_written(capsys):
    assert main(["profile", "show", "library:kneading"]) == 0
    assert capsys.readouterr().out == library_text("kneading")


def test_a_sound_profile_gets_a_short_clean_report(capsys):
    assert main(["profile", "check", "library:demo"]) == 0
    said = capsys.readouterr().out
    for word in ("no problems", "at most", "peak", "dose", "needs", "(profile)"):
        assert word in said


def test_a_check_in_json_tells_the_worst_case(capsys):
    assert main(["profile", "check", "library:demo", "--json"]) == 0
    document = only_json(capsys.readouterr().out)
    assert document["ok"]
    assert document["peak_kpa"] == 22.0  # the highest of a live parameter, not its default
    assert document["needs"]["signals"]["emg"] == {"missing": "timed", "lost": "ease"}
    assert document["dose"]["lumbar_erector_spinae"]["pressure_kpa_s"] > 100


def test_deep_work_is_refused_on_nobody_and_allowed_on_a_simulated_person(capsys):
    assert main(["profile", "check", "library:trigger-point", "--json"]) == 1
    assert only_json(capsys.readouterr().out)["refused"] == "no_person"
    assert main(["profile", "check", "library:trigger-point", "--person", "simulated"]) == 0


def test_every_problem_has_its_place(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(library_text("demo").replace("rate: $rate", "rate: 0.6 kPa"), "utf-8")
    assert main(["profile", "check", str(file)]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    place, where, problem = line.split("  ", 2)
    assert place.startswith(f"{file}:")
    assert len(place.rsplit(":", 2)) == 3
    assert where == "steps[2].petrissage.rate"
    assert "a rate is wanted" in problem


def test_a_value_is_checked_as_the_operator_sets_it(capsys):
    assert main(["profile", "check", "library:demo", "--set", "depth=21kPa"]) == 0
    assert main(["profile", "check", "library:demo", "--set", "depth=99kPa"]) == 1
    assert "8 kPa to 22 kPa" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "plot"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_profile_is_a_message_and_never_a_traceback(command, name, tmp_path, capsys):
    file = tmp_path / "hostile.yaml"
    file.write_bytes(HOSTILE[name])
    assert main(["profile", command, str(file)]) == 1
    told = capsys.readouterr()
    assert "hostile.yaml:" in told.out + told.err
    assert "Traceback" not in told.out + told.err
    assert "\x1b" not in told.out + told.err


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_profile_is_drawn(kind, tmp_path, capsys):
    file = tmp_path / f"picture.{kind}"
    assert main(["profile", "plot", "library:trigger-point", "--picture", str(file)]) == 0
    drawn = file.read_bytes()
    assert drawn.startswith(b"<?xml" if kind == "svg" else b"\x89PNG")
    if kind == "svg":
        assert b"Trigger point, upper trapezius" in drawn
        for word in (
            b"limit 22.0 kPa (profile)",
            b"may end sooner",
            b"rule guarding",
            b"position in",
        ):
            assert word in drawn


def test_the_same_profile_is_the_same_picture(tmp_path):
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    for file in (one, two):
        assert main(["profile", "plot", "library:demo", "--picture", str(file)]) == 0
    assert one.read_bytes() == two.read_bytes()


def test_typical_and_worst_case_are_both_drawn(tmp_path):
    file = tmp_path / "picture.svg"
    assert main(["profile", "plot", "library:kneading", "--picture", str(file)]) == 0
    drawn = file.read_text("utf-8")
    for word in ("typical", "at most (live parameters)", "worst case 20.0 kPa"):
        assert word in drawn


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["library:trigger-point"], ("Side by side", "Kneading, upper", "Trigger point, upper")),
        (["--beside", "sim://healthy_f?seed=7"], ("Kneading, upper", "voice_coil")),
    ],
)
def test_two_are_drawn_side_by_side(more, words, tmp_path):
    file = tmp_path / "two.svg"
    assert main(["profile", "plot", "library:kneading", *more, "--picture", str(file)]) == 0
    drawn = file.read_text("utf-8")
    assert all(word in drawn for word in words)
    assert drawn.count("typical") == (2 if "--beside" in more else 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kneading", "--beside", "levels3"], "petrissage  on levels3: rises at"),
        (["effleurage", "--beside", "airbag"], "effleurage  on airbag: at 100%"),
        (["effleurage", "--device", "airbag", "--beside", "voice_coil"], "on airbag: at 100%"),
        (["trigger-point", "--beside", "airbag"], "on airbag: reaches 16 kPa"),
    ],
)
def test_of_two_devices_it_is_told_which_one_a_profile_cannot_be_drawn_for(
    words, told, tmp_path, capsys
):
    name, *more = words
    picture = ["--picture", str(tmp_path / "two.svg")]
    assert main(["profile", "plot", f"library:{name}", *more, *picture]) in {1, 4}
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--beside", "airbag"]])
def test_mistakes_of_a_profile_itself_are_told_of_no_device(more, tmp_path, capsys):
    file = tmp_path / "wrong.yaml"
    file.write_text(library_text("demo").replace("title:", "titel:"))
    assert main(["profile", "plot", str(file), *more]) == 1
    err = capsys.readouterr().err
    assert 'did you mean "title"?' in err
    assert "on voice_coil" not in err


@pytest.mark.parametrize("product", ["jensen", "rongtai"])
def test_a_check_for_a_product_says_what_is_lost(product, capsys):
    assert main(["profile", "check", "library:kneading", "--device", product]) == 0
    said = capsys.readouterr().out
    assert "kPa off (RMS)" in said
    assert "does not measure what it presses" in said
    assert ("its own knead" in said) is (product == "rongtai")
