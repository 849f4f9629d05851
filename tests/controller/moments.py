"""Moments as a session would make them."""

from controller.emg_words import EmgFeatures, Quality
from controller.moment import Features, Health, Moment

NOTHING_WRONG = Quality(0)
WELL = Health(pressure_age_s=0.005, judgement_age_s=0.01, device_age_s=0.005)


def emg(uv, *, trusted=True, crossing=None, flags=NOTHING_WRONG):
    """EMG of one channel."""
    return EmgFeatures(
        duration_s=0.01,
        fast_uv=(uv,),
        slow_uv=(uv,),
        floor_uv=(3.0,),
        trusted=(trusted,),
        flags=(flags,),
        crossing=(uv > 12.0 if crossing is None else crossing,),
        active=(uv > 12.0,),
        events=(),
        median_hz=(None,),
    )


def moment(at_s, kpa=None, health=WELL, orders=(), heard=None):
    felt = None
    if kpa is not None:
        felt = Features(
            start_s=at_s - 0.01,
            duration_s=0.01,
            pressure_kpa=kpa,
            lowest_kpa=kpa,
            emg_uv=heard.slow_uv if heard else (),
            emg=heard,
        )
    return Moment(at_s, felt, health, tuple(orders))
