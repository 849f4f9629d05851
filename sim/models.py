"""Devices by name: what each would say of itself, for whoever wants to know before it is there.

`voice_coil` and `airbag` are the twin's own. The others are products that know levels, or nothing
but names; no twin plays them, and what they say is an engineer's guess at the ordinary (E).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from firmware_bridge.capabilities import Capabilities, Channel, Sensor

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
    """Ten levels of 2 kPa, each for half a second at least, and two sensors to watch them."""
    pad = Channel(
        id=2, name="level 0 to 10", quantity="pressure", unit="kPa", low=0.0, high=20.0,
        max_rate=RATE, resolution=2.0, step=2.0, dwell_s=0.5, area_cm2=PAD_CM2, bandwidth_hz=1.0,
        vent_s=0.5, **_LETS_GO,
    )  # fmt: skip
    return _product("levels10", pad, watched=True)


def _levels3() -> Capabilities:
    """Low, middle and high, each for a second at least; nobody measures what is pressed."""
    pad = Channel(
        id=2, name="low, middle, high", quantity="pressure", unit="kPa", low=0.0, high=15.0,
        max_rate=RATE, resolution=5.0, step=5.0, dwell_s=1.0, area_cm2=PAD_CM2, bandwidth_hz=0.5,
        vent_s=0.5, **_LETS_GO,
    )  # fmt: skip
    return _product("levels3", pad, watched=False)


def _named() -> Capabilities:
    """Knows techniques by name, and plays each as it was built to, with up to 6 kPa."""
    pad = Channel(
        id=2, name="technique", quantity="pressure", unit="kPa", low=0.0, high=6.0, max_rate=RATE,
        resolution=6.0, choices=("settle", "effleurage", "petrissage", "rest"), absolute=False,
        dwell_s=2.0, area_cm2=PAD_CM2, vent_s=0.5, **_LETS_GO,
    )  # fmt: skip
    return _product("named", pad, watched=True)


def _product(model: str, pad: Channel, *, watched: bool) -> Capabilities:
    sensors = [
        Sensor(
            id=i, name=name, quantity="pressure", unit="kPa", rate_hz=50.0, every=1,
            resolution=0.1, independent=bool(i),
        )
        for i, name in enumerate(("pressure", "second pressure"))
    ]  # fmt: skip
    return Capabilities(
        model=model,
        channels=(pad,),
        sensors=tuple(sensors) if watched else (),
        emulated=True,
        queue_slots=1,
        uplink_bytes_s=200.0,
        person=_thresholds(),
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
