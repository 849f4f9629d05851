"""Which levels a trajectory asks for, now: never over it, its gain, its cap or a ceiling."""

from collections.abc import Iterable

import msgspec

from .capabilities import Capabilities, Channel
from .levels import follow, level_under
from .pending import Pending
from .products.product import Levels
from .setpoints import CAP, GAIN, Ceiling

TICK_S = 0.02
"""How often levels are looked at (E): nothing a product does is quicker."""


def wish(
    pending: Pending,
    channels: Iterable[Channel],
    ceilings: tuple[Ceiling, ...],
    said: Levels,
    now_s: float,
) -> Levels:
    """Return the levels to be said next. Where nothing is pressed, nothing else goes on either."""
    pressing = [c for c in channels if c.quantity == "pressure"]
    others = [c for c in channels if c.quantity != "pressure"]
    wanted = {c.id: _pressed(pending, c, ceilings, now_s) for c in pressing}
    if any(wanted.values()):
        wanted |= {c.id: level_under(pending.value_at(c.id, now_s), c) for c in others}
    return {c.id: follow(said.get(c.id, 0), wanted.get(c.id, 0), c) for c in channels}


def _pressed(
    pending: Pending, channel: Channel, ceilings: tuple[Ceiling, ...], now_s: float
) -> int:
    gain, cap = pending.value_at(GAIN, now_s), pending.value_at(CAP, now_s)
    ceiling = min((c.value for c in ceilings if c.channel in (channel.id, CAP)), default=0.0)
    value = min(pending.value_at(channel.id, now_s) * gain, cap, ceiling)
    return level_under(value, channel)


def with_gain_and_cap(capabilities: Capabilities) -> Capabilities:
    """Add the two channels that are kept here for every product."""
    high = max((c.high for c in capabilities.channels if c.quantity == "pressure"), default=0.0)
    ours = (
        Channel(id=GAIN, name="gain", quantity="gain", unit="1", low=0.0, high=1.0,
                max_rate=1.0 / TICK_S, resolution=0.001),
        Channel(id=CAP, name="cap", quantity="cap", unit="kPa (nominal)", low=0.0, high=high,
                max_rate=high / TICK_S, resolution=0.01),
    )  # fmt: skip
    return msgspec.structs.replace(capabilities, channels=(*ours, *capabilities.channels))
