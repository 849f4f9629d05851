"""The pads that play a fit, as the mind and the features must know them."""

from firmware_bridge.capabilities import Capabilities
from profiles.trajectory import presses

from .fitting import Fit
from .intent import Mount
from .stiffness import Probe
from .tracking import BANDWIDTH_HZ


def mount(fit: Fit, probes: tuple[Probe, ...] = ()) -> Mount:
    """Return what the mind must know of the pads that play this, above all of the first."""
    pressure = fit.channel_of["pressure"]
    return Mount(
        pressure.area_cm2 or Mount().area_cm2,
        pressure.bandwidth_hz or BANDWIDTH_HZ,
        tuple(name for name in fit.channel_of if presses(name) and name != "pressure"),
        probes,
        "temperature" in fit.channel_of,
    )


def probes(fit: Fit, capabilities: Capabilities) -> tuple[Probe, ...]:
    """Return the pads whose depth is measured, at the rate of their pressure."""
    pressures, depths = capabilities.sensors_of("pressure"), capabilities.sensors_of("depth")
    pads = [(name, pad) for name, pad in fit.channel_of.items() if presses(name)]
    return tuple(
        Probe(name, pad.area_cm2 or Mount().area_cm2, column, row)
        for name, pad in pads
        for row, depth in enumerate(depths)
        for column, pressure in enumerate(pressures)
        if pad.site == depth.site == pressure.site
        and depth.every == pressure.every
        and not pressure.independent
    )


def first_pad(fit: Fit, capabilities: Capabilities) -> tuple[int, ...]:
    """Return which of the pressure sensors lie under the first pad; none where all do."""
    site = fit.channel_of["pressure"].site
    under = [one.site == site for one in capabilities.sensors_of("pressure")]
    return () if all(under) else tuple(i for i, here in enumerate(under) if here)
