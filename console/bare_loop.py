"""The floor of a tick: a loop that only sleeps. `python -m console.bare_loop SECONDS`."""

import json
import sys
import time

PERIOD_S = 0.01
"""As often as the control task ticks: once for each batch of samples (wire, *Sensors*)."""


def late(seconds: float) -> list[float]:
    """Return how late each awakening was, in seconds."""
    first_s = time.monotonic() + PERIOD_S
    found: list[float] = []
    number = 0
    while number * PERIOD_S < seconds:
        due_s = first_s + number * PERIOD_S
        time.sleep(max(0.0, due_s - time.monotonic()))
        found.append(time.monotonic() - due_s)
        number = max(number + 1, int((time.monotonic() - first_s) / PERIOD_S) + 1)
    return found


if __name__ == "__main__":
    print(json.dumps(late(float(sys.argv[1]))))  # noqa: T201  a process that says one thing
