"""Devices by name: what each would say of itself, for whoever wants to know before it is there.

`voice_coil` and `airbag` are the twin's own. The others are products that know levels, or names;
`sim.products.model` is what they do, and what they say is an engineer's guess at the ordinary (E).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from firmware_bridge.capabilities import Capabilities, Channel

from .body import PAD_CM2, SITES
from .voice_coil import Outfit, capabilities

_LETS_GO: Any = {"unpowered": "releases", "on_loss": "releases"}

RATE = 10.0
"""How fast the others change their level, in kPa/s: as any first contact may be (E, rules)."""


def _voice_coil() -> Capabilities:
    return capabilities(_thresholds(), stroke=True)


def _airbag() -> Capabilities:
    return capabilities(_thresholds(), outfit=Outfit(device="airbag"))


def _levels10() -> Capabilities:
    """Ten levels of 2 kPa, each for half a second at least."""
    pad = Channel(
        id=2, name="level 0 to 10", quantity="pressure", unit="kPa", low=0.0, high=20.0,
        max_rate=RATE, resolution=2.0, step=2.0, dwell_s=0.5, area_cm2=PAD_CM2, bandwidth_hz=1.0,
        vent_s=0.5, **_LETS_GO,
    )  # fmt: skip
    return _product("levels10", pad)


def _levels3() -> Capabilities:
    """Low, middle and high, each for a second at least."""
    pad = Channel(
        id=2, name="low, middle, high", quantity="pressure", unit="kPa", low=0.0, high=15.0,
        max_rate=RATE, resolution=5.0, step=5.0, dwell_s=1.0, area_cm2=PAD_CM2, bandwidth_hz=0.5,
        vent_s=0.5, **_LETS_GO,
    )  # fmt: skip
    return _product("levels3", pad)


def _named() -> Capabilities:
    """Kneads and does shiatsu by itself, under one of six strengths, each for two seconds."""
    names = ("off", "on", "knead", "shiatsu")
    technique = Channel(
        id=3, name="technique", quantity="technique", unit="", low=0.0, high=len(names) - 1.0,
        max_rate=0.5, resolution=1.0, step=1.0, choices=names, dwell_s=2.0, **_LETS_GO,
    )  # fmt: skip
    strength = Channel(
        id=2, name="strength", quantity="pressure", unit="kPa", low=0.0, high=12.0, max_rate=RATE,
        resolution=2.0, step=2.0, dwell_s=2.0, area_cm2=PAD_CM2, bandwidth_hz=1.0, vent_s=0.5,
        **_LETS_GO,
    )  # fmt: skip
    return _product("named", strength, technique)


def _product(model: str, *channels: Channel) -> Capabilities:
    """Return what a product says that has neither sensors nor buttons, and lets go by itself."""
    return Capabilities(
        model=model,
        channels=channels,
        sensors=(),
        emulated=True,
        queue_slots=512,
        uplink_bytes_s=0.0,
        person=_thresholds(),
        pain_button=False,
    )


def _thresholds() -> dict[str, float]:
    return {name: site.ppt_f_kpa for name, site in SITES.items()}


MODELS: Mapping[str, Callable[[], Capabilities]] = MappingProxyType(
    {
        "voice_coil": _voice_coil,
        "airbag": _airbag,
        "levels10": _levels10,
        "levels3": _levels3,
        "named": _named,
    }
)

PRODUCTS = ("levels10", "levels3", "named")
"""Those that do not speak our protocol."""
