"""Makes a twin from what a `sim://` address says: preset, seed and options."""

import difflib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec
import numpy as np

from firmware_bridge.errors import LinkUnavailable

from .body import PRESETS, person
from .clockwork import DeviceTime
from .twin import Traits, Twin
from .voice_coil import Outfit

CLOCK_PPM = 80.0
"""How far a twin's crystal is off at most (E)."""

BOOTED_S = 3000.0
"""How long ago a twin may have booted at most, in a simulation: its clock does not start at 0."""

STIFFNESS = (0.2, 5.0)
DEVICES = ("voice_coil", "airbag")
MOST_PADS = 6
"""More would not fit into the queue of knots (E)."""

_PAD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a `sim://` address says."""

    preset: str = "healthy_f"
    seed: int = 7
    stiffness: float = 1.0
    correction: bool = True
    stroke: bool = False
    device: str = "voice_coil"
    pads: str = ""
    head: bool = False
    dump: bool = True

    @property
    def address(self) -> str:
        """The address that says this."""
        return (
            f"sim://{self.preset}?seed={self.seed}&stiffness={self.stiffness:g}"
            f"&correction={_spell(self.correction)}&stroke={_spell(self.stroke)}"
            f"&device={self.device}&pads={self.pads}&head={_spell(self.head)}"
            f"&dump={_spell(self.dump)}"
        )

    @property
    def outfit(self) -> Outfit:
        """What the twin has."""
        return Outfit(
            device=self.device,
            sites=tuple(self.pads.split(",")),
            stroke=self.stroke,
            head=self.head,
            dump=self.dump,
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
        outfit=recipe.outfit,
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
                options[name] = _share(name, text)
            case "correction" | "stroke" | "head" | "dump":
                options[name] = _switch(name, text)
            case "device":
                options[name] = _device(text)
            case "pads":
                options[name] = _pads(text)
            case _:
                raise LinkUnavailable(
                    f'a simulation has no option "{name}"; it has seed, stiffness, correction, '
                    "stroke, device, pads, head and dump"
                )
    return options


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) < high:
        raise LinkUnavailable(f'{name}="{text}" is no whole number, as {name}=7')
    return int(text)


def _share(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not STIFFNESS[0] <= number <= STIFFNESS[1]:
        raise LinkUnavailable(
            f'{name}="{text}" must be from {STIFFNESS[0]:g} to {STIFFNESS[1]:g}, as {name}=1.35'
        )
    return number


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off", "1", "0"):
        raise LinkUnavailable(f'{name}="{text}" must be on or off')
    return text in ("on", "1")


def _device(text: str) -> str:
    if text not in DEVICES:
        raise LinkUnavailable(f'there is no device="{text}"; there are {" and ".join(DEVICES)}')
    return text


def _pads(text: str) -> str:
    names = text.split(",") if text else []
    sound = all(_PAD.fullmatch(name) for name in names) and len(set(names)) == len(names)
    if not sound or len(names) > MOST_PADS:
        raise LinkUnavailable(
            f'pads="{text}" must be up to {MOST_PADS} names in small letters, as pads=left,right'
        )
    return text


def _spell(switch: bool) -> str:
    return "on" if switch else "off"


def _nearest(preset: str) -> str:
    close = difflib.get_close_matches(preset, PRESETS, n=1)
    hint = f'did you mean "{close[0]}"? ' if close else ""
    return f"{hint}there are {', '.join(PRESETS)}"
