"""The profiles that come with the house, by id."""

from importlib.resources import files

from .document import did_you_mean
from .quantities import quoted


def library_ids() -> tuple[str, ...]:
    """Return the ids of all profiles in the library, in alphabetical order."""
    names = (entry.name for entry in files("profiles").joinpath("library").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def library_text(profile_id: str) -> str:
    """Return the text of a profile in the library.

    Raises:
        KeyError: there is none with this id; the message names the nearest.
    """
    ids = library_ids()
    if profile_id not in ids:
        raise KeyError(f"the library has no {quoted(profile_id)}; {did_you_mean(profile_id, ids)}")
    return files("profiles").joinpath("library", f"{profile_id}.yaml").read_text(encoding="utf-8")
