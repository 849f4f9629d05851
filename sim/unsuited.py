"""Faults that a device cannot have: what they would happen to is not there."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from profiles.problems import Path
from profiles.quantities import quoted

from .faults import FAULTS
from .muscle import CHANNELS, MOST_CHANNELS

OWN_PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"heater": ("heaters", "true"), "battery": ("batteries", "80 %")}
)
"""What only some devices have, as their words and the names of its faults begin: how it is said."""


def why_not(name: str, device: Mapping[str, Any]) -> str | None:
    """Return why a device, by its words, cannot have a fault; None: it can."""
    part, _, _ = name.partition("_")
    if part in OWN_PARTS and not device.get(part):
        things, said = OWN_PARTS[part]
        return f"{quoted(name)} happens to {things}; write device: {{{part}: {said}}}"
    if name == "emg_swapped" and _pairs(device) < 2:
        return f"{quoted(name)} happens to two pairs of electrodes; this device has one"
    if name == "pad_over_bone" and device.get("kind") == "airbag":
        return f"{quoted(name)} happens to voice coils; the air of an airbag gives way to bone"
    return None


def unsuited(
    device: Mapping[str, Any], number: int, entry: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    """Yield what an entry of a timeline does to something that the device has not."""
    for name in (key for key in entry if key in FAULTS):
        where = ("timeline", number, name)
        if (sentence := why_not(name, device)) is not None:
            yield where, sentence
        yield from _no_such_pair(device, where, entry[name])
        if name == "firmware_mismatch" and "at" in entry:
            sentence = "a device says what it is before its session, and only then; leave `at` out"
            yield ("timeline", number, "at"), sentence


def _no_such_pair(
    device: Mapping[str, Any], where: Path, words: object
) -> Iterator[tuple[Path, str]]:
    said = cast("dict[str, Any]", words) if isinstance(words, dict) else {}
    channel, pairs = said.get("channel"), _pairs(device)
    if isinstance(channel, int) and pairs <= channel < MOST_CHANNELS:
        most = f"0 to {pairs - 1}" if pairs > 1 else "0"
        sentence = (
            f"there is no channel {channel}: this device has {most}; for more write "
            f"device: {{emg: {channel + 1}}}"
        )
        yield (*where, "channel"), sentence


def _pairs(device: Mapping[str, Any]) -> int:
    """Return how many pairs of electrodes there are; what is no number is refused elsewhere."""
    said = device.get("emg")
    return said if isinstance(said, int) else CHANNELS
