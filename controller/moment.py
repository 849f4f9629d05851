"""All evidence about one instant: what the mind is given, and what a recording keeps."""

import msgspec

from .emg_words import EmgFeatures
from .words import Order, Pain, Reason


class Sunk(msgspec.Struct, frozen=True, gc=False):
    """Under how much one pad has sunk into the tissue, and how far."""

    pressure_kpa: float
    depth_mm: float


class Features(msgspec.Struct, frozen=True):
    """What a sensor batch says.

    `pressure_kpa` is the regulated sensor's mean, `lowest_kpa` the least sample of the sensor that
    reads most: what both may not exceed. `least_kpa` is the mean of the sensor that reads least,
    infinite where nobody has looked. `others_kpa` is the lowest again, of the further pads, 0 where
    there are none. `still` has, for each pressure sensor, the one value that
    all its samples are, None where they differ; `lost_s` is how much is missing before this; `emg`
    is what the muscles say, None where nobody listens to them. `sunk` has each pad whose depth is
    measured, and `surface_degc` is the newest reading of how warm the warmest surface is, None
    where there is none.
    """

    start_s: float
    duration_s: float
    pressure_kpa: float
    lowest_kpa: float
    emg_uv: tuple[float, ...]
    others_kpa: float = 0.0
    least_kpa: float = float("inf")
    still: tuple[float | None, ...] = ()
    lost_s: float = 0.0
    emg: EmgFeatures | None = None
    sunk: tuple[Sunk, ...] = ()
    surface_degc: float | None = None


class Health(msgspec.Struct, frozen=True, gc=False):
    """How fresh and how sound everything is, ages in seconds.

    `clock_s` is how far the device's clock may be off. `fading` says that the device lets go
    because it was not told enough, `limited` that it holds back a rise, `pain_presses` counts
    since the session began, `pressed` names the buttons that are held down, `failure` says what has
    gone for good. `pressure_age_s` is None on a device that measures no pressure: then nothing can
    be late, and the limits are those of that. `surface_age_s` is the age of the newest reading of a
    surface that warms, None where none is looked at. `battery_age_s` is that of what the battery's
    gauge said last, `battery_percent`, and None on a device without one.
    """

    pressure_age_s: float | None
    judgement_age_s: float
    device_age_s: float
    clock_s: float = 0.0
    fading: bool = False
    limited: bool = False
    pain_presses: int = 0
    pressed: tuple[str, ...] = ()
    failure: Reason | None = None
    surface_age_s: float | None = None
    battery_percent: float | None = None
    battery_age_s: float | None = None


class Moment(msgspec.Struct, frozen=True):
    """One instant of session time, `features` being None where no batch came."""

    at_s: float
    features: Features | None
    health: Health
    orders: tuple[Order, ...] = ()


def pain_said(moment: Moment) -> int:
    """Return how often somebody says just now, by an order, that it hurts."""
    return sum(isinstance(order, Pain) for order in moment.orders)
