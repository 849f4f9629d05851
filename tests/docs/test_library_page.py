"""The page of the library has every profile, and a picture of each."""

import runpy

import pytest

from profiles.library import library_ids
from tests.docs.pages import ROOT, read

SCRIPT = ROOT / "scripts" / "draw_library.py"


def test_the_page_is_what_its_script_writes():
    assert runpy.run_path(str(SCRIPT))["page"]() == read("docs/library.md"), "run make pictures"


@pytest.mark.parametrize("profile_id", library_ids())
def test_every_profile_has_its_picture(profile_id):
    drawn = (ROOT / "docs" / "pictures" / "library" / f"{profile_id}.svg").read_text("utf-8")
    assert "pressure in kPa" in drawn
    assert "worst case" in drawn
