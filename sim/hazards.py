"""The hazards of SAFETY.md by their numbers, for stories that show what is done about one."""

import re
from collections.abc import Mapping
from types import MappingProxyType

HAZARDS: Mapping[str, str] = MappingProxyType(
    {
        "H-01": "It presses too hard",
        "H-02": "It presses too suddenly",
        "H-03": "A valve sticks shut and nothing vents",
        "H-04": "A pump or driver runs away",
        "H-05": "The actuator holds its force without power",
        "H-06": "The link is lost",
        "H-07": "Clocks drift, jump or wrap",
        "H-08": "The queue runs dry, or over",
        "H-09": "A sensor is stale or frozen",
        "H-10": "Adapting runs away upwards",
        "H-11": "An electrode is off, and the muscle looks relaxed",
        "H-12": "The wrong region",
        "H-13": "The person moves",
        "H-14": "Somebody is treated who must not be",
        "H-15": "Pain is not felt, or not said",
        "H-16": '"Stop" or "it hurts" is not heard',
        "H-17": "The emergency stop itself fails",
        "H-18": "Burns",
        "H-19": "Electric shock, interference",
        "H-20": "Fingers, hair or a sleeve are caught",
        "H-21": "It starts when nobody expects it",
        "H-22": "Software crashes or hangs",
        "H-23": "The operator chooses wrongly",
        "H-24": "Too much, too often",
        "H-25": "Passes that overlap add up",
        "H-26": "It presses on bone",
        "H-27": "Infection from a shared pad",
        "H-28": "The place is hot, swollen or inflamed",
        "H-29": "Somebody else takes control",
        "H-30": "Host and firmware do not fit each other",
        "H-31": "Private data leak",
        "H-32": "An alarm is not noticed",
        "H-33": "Power fails while it presses",
        "H-34": "The person faints or feels sick",
        "H-35": "Motors near an implant",
        "H-36": "Another person's thresholds",
    }
)
"""What each is about, in the words of its row."""

_NUMBER = re.compile(r"\s*[Hh]?-?(\d{1,9})\s*")


def nearest_hazard(written: str) -> str | None:
    """Return the hazard whose number is nearest to the one written; None where there is none."""
    number = _NUMBER.fullmatch(written)
    if number is None:
        return None
    return f"H-{min(max(int(number[1]), 1), len(HAZARDS)):02}"
