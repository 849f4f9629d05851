"""When a virtual device has something to say: every so many ticks, each in its own phase."""

from math import lcm

SAMPLES_EVERY, SAMPLES_PHASE = 10, 9
STATUS_EVERY, STATUS_PHASE = 20, 14
"""Ticks after which a frame is due; STATUS comes 5 ms after SAMPLES. Over Bluetooth LE it comes
with each SAMPLES, so that the newest can lead every notification."""

_WAITS = tuple(
    min((SAMPLES_PHASE - tick) % SAMPLES_EVERY, (STATUS_PHASE - tick) % STATUS_EVERY)
    for tick in range(lcm(SAMPLES_EVERY, STATUS_EVERY))
)


def next_due(after: int) -> int:
    """Return the first tick, `after` or later, at which a frame is due."""
    return after + _WAITS[after % len(_WAITS)]
