"""Whether the device at an address has what the device of a story has."""

from collections.abc import Iterator

from firmware_bridge.capabilities import Capabilities
from firmware_bridge.errors import LinkUnavailable

from .birth import Recipe, announced

AIRBAG = "airbag"
"""How a virtual device with chambers is called, by stories and by itself."""

_PARTS = {
    "position": "a carriage", "frequency": "an oscillating head", "temperature": "a heater",
}  # fmt: skip
_SENSES = {"depth": "a depth sensor", "battery": "a battery gauge"}


def check_alike(recipe: Recipe, there: Capabilities) -> None:
    """Raise `LinkUnavailable` where a story asks for more than is there.

    Only what its author wrote counts: a device that has more, or other pads than an unnamed one,
    will do.
    """
    if (sentence := unlike(recipe, there)) is not None:
        raise LinkUnavailable(sentence)


def unlike(recipe: Recipe, there: Capabilities) -> str | None:
    """Return what the device of a story has and this one lacks, in a sentence; None: nothing."""
    missing = ", ".join(_missing(recipe, announced(recipe), there))
    if not missing:
        return None
    return f"{there.model} is not the device of this story: it lacks {missing}"


def _missing(recipe: Recipe, wanted: Capabilities, there: Capabilities) -> Iterator[str]:
    if recipe.device == AIRBAG != there.model:
        yield "a chamber of air"
    sites = {one.site for one in there.channels if one.quantity == "pressure"}
    for site in filter(None, recipe.pads.split(",")):
        if site not in sites:
            yield f"a pad on {site}"
    for quantity, name in _PARTS.items():
        moved = [one.quantity for one in there.channels]
        if quantity in {one.quantity for one in wanted.channels} and quantity not in moved:
            yield name
    for quantity, name in _SENSES.items():
        if wanted.sensors_of(quantity) and not there.sensors_of(quantity):
            yield name
    pairs, given = len(wanted.sensors_of("emg")), len(there.sensors_of("emg"))
    if recipe.emg != Recipe().emg and given < pairs:
        yield f"{pairs - given} of {pairs} pairs of electrodes"
