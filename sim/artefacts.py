"""What gets into surface EMG that is no muscle: leads, mains, movement, rails (pure)."""

from collections.abc import Callable
from math import exp, pi
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.codes import Gesture

RATE_HZ = 1000
"""Samples a second, as the muscle gives them."""

FULL_UV = 3276.7
"""What the converter can tell at most."""

OPEN_UV, MAINS_UV = 500.0, 20.0
"""Amplitude of the mains in an open electrode, and beside a cable (emg, artefact suite)."""

MOTION_UV, MOTION_HZ, MOTION_S = 800.0, 3.0, 2.0
"""How a lead that is shaken swings (emg, artefact suite), and how long a shake lasts (E)."""

TAP_UV, TAP_S = 2000.0, 0.05
"""A tap on a lead (emg, artefact suite), and how fast it fades (E)."""

MAINS_HZ = 50.0
"""Of the mains where most of the world lives (V); 60 Hz elsewhere, which a fault may ask for."""

Artefact: TypeAlias = Callable[[NDArray[np.float64], int], bool]
"""Changes samples in place, in uV, of shape (channels, time), from a sample number on.

Says whether it goes on after these.
"""

Leads: TypeAlias = dict[str, Artefact]
"""The artefacts that are on, by name."""


def mains(level_uv: float = MAINS_UV, hz: float = MAINS_HZ) -> Artefact:
    """Return mains in every lead."""

    def hum(uv: NDArray[np.float64], first: int) -> bool:
        uv += level_uv * _wave(hz, first, uv.shape[1])
        return True

    return hum


def electrode_off(channel: int = 0, hz: float = MAINS_HZ) -> Artefact:
    """Return an electrode that is off the skin: no muscle, and mains instead."""

    def open_up(uv: NDArray[np.float64], first: int) -> bool:
        uv[channel] = OPEN_UV * _wave(hz, first, uv.shape[1])
        return True

    return open_up


def unplugged(channel: int = 0) -> Artefact:
    """Return a lead that is not plugged in: nothing at all."""

    def flatten(uv: NDArray[np.float64], first: int) -> bool:
        del first
        uv[channel] = 0.0
        return True

    return flatten


def rail(channel: int = 0) -> Artefact:
    """Return an amplifier that is driven to its rail."""

    def saturate(uv: NDArray[np.float64], first: int) -> bool:
        del first
        uv[channel] = FULL_UV
        return True

    return saturate


def motion(begins: int, for_s: float = MOTION_S) -> Artefact:
    """Return leads that are shaken, from a sample number on."""
    ends = begins + round(for_s * RATE_HZ)

    def shake(uv: NDArray[np.float64], first: int) -> bool:
        uv += MOTION_UV * _wave(MOTION_HZ, first - begins, uv.shape[1])
        return first + uv.shape[1] < ends

    return shake


def tap(begins: int) -> Artefact:
    """Return one tap on the leads, from a sample number on."""

    def knock(uv: NDArray[np.float64], first: int) -> bool:
        after_s = (first - begins + np.arange(uv.shape[1], dtype=np.float64)) / RATE_HZ
        uv += TAP_UV * np.exp(-after_s / TAP_S)
        return exp(-(first - begins) / (RATE_HZ * TAP_S)) > 1e-3

    return knock


def disturb(leads: Leads, gesture: Gesture, now: int) -> bool:
    """Do to the leads what the simulated person does, at a sample number. Says if it was that."""
    match gesture:
        case Gesture.ELECTRODE_OFF:
            leads["first"] = electrode_off()
        case Gesture.LEAD_UNPLUGGED:
            leads["first"] = unplugged()
        case Gesture.RAIL:
            leads["first"] = rail()
        case Gesture.ELECTRODE_ON:
            leads.pop("first", None)
        case Gesture.MAINS_ON:
            leads["mains"] = mains()
        case Gesture.MAINS_OFF:
            leads.pop("mains", None)
        case Gesture.SHAKE:
            leads["shake"] = motion(now)
        case Gesture.TAP:
            leads["tap"] = tap(now)
        case _:
            return False
    return True


def _wave(hz: float, first: int, samples: int) -> NDArray[np.float64]:
    turns = (first + np.arange(samples)) * (hz / RATE_HZ) % 1.0
    return np.sin(2.0 * pi * turns)
