"""What a story's author put into its timeline, and what of it never began."""

from collections import Counter
from collections.abc import Iterable, Iterator

from .fault import Fault
from .faults import AT_DEVICE
from .performance import Unbegun
from .scenario import Happens

ENDING_S = 0.1
"""How far the end of a session may be told before what has ended it (E: the last sample of a host
that is killed is that much older, on a busy computer)."""


def unbegun(
    happens: Iterable[Happens],
    events: Iterable[tuple[float, str]],
    ended_s: float,
    *,
    device_told: bool,
) -> Iterator[Unbegun]:
    """Yield each entry whose time never came; what is so from the beginning has no time.

    Nobody takes an order once a session is over, and a fault that comes later shows nothing of it,
    though the device lives on. `device_told`: the events hold what happened at the device's end.
    """
    told = Counter(text for _, text in events)
    for number, one in sorted(enumerate(happens), key=lambda entry: entry[1].at_s or 0.0):
        if one.at_s is None:
            continue
        if isinstance(one.what, Fault) and (device_told or one.name not in AT_DEVICE):
            text = f"fault {one.name} begins"
            began, told[text] = told[text] > 0, told[text] - 1
            began = began and one.at_s <= ended_s + ENDING_S
        else:
            began = one.at_s < ended_s
        if not began:
            yield Unbegun(number=number, name=one.name, at_s=one.at_s)


def that_came(
    events: Iterable[tuple[float, str]], never: Iterable[Unbegun], ended_s: float
) -> Iterator[tuple[float, str]]:
    """Yield the events but those of faults and orders that came only when the session was over."""
    late = {text for one in never for text in (f"fault {one.name} begins", f"order {one.name}")}
    unmade: set[str] = set()
    for at_s, text in sorted(events, key=lambda event: event[0]):
        over = at_s >= ended_s if text.startswith("order ") else at_s > ended_s + ENDING_S
        if over and text in late:
            unmade.add(text.replace(" begins", " ends"))
        elif over and text in unmade:
            unmade.remove(text)
        else:
            yield at_s, text
