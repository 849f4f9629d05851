"""Makes a twin from what a `sim://` address says: preset, seed and options."""

import difflib
import re
from collections.abc import Iterable, Mapping
from math import inf, nan
from types import MappingProxyType
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec
import numpy as np

from firmware_bridge.capabilities import Capabilities
from firmware_bridge.errors import LinkUnavailable

from .battery import FULL_PERCENT
from .body import PRESETS, Manner, Person, Sensation, person
from .clockwork import DeviceTime
from .models import PRODUCTS
from .muscle import CHANNELS, MOST_CHANNELS
from .pain import PRESSES
from .traits import Traits
from .twin import Twin
from .voice_coil import Outfit, capabilities

CLOCK_PPM = 80.0
"""How far a twin's crystal is off at most (E)."""

BOOTED_S = 3000.0
"""How long ago a twin may have booted at most, in a simulation: its clock does not start at 0."""

STIFFNESS = (0.2, 5.0)
"""How much softer or stiffer than its preset tissue may be: the model holds so far (E)."""

GUARDS = {"usual": None, "early": 0.15, "never": inf}
"""Share of the pain threshold from which somebody guards; early: in any massage (E)."""

GUARDS_FROM = (0.02, 1.5)
"""Shares of the pain threshold from which somebody may be said to guard (E)."""

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "device": ("voice_coil", "airbag", *PRODUCTS),
        "lets_go": ("usual", "never"),
        "link": ("serial", "ble"),
        "presses": tuple(PRESSES),
        "sensation": ("full", "reduced", "none"),
        "trigger_point": ("active", "latent", "none"),
    }
)
"""Options that are one of some words."""

MOST_PADS = 6
"""More would not fit into the queue of knots (E)."""

OPTIONS = (
    "seed", "stiffness", "correction", "stroke", "pads", "head", "depth", "heater", "battery",
    "dump", "emg", "ecg", "guards", *WORDS, "sore", "interval_ms",
)  # fmt: skip
"""Everything an address may say after its question mark."""

INTERVAL_MS = (0.0, 200.0)
"""Connection intervals of the virtual radio; 0 is infinitely fast (E)."""

