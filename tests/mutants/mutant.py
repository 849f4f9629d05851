"""One way to break the house, and what must fail then."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A defect: `source` in `file` becomes `instead`, and `killer`, a test or a story, must fail.

    `named` says in words what is broken; it is left out where the text shows it.
    """

    file: str
    source: str
    instead: str
    killer: str
    named: str = ""
