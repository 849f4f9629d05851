"""How scenarios and campaigns name a profile: a file, or one of the library."""

from typing import Annotated

from pydantic import AfterValidator

from profiles.document import did_you_mean
from profiles.kinds import Word
from profiles.library import library_ids
from profiles.quantities import quoted

LIBRARY = "library:"


def _is_there(name: str) -> str:
    wanted, ids = name.removeprefix(LIBRARY), library_ids()
    if name.startswith(LIBRARY) and wanted not in ids:
        raise ValueError(f"the library has no {quoted(wanted)}; {did_you_mean(wanted, ids)}")
    return name


ProfileWord = Annotated[Word, AfterValidator(_is_there)]
