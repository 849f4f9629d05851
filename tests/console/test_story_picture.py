"""The page of a story that did not end as it expects: what a reader must find on it."""

import re

import pytest

from console.story_picture import LINE_LETTERS, draw_story
from sim.judging import judge
from sim.scenario import read_scenario
from sim.staging import perform
from tests.sim.stories import PROFILE

CHAMBERS = PROFILE.with_name("chambers.yaml")


def page(
    tmp_path,
    expect,
    *,
    profile=PROFILE,
    device="{}",
    title="A page",
    timeline="[]",
    person="healthy_f",
):
    """Return the picture of a story, its texts in order, and what was missed."""
    story = read_scenario(
        f"format: myoloop-scenario/1\nid: a-page\ntitle: {title!r}\nprofile: {profile}\n"
        f"person: {person}\ndevice: {device}\ntimeline: {timeline}\nexpect: {{{expect}}}\n",
        "a-page.scenario.yaml",
    )
    seen = perform(story)
    missed = judge(story.expect, seen, waits=False)
    file = tmp_path / "page.svg"
    draw_story(story, seen, missed, "virtual", file)
    svg = file.read_text()
    return svg, re.findall(r"<text[^>]*>([^<]*)</text>", svg), missed


def bound(signal, words):
    return f"bounds: [{{signal: {signal}, from: 1 s, to: 3 s, {words}}}]"


@pytest.mark.parametrize(
    ("signal", "limit", "device", "panel"),
    [
        ("pain", "at_least: 90 %", "{}", ("pain, share", "of threshold")),
        ("surface_temperature", "at_least: 39 °C", "{heater: true}", ("surface", "in degC")),
        ("head_frequency", "at_least: 5 Hz", "{head: true}", ("head in Hz",)),
        ("carriage", "at_least: 150 mm", "{stroke: true}", ("carriage", "in mm")),
    ],
)
def test_any_signal_that_missed_its_bound_has_a_curve_with_the_bound_on_it(
    signal, limit, device, panel, tmp_path
):
    svg, texts, (miss,) = page(
        tmp_path, f"outcome: complete, {bound(signal, limit)}", device=device
    )
    assert (miss.signal, miss.from_s, miss.to_s) == (signal, 1.0, 3.0)
    for word in (*panel, miss.expected, "missed: bounds"):
        assert any(word in text for text in texts), word
    assert svg.count('id="axes_') == 4


def test_a_named_pad_has_a_curve_of_its_own(tmp_path):
    svg, texts, (miss,) = page(
        tmp_path,
        "outcome: complete, "
        "bounds: [{signal: true_pressure, pad: calf, from: 1 s, to: 3 s, reaches: 19 kPa}]",
        profile=CHAMBERS,
        device="{kind: airbag, pads: [foot, calf, thigh]}",
    )
    assert miss.signal == "true_pressure of calf"
    assert "calf" in texts
    assert "to reach 19 kPa" in texts
    assert svg.count('id="axes_') == 4


def test_a_page_on_which_only_usual_signals_failed_has_no_further_curves(tmp_path):
    svg, texts, missed = page(tmp_path, f"outcome: complete, {bound('emg', 'reaches: 500 uV')}")
    assert [miss.signal for miss in missed] == ["emg"]
    assert "to reach 500 uV" in texts
    assert svg.count('id="axes_') == 3


def test_pain_that_lasted_too_long_is_told_with_the_moment_at_which_it_did(tmp_path):
    runs = "[{at: 2 s, runaway: {force: 60 N}}]"
    svg, texts, missed = page(
        tmp_path, "outcome: fault, in_pain: 0 s", timeline=runs, person="chronic_neck"
    )
    (miss,) = (miss for miss in missed if miss.where == "in_pain")
    assert (miss.expected, miss.signal, miss.limit) == ("at most 0 s", "pain", 1.0)
    assert miss.at_s is not None
    assert 2.0 < miss.at_s < 2.2
    assert "pain, share" in texts
    assert svg.count('id="axes_') == 4


def test_no_line_is_longer_than_the_page_is_wide(tmp_path):
    many = ", ".join(["ease guarding"] * 30)
    _, texts, _ = page(tmp_path, f"outcome: complete, verdicts: [{many}]", title="long words " * 18)
    assert max(map(len, texts)) <= LINE_LETTERS
    assert "ease guarding]," in " ".join(texts), "nothing is cut off"


def test_dollar_signs_in_a_title_are_no_mathematics(tmp_path):
    _, texts, _ = page(tmp_path, "outcome: stopped", title="$frob_$ costs $5 and $6")
    assert "$frob_$ costs $5 and $6" in texts
