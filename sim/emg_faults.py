"""Electrodes and leads that fail: each fault is an artefact in what they hear."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import artefacts
from .fault import DeviceFault, End, Family, between, nothing

if TYPE_CHECKING:
    from .twin import Twin

ON_CHANNEL = between(0, 7)
ON_LINE = between(45.0, 65.0)
"""Mains of 50 and of 60 Hz, and how far off a weak grid or a generator may be (E)."""


class EmgFault(DeviceFault, frozen=True, kw_only=True):
    """Something gets into the signal that is no muscle."""

    family: ClassVar[Family] = "emg"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        muscle, number = twin.muscle, len(twin.muscle.leads)
        while (name := f"{self.name()} {number}") in muscle.leads:  # others of its kind go on
            number += 1
        muscle.leads[name] = self.artefact(muscle.sampled, muscle.channels)
        return lambda: _off(muscle.leads, name)

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        """Return it, from a sample number on."""
        raise NotImplementedError


class ElectrodeOff(EmgFault, frozen=True, kw_only=True, tag="electrode_off"):
    """An electrode comes off: no muscle, and mains instead."""

    channel: Annotated[int, ON_CHANNEL] = 0
    frequency_hz: Annotated[float, ON_LINE] = artefacts.MAINS_HZ

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del now
        return artefacts.electrode_off(min(self.channel, channels - 1), self.frequency_hz)


class LeadUnplugged(EmgFault, frozen=True, kw_only=True, tag="lead_unplugged"):
    """A lead is not plugged in: nothing at all."""

    channel: Annotated[int, ON_CHANNEL] = 0

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del now
        return artefacts.unplugged(min(self.channel, channels - 1))


class EmgRail(EmgFault, frozen=True, kw_only=True, tag="emg_rail"):
    """An amplifier is driven to its rail."""

    channel: Annotated[int, ON_CHANNEL] = 0

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del now
        return artefacts.rail(min(self.channel, channels - 1))


class EmgMains(EmgFault, frozen=True, kw_only=True, tag="emg_mains"):
    """Mains in every lead."""

    level_uv: Annotated[float, between(0.0, 3000.0)] = artefacts.MAINS_UV
    frequency_hz: Annotated[float, ON_LINE] = artefacts.MAINS_HZ

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del now, channels
        return artefacts.mains(self.level_uv, self.frequency_hz)


class EmgMotion(EmgFault, frozen=True, kw_only=True, tag="emg_motion"):
    """The leads are shaken, for as long as this lasts."""

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del channels
        return artefacts.motion(now, for_s=float("1e6"))


class EmgTap(EmgFault, frozen=True, kw_only=True, tag="emg_tap"):
    """One tap on the leads."""

    momentary: ClassVar[bool] = True

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        super().befall(twin, dice)
        return nothing  # it fades by itself

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del channels
        return artefacts.tap(now)


class EmgSwapped(EmgFault, frozen=True, kw_only=True, tag="emg_swapped"):
    """The first two leads are swapped."""

    def artefact(self, now: int, channels: int) -> artefacts.Artefact:
        del now

        def swap(uv: NDArray[np.float64], first: int) -> bool:
            del first
            if channels > 1:
                uv[[0, 1]] = uv[[1, 0]]
            return True

        return swap


def _off(leads: artefacts.Leads, name: str) -> None:
    leads.pop(name, None)
