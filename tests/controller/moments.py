"""Moments as a session would make them."""

from controller.moment import Features, Health, Moment

WELL = Health(pressure_age_s=0.005, judgement_age_s=0.01, device_age_s=0.005)


def moment(at_s, kpa=None, health=WELL, orders=()):
    felt = None
    if kpa is not None:
        felt = Features(
            start_s=at_s - 0.01, duration_s=0.01, pressure_kpa=kpa, lowest_kpa=kpa, emg_uv=()
        )
    return Moment(at_s, felt, health, tuple(orders))
