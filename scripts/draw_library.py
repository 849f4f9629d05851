# ruff: noqa: INP001  a script is no part of a package
"""Draws every profile of the library for the pages: docs/pictures/library/NAME.svg."""

import re
from pathlib import Path

from console.authoring import able, compiled
from console.plan import draw_program
from profiles.check import highest
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures" / "library"
PAGE = ROOT / "docs" / "library.md"
HEAD = """\
# The library

These are the profiles that come with myoloop: massages to play as they are, or to copy and change.
Each has its name, its region and how strong it is, then what it is for and what is known of that.
A drawing shows what it presses over time.

```sh
myoloop profile show library:demo
myoloop run library:demo --device sim://healthy_f
```

In a drawing the line is the pressure, and the colour of the paper behind it tells the technique.
Amber is the most that whoever operates it may choose; what is shaded red lies over a limit.
Rows at the bottom say what the profile may do by itself while it plays.
Each is drawn for a simulated person, and for a device that has what the profile needs.
`myoloop profile plot library:NAME` draws it for yours.
What supports the claims of massage, and what does not, is in [evidence](evidence.md).

This page is written by `make pictures`.
"""


def draw(profile_id: str) -> None:
    """Draw one profile."""
    text = library_text(profile_id)
    name, on = f"library:{profile_id}", able(text)
    program, _ = compiled(text, name, {}, on)
    most = highest(read(text, Profile))
    worst = compiled(text, name, most, on)[0] if most else program
    draw_program(program, worst, on, PICTURES / f"{profile_id}.svg")


def section(profile_id: str) -> str:
    """Return what the page says of a profile."""
    profile = read(library_text(profile_id), Profile)
    told = [re.sub(r"\s+", " ", text).strip() for text in (profile.purpose, profile.evidence)]
    claims = re.sub(r"\s+", " ", profile.claims_not).strip()
    return "\n".join(
        [
            f"\n## {profile.title}\n",
            f"`library:{profile_id}` · {profile.region.replace('_', ' ')} · {profile.level}\n",
            f"{told[0]}  ",
            f"*Evidence:* {told[1]}  ",
            f"*Not claimed:* {claims}\n",
            f"![{profile.title}](pictures/library/{profile_id}.svg)",
        ]
    )


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join(map(section, library_ids())) + "\n"


def main() -> None:
    """Write the page and its pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for profile_id in library_ids():
        draw(profile_id)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
