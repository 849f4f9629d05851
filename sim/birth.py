"""Makes a twin from what a `sim://` address says: preset, seed and options."""

import difflib
import math
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec
import numpy as np

from firmware_bridge.errors import LinkUnavailable

from .body import PRESETS, person
from .clockwork import DeviceTime
from .twin import Traits, Twin

CLOCK_PPM = 80.0
"""How far a twin's crystal is off at most (E)."""

BOOTED_S = 3000.0
"""How long ago a twin may have booted at most, in a simulation: its clock does not start at 0."""

STIFFNESS = (0.2, 5.0)
"""How much softer or stiffer than its preset tissue may be: the model holds so far (E)."""

LINKS = ("serial", "ble")
"""What a virtual device hangs on: a pseudo-terminal, or a virtual radio."""

INTERVAL_MS = (0.0, 200.0)
"""Connection intervals of the virtual radio; 0 is infinitely fast (E)."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a `sim://` address says. `link` and `interval_ms` are of the wire to it, not of it."""

    preset: str = "healthy_f"
    seed: int = 7
    stiffness: float = 1.0
    correction: bool = True
    stroke: bool = False
    link: str = "serial"
    interval_ms: float = 15.0

    @property
    def address(self) -> str:
        """The address that says this."""
        return (
            f"sim://{self.preset}?seed={self.seed}&stiffness={self.stiffness:g}"
            f"&correction={_spell(self.correction)}&stroke={_spell(self.stroke)}"
            f"&link={self.link}&interval_ms={self.interval_ms:g}"
        )


def recipe(url: str) -> Recipe:
    """Read a `sim://` address. Raises `LinkUnavailable`, saying what would be right."""
    parts = urlsplit(url)
    preset = parts.netloc or Recipe().preset
    if preset not in PRESETS:
        raise LinkUnavailable(f'there is no simulated person "{preset}"; {_nearest(preset)}')
    said = _options(dict(parse_qsl(parts.query, keep_blank_values=True)))
    return msgspec.convert({"preset": preset, **said}, Recipe)


def bear(recipe: Recipe, now_s: float, boot_salt: int = 0) -> Twin:
    """Return a twin that lives from `now_s` on. `boot_salt` tells two lives of one seed apart."""
    dice = np.random.Generator(np.random.PCG64(recipe.seed))
    someone = person(PRESETS[recipe.preset], dice, recipe.stiffness)
    ppm = float(dice.uniform(-CLOCK_PPM, CLOCK_PPM))
    boot_us = int(dice.uniform(1.0, BOOTED_S)) * 1_000_000
    traits = Traits(
        boot_nonce=(int(dice.integers(1, 1 << 32)) ^ boot_salt) or 1,
        boot_us=boot_us,
        stroke=recipe.stroke,
        correction=recipe.correction,
    )
    return Twin(someone, dice, DeviceTime(now_s, boot_us, ppm), traits)


def _options(said: Mapping[str, str]) -> dict[str, int | float | bool | str]:
    options: dict[str, int | float | bool | str] = {}
    for name, text in said.items():
        match name:
            case "seed":
                options[name] = _number(name, text, 0, 2**63)
            case "stiffness":
                options[name] = _within(name, text, STIFFNESS, "1.35")
            case "correction" | "stroke":
                options[name] = _switch(name, text)
            case "link":
                options[name] = _one_of(name, text, LINKS)
            case "interval_ms":
                options[name] = _within(name, text, INTERVAL_MS, "15")
            case _:
                raise LinkUnavailable(
                    f'a simulation has no option "{name}"; it has seed, stiffness, correction, '
                    "stroke, link and interval_ms"
                )
    return options


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) < high:
        raise LinkUnavailable(f'{name}="{text}" is no whole number, as {name}=7')
    return int(text)


def _within(name: str, text: str, limits: tuple[float, float], example: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not limits[0] <= number <= limits[1]:
        raise LinkUnavailable(
            f'{name}="{text}" must be from {limits[0]:g} to {limits[1]:g}, as {name}={example}'
        )
    return number


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise LinkUnavailable(f'{name}="{text}" must be {" or ".join(known)}')
    return text


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off", "1", "0"):
        raise LinkUnavailable(f'{name}="{text}" must be on or off')
    return text in ("on", "1")


def _spell(switch: bool) -> str:
    return "on" if switch else "off"


def _nearest(preset: str) -> str:
    close = difflib.get_close_matches(preset, PRESETS, n=1)
    hint = f'did you mean "{close[0]}"? ' if close else ""
    return f"{hint}there are {', '.join(PRESETS)}"
