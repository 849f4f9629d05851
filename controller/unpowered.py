"""What goes on pressing when its power is gone: nobody could get free of it by switching it off."""

from collections.abc import Iterator

from firmware_bridge.capabilities import Capabilities, Channel

OPTION = "--holds-without-power"
"""What an operator says who has another way to let go of it: a lever, a second valve."""

HOLDING_KPA = 2.0
"""Such a pad presses twice contact at most, whoever says so (E, rules)."""


def holds(pad: Channel) -> bool:
    """Return whether a pad keeps its pressure without power, or does not say.

    A product's levels say nothing of it: what they do when they are left alone is told elsewhere.
    """
    return pad.unpowered == "holds" or (pad.unpowered == "unknown" and not pad.step)


def holding(capabilities: Capabilities) -> Iterator[str]:
    """Yield a sentence for each pad that keeps its pressure without power, or may."""
    for pad in capabilities.channels:
        if pad.quantity == "pressure" and holds(pad):
            does = "keeps" if pad.unpowered == "holds" else "does not say whether it keeps"
            yield f"{pad.name} of {capabilities.model} {does} its pressure when its power is gone"