_PAD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a `sim://` address says. What is None is as the preset has it.

    `link` and `interval_ms` are of the wire to it, not of it.
    """

    preset: str = "healthy_f"
    seed: int = 7
    stiffness: float = 1.0
    correction: bool = True
    stroke: bool = False
    device: str = "voice_coil"
    pads: str = ""
    head: bool = False
    depth: bool = False
    heater: bool = False
    battery: float | None = None
    dump: bool = True
    emg: int = CHANNELS
    ecg: bool = False
    guards: str | None = None
    lets_go: str | None = None
    presses: str | None = None
    sensation: Sensation | None = None
    trigger_point: Literal["active", "latent", "none"] | None = None
    sore: bool | None = None
    link: Literal["serial", "ble"] = "serial"
    interval_ms: float = 15.0

    @property
    def address(self) -> str:
        """The address that says this."""
        said = {name: getattr(self, name) for name in OPTIONS}
        query = "&".join(
            f"{name}={_spell(value)}" for name, value in said.items() if value is not None
        )
        return f"sim://{self.preset}?{query}"

    @property
    def outfit(self) -> Outfit:
        """What the twin has."""
        return Outfit(
            device=self.device,
            sites=tuple(self.pads.split(",")),
            stroke=self.stroke,
            head=self.head,
            depth=self.depth,
            heater=self.heater,
            battery=self.battery,
            dump=self.dump,
            emg_channels=self.emg,
        )

    @property
    def manner(self) -> Manner:
        """How this person differs from others of the preset."""
        return Manner(
            guards_from=None if self.guards is None else _guards_from(self.guards),
            lets_go=self.lets_go != "never",
            presses=self.presses or "usual",
            sensation=self.sensation,
            point=self.trigger_point,
            sore=self.sore,
        )


def recipe(url: str) -> Recipe:
    """Read a `sim://` address. Raises `LinkUnavailable`, saying what would be right."""
    parts = urlsplit(url)
    preset = parts.netloc or Recipe().preset
    if preset not in PRESETS:
        raise LinkUnavailable(
            f'there is no simulated person "{preset}"; {_nearest(preset, PRESETS)}there are '
            f"{', '.join(PRESETS)}"
        )
    said = _options(dict(parse_qsl(parts.query, keep_blank_values=True)))
    if said.get("depth") and said.get("device") == "airbag":
        raise LinkUnavailable("depth=on is of a voice_coil: a chamber of air has no depth to tell")
    return msgspec.convert({"preset": preset, **said}, Recipe)


def bear(recipe: Recipe, now_s: float, boot_salt: int = 0) -> Twin:
    """Return a twin that lives from `now_s` on. `boot_salt` tells two lives of one seed apart.

    Raises `LinkUnavailable` for a product that does not speak our protocol.
    """
    if recipe.device in PRODUCTS:
        raise LinkUnavailable(
            f"{recipe.device} speaks no protocol of ours, and is on no wire: give its address, "
            f"sim://{recipe.preset}?device={recipe.device}, to whoever is to play it"
        )
    dice = np.random.Generator(np.random.PCG64(recipe.seed))
    drawn = someone(recipe, dice)
    ppm = float(dice.uniform(-CLOCK_PPM, CLOCK_PPM))
    boot_us = int(dice.uniform(1.0, BOOTED_S)) * 1_000_000
    traits = Traits(
        boot_nonce=(int(dice.integers(1, 1 << 32)) ^ boot_salt) or 1,
        boot_us=boot_us,
        outfit=recipe.outfit,
        correction=recipe.correction,
        ecg=recipe.ecg,
    )
    return Twin(drawn, dice, DeviceTime(now_s, boot_us, ppm), traits)


def announced(recipe: Recipe) -> Capabilities:
    """Return what the device of an address will say that it has, without a device."""
    drawn = someone(recipe, np.random.Generator(np.random.PCG64(recipe.seed)))
    return capabilities(drawn.ppt_kpa, outfit=recipe.outfit)


def someone(recipe: Recipe, dice: np.random.Generator) -> Person:
    """Return the person that an address names."""
    return person(PRESETS[recipe.preset], dice, recipe.stiffness, recipe.manner)


def _options(said: Mapping[str, str]) -> dict[str, int | float | bool | str]:
    return {name: _option(name, text) for name, text in said.items()}


def _option(name: str, text: str) -> int | float | bool | str:
    match name:
        case "seed":
            return _number(name, text, 0, 2**63)
        case "stiffness":
            return _within(name, text, STIFFNESS, "1.35")
        case "interval_ms":
            return _within(name, text, INTERVAL_MS, "15")
        case "battery":
            return _within(name, text, FULL_PERCENT, "80")
        case "correction" | "stroke" | "head" | "depth" | "heater" | "dump" | "ecg" | "sore":
            return _switch(name, text)
        case "emg":
            return _channels(text)
        case "guards":
            _guards_from(text)
            return text
        case "pads":
            return _pads(text)
        case _ if name in WORDS:
            return _word(name, text, WORDS[name])
        case _:
            raise LinkUnavailable(
                f'a simulation has no option "{name}"; {_nearest(name, OPTIONS)}it has '
                f"{', '.join(OPTIONS[:-1])} and {OPTIONS[-1]}"
            )


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) < high:
        raise LinkUnavailable(f'{name}="{text}" is no whole number, as {name}=7')
    return int(text)


def _within(name: str, text: str, limits: tuple[float, float], example: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not limits[0] <= number <= limits[1]:
        raise LinkUnavailable(
            f'{name}="{text}" must be from {limits[0]:g} to {limits[1]:g}, as {name}={example}'
        )
    return number


def _channels(text: str) -> int:
    if text not in map(str, range(1, MOST_CHANNELS + 1)):
        raise LinkUnavailable(
            f'emg="{text}" must be a number of electrode pairs, from 1 to {MOST_CHANNELS}'
        )
    return int(text)


def _guards_from(text: str) -> float | None:
    """Return from which share of the threshold somebody guards; None: as people do."""
    if text in GUARDS:
        return GUARDS[text]
    low, high = GUARDS_FROM
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not low <= number <= high:
        raise LinkUnavailable(
            f'guards="{text}" must be {", ".join(GUARDS)}, or a share of the pain threshold '
            f"from {low:g} to {high:g}{_perhaps(text, GUARDS)}"
        )
    return number


def _word(name: str, text: str, words: Iterable[str]) -> str:
    if text not in words:
        raise LinkUnavailable(f'{name}="{text}" must be {_either(words)}{_perhaps(text, words)}')
    return text


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off", "1", "0"):
        raise LinkUnavailable(f'{name}="{text}" must be on or off')
    return text in ("on", "1")


def _pads(text: str) -> str:
    names = text.split(",") if text else []
    sound = all(_PAD.fullmatch(name) for name in names) and len(set(names)) == len(names)
    if not sound or len(names) > MOST_PADS:
        raise LinkUnavailable(
            f'pads="{text}" must be up to {MOST_PADS} names in small letters, as pads=left,right'
        )
    return text


def _spell(value: float | str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"


def _nearest(said: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(said, words, n=1)
    return f'did you mean "{close[0]}"? ' if close else ""


def _perhaps(said: str, words: Iterable[str]) -> str:
    nearest = _nearest(said, words).strip()
    return f"; {nearest}" if nearest else ""
