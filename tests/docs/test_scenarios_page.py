"""The page of scenarios is right, and its table is that of the stories."""

import re

import pytest

from console.stories import try_out_campaign
from scripts.cover_faults import written
from sim.campaign import read_campaign
from sim.expectations import OUTCOMES, BoundWords, ExpectWords
from sim.faults import FAULTS
from sim.happenings import Happening
from sim.hazards import HAZARDS
from sim.lots import draw
from sim.scenario import read_scenario
from sim.varying import FaultsVary
from tests.docs.pages import blocks, read

PAGE = read("docs/scenarios.md")
DEVICES = {"heater": "device: {heater: true}\n", "battery": "device: {battery: 80 %}\n"}
"""What a device must have, as the names of its faults begin."""


def test_its_table_is_current():
    assert written(PAGE) == PAGE, "run scripts/cover_faults.py"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_story(fault):
    (row,) = re.findall(rf"^\| `{fault}` \|.*$", PAGE, re.MULTILINE)
    assert row.count("`") > 2


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_shown_with_words_that_can_be_written(fault):
    (words,) = re.findall(rf"^\| \*\*{fault}\*\* \|[^|]*\|(.*)\|$", PAGE, re.MULTILINE)
    said = ", ".join(re.findall(r"`([^`]*)`", words))
    (text,) = blocks(PAGE, "yaml")
    when = "at: 2 s, " if FAULTS[fault].momentary else ""
    device = DEVICES.get(fault.partition("_")[0], "")
    line = f"{device}timeline:\n  - {{{when}{fault}: {{{said}}}}}\n"
    plain = re.sub(r"timeline:.*?(?=expect:)", line, text, flags=re.DOTALL)
    (happens,) = read_scenario(re.sub(r"  responses:.*", "", plain, flags=re.DOTALL), "p").happens
    assert happens.what == FAULTS[fault]()


SIMULATED = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 16, 17, 19, 21, 22, 30, 33, 36)
"""The hazards of SAFETY.md that a simulator can show; the others are for hardware and people."""


@pytest.mark.parametrize("number", SIMULATED)
def test_every_hazard_that_a_simulator_can_show_has_a_story(number):
    assert re.search(rf"^\| H-{number:02} \| `", PAGE, re.MULTILINE)


def test_no_story_is_of_a_hazard_that_is_not_there():
    told = set(re.findall(r"^\| (H-\d\d) \|", PAGE, re.MULTILINE))
    assert told <= set(re.findall(r"^\| (H-\d\d) \|", read("SAFETY.md"), re.MULTILINE))


def test_the_hazards_that_stories_may_name_are_the_rows_of_the_safety_page():
    rows = re.findall(r"^\| (H-\d\d) \| \*\*(.+?)\*\*", read("SAFETY.md"), re.MULTILINE)
    assert dict(rows) == dict(HAZARDS)


def test_its_story_is_read():
    (text,) = blocks(PAGE, "yaml")
    story = read_scenario(text, "page.yaml")
    assert [one.name for one in story.happens] == ["wire_drop", "sensor_stuck"]


def test_its_campaign_is_read(tmp_path):
    (text,) = (block for block in blocks(PAGE, "text") if "myoloop-campaign/1" in block)
    file = tmp_path / "page.campaign.yaml"
    file.write_text(text)
    campaign = read_campaign(file).campaign
    assert campaign.kinds_of_faults == ["wire_drop", "sensor_stuck"]
    try_out_campaign(read_campaign(file))


WAYS = re.findall(r"^\| `(.+?)` \| (?:always|each|evenly|around)", PAGE, re.MULTILINE)
"""How the page says that a value which is drawn may be declared."""


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_declare_what_is_drawn_can_be_written(way, tmp_path):
    assert len(WAYS) == 6
    word = "sore" if way == "true" else "guards" if "usual" in way else "stiffness"
    line = f"set: {{depth: {way}}}" if "kPa" in way else f"body: {{{word}: {way}}}"
    file = tmp_path / "page.campaign.yaml"
    head = "format: myoloop-campaign/1\nid: page\ntitle: Page\nprofile: library:kneading\n"
    file.write_text(head + line + "\n")
    assert draw(read_campaign(file), 1, 0)


def test_it_names_what_may_differ_in_a_campaign():
    told = PAGE.partition("## Campaigns")[2]
    assert all(f"`{word}`" in told for word in ("stiffness", "battery", "baud"))
    assert all(
        re.search(rf"\b{word}\b", told) for word in FaultsVary.model_json_schema()["properties"]
    )


def test_it_names_what_may_be_expected_and_ordered():
    words = {*ExpectWords.model_fields, *BoundWords.model_fields, *OUTCOMES}
    words |= set(Happening.model_fields) - set(FAULTS) - {"for_s"}
    unsaid = {"in_pain", "lasts", "released", "outcome", "start", "end", "signal"}
    assert {word for word in words - unsaid if not re.search(rf"\b{word}\b", PAGE)} == set()
