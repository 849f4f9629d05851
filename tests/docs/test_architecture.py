"""The page of the architecture is up to date."""

import re
import runpy

import pytest

from tests.docs.pages import ROOT, blocks, read

SCRIPT = ROOT / "scripts" / "follow_one_number.py"


def test_the_journey_of_one_number_is_what_its_script_writes_every_time():
    section = runpy.run_path(str(SCRIPT))["section"]
    written = section()
    assert written in read("ARCHITECTURE.md"), "run scripts/follow_one_number.py"
    assert section() == written


def house():
    """Return the files of the map, with their folders; a line may show several."""
    (drawing,) = [b for b in blocks(read("ARCHITECTURE.md"), "") if b.startswith("firmware_bridge")]
    folder = ""
    for line in filter(str.strip, drawing.splitlines()):
        if not line.startswith(" "):
            folder = line.split()[0]
            yield folder
        elif folder == "firmware_bridge/" and line.split()[0] == "links/":
            yield from (f"{folder}links/{file}" for file in re.findall(r"\w+\.py", line))
        else:
            yield folder + line.split()[0]
            yield from (folder + file for file in re.findall(r"\w+\.py", line))


@pytest.mark.parametrize("entry", sorted(set(house())))
def test_what_the_map_shows_is_there(entry):
    assert (ROOT / entry).exists()


@pytest.mark.parametrize("folder", ["controller", "sim"])
def test_every_file_that_judges_or_witnesses_is_on_the_map(folder):
    there = {f"{folder}/{file.name}" for file in (ROOT / folder).glob("[!_]*.py")}
    assert not there - set(house())


def test_the_map_is_not_empty():
    assert sum(entry.endswith(".py") for entry in house()) > 60
