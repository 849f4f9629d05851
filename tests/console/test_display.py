"""The live view, as text."""

import io

import pytest
from rich.console import Console

from console.authoring import host
from console.display import View
from console.excerpt import excerpt
from console.sentences import judgement
from console.sitting import Scene
from controller.play import prepare, read_profile
from controller.visits import Late, Vitals
from controller.words import (
    Judged,
    ModeChanged,
    Paused,
    Reason,
    Sampled,
    StepBegan,
    StepEnded,
    Verdict,
)

FIT = excerpt(20, host("voice_coil", "simulated").capabilities)


def vitals_of(**changes):
    kept = {
        "frames_sent": 10,
        "frames_received": 20,
        "rtt_p50_ms": 0.8,
        "rtt_p99_ms": 1.4,
        "late": Late(0.0001, 0.0003, 0.0123),
    }
    return Vitals(**{**kept, **changes})


def view(emulated=True, **changes):
    scene = Scene(
        url="sim://healthy_f?seed=7",
        emulated=emulated,
        fit=FIT,
        vitals=lambda: vitals_of(**changes),
    )
    return View(scene)


def text(view, width=90):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(view.render(console.width))
    return console.file.getvalue()


def test_before_anything_is_felt_there_is_a_picture_already():
    said = text(view())
    for word in ("Demonstration", "about to begin", "SIMULATION", "Ctrl-C"):
        assert word in said


def test_it_says_which_step_plays_and_how_much_is_left():
    seen = view()
    seen.hear(StepBegan(5.0, 2, "Kneading", "petrissage"))
    seen.hear(Sampled(12.0, 15.5, 14.25, (3.0, 40.0)))
    said = text(seen)
    for word in ("step 3 of 3", "Kneading", "petrissage", "0:12 of 0:20, 0:08 left"):
        assert word in said


def test_it_shows_how_warm_the_surface_is_where_that_is_read():
    seen = view()
    seen.hear(Sampled(12.0, 15.5, 14.25, (3.0, 40.0)))
    assert "surface" not in text(seen)
    seen.hear(Sampled(12.01, 15.5, 14.25, (3.0, 40.0), 37.96))
    assert "surface    38.0 °C" in text(seen)


def test_how_loud_a_muscle_was_is_told_in_multiples():
    said = judgement(Verdict("ease", Reason.GUARDING, 18.42, 1.0))
    assert said.endswith("(18.4 times what counts as guarding)")


def test_it_shows_target_actual_and_limit_and_whose_limit_it_is():
    seen = view()
    seen.hear(Sampled(12.0, 15.5, 14.25, (3.0, 40.0)))
    (line,) = [line for line in text(seen).splitlines() if line.startswith("pressure")]
    assert "14.2 kPa" in line
    assert "15.5 kPa" in line
    assert "(profile)" in line


def test_each_muscle_has_a_bar_that_grows_with_it():
    seen = view()
    seen.hear(Sampled(12.0, 15.5, 14.25, (3.0, 40.0)))
    calm, tense = (line for line in text(seen).splitlines() if line.startswith("EMG"))
    assert calm.count("█") < tense.count("█")
    assert "40.0 uV" in tense


def test_the_link_is_shown_with_its_worst():
    (line,) = [line for line in text(view(frames_bad=3)).splitlines() if line.startswith("link")]
    for word in ("round trip 1.4 ms", "3 bad frames", "0 samples lost", "ms late"):
        assert word in line


def test_the_last_event_is_told_in_a_sentence():
    seen = view()
    seen.hear(StepEnded(5.0, 0, "done"))
    assert "step 1 is done" in text(seen)
    seen.hear(Judged(7.5, Verdict("stop", Reason.OVER_PRESSURE, 31.25, 25.7)))
    assert "7.5 s  stopped: the pressure was over its limit (31.2 kPa" in text(seen)


def test_why_it_pauses_and_how_long_it_waits_stand_in_one_line():
    seen = view()
    seen.hear(Judged(7.5, Verdict("pause", Reason.PAIN, 1.0, 0.0)))
    seen.hear(Paused(7.5, Reason.PAIN, 607.5))
    assert "paused: the pain button was pressed; it waits for a person" in text(seen, 120)
    seen.hear(Paused(20.0, Reason.OPERATOR, 620.0))
    assert "20.0 s  paused by an operator; it waits for a person, 10 min" in text(seen, 120)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("closed_loop", "what comes back is trusted again: a person has acknowledged"),
        ("step_adjust", "trusted a little again, changes come between cycles: a person has"),
    ],
)
def test_trust_that_a_person_has_given_again_is_told_as_that_and_not_as_an_end(mode, said):
    seen = view()
    seen.hear(ModeChanged(30.0, mode, Reason.OPERATOR, 0.0, 0.0))
    assert said in text(seen, 120)
    assert "ended" not in text(seen, 120)


def test_a_curve_is_drawn_of_what_was_felt():
    seen = view()
    before = sum(0x2800 < ord(letter) <= 0x28FF for letter in text(seen))
    for k in range(500):
        seen.hear(Sampled(k / 100, 10.0, 10.0 * k / 500, ()))
    after = sum(0x2800 < ord(letter) <= 0x28FF for letter in text(seen))
    assert after > before + 40


def test_a_real_device_is_not_shown_as_a_simulation():
    said = text(view(emulated=False))
    assert "SIMULATION" not in said
    assert "ON A PERSON" in said


def test_it_fits_narrow_and_wide_terminals():
    seen = view()
    seen.hear(StepBegan(5.0, 2, "Kneading", "petrissage"))
    for k in range(200):
        seen.hear(Sampled(k / 10, 15.5, 14.25, (3.0, 4.0)))
    for width in (60, 80, 100, 200):
        lines = text(seen, width).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) < 24


def test_of_a_product_it_says_what_plays_and_that_nothing_is_measured():
    on_bed = prepare(*read_profile("library:demo"), host("jensen", "nobody").capabilities, {})
    scene = Scene(
        url="jensen://jmc400",
        emulated=False,
        fit=on_bed,
        vitals=vitals_of,
    )
    seen = View(scene)
    for k in range(71):
        seen.hear(Sampled(k / 10, 6.25, None, ()))
    shown = text(seen)
    assert "not measured: levels of the head zone" in shown
    assert "target   6.2 kPa" in shown
    assert "0:07 of 1:00" in shown
    assert "ON A PERSON" in shown
