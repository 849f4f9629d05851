"""From a curve to levels: always the one below, never the one above."""

from .capabilities import Channel

_HAIR = 1e-9
"""A value that is a level but for rounding is that level (D)."""


def level_under(value: float, channel: Channel) -> int:
    """Return the highest level that is not over `value`; for a choice, its number."""
    if channel.step <= 0.0:
        raise ValueError(f"{channel.name} has no levels")
    highest = round((channel.high - channel.low) / channel.step)
    return min(max(int((value - channel.low) / channel.step + _HAIR), 0), highest)


def value_of(level: int, channel: Channel) -> float:
    """Return what a level stands for, in the channel's unit."""
    return channel.low + level * channel.step


def follow(said: int, wanted: int, channel: Channel) -> int:
    """Return the level after the next order: at once, or one nearer where it only counts."""
    if channel.absolute or abs(wanted - said) <= 1:
        return wanted
    return said + (1 if wanted > said else -1)
