"""All evidence about one instant: what the mind is given, and what a recording keeps."""

import msgspec

from .words import Order, Reason


class Features(msgspec.Struct, frozen=True):
    """What a sensor batch says.

    `pressure_kpa` is the regulated sensor's mean, `lowest_kpa` the least sample of the sensor that
    reads most: what both may not exceed.
    """

    start_s: float
    duration_s: float
    pressure_kpa: float
    lowest_kpa: float
    emg_uv: tuple[float, ...]


class Health(msgspec.Struct, frozen=True, gc=False):
    """How fresh and how sound everything is, ages in seconds.

    `fading` says that the device lets go because it was not told enough, `pain_presses` counts
    since the session began, `failure` says what has gone for good. `pressure_age_s` is None on a
    device that measures no pressure: then nothing can be late, and the limits are those of that.
    """

    pressure_age_s: float | None
    judgement_age_s: float
    device_age_s: float
    fading: bool = False
    pain_presses: int = 0
    failure: Reason | None = None


class Moment(msgspec.Struct, frozen=True):
    """One instant of session time, `features` being None where no batch came."""

    at_s: float
    features: Features | None
    health: Health
    orders: tuple[Order, ...] = ()
