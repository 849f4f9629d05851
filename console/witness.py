"""The simulated body's own account of a session, in session time."""

import msgspec

from sim.oracle import read_truth

from .sitting import Visit
from .trace import Column


class TruePressure(msgspec.Struct, frozen=True):
    """What really was under the pad."""

    at_s: Column
    kpa: Column


def true_pressure(visit: Visit) -> TruePressure | None:
    """Return the body's own pressure while the session ran; None for a real one."""
    if visit.truth is None:
        return None
    truth = read_truth(visit.truth)
    at_s = truth.times_s - visit.outcome.began_device_s
    playing = (at_s >= 0.0) & (at_s <= visit.outcome.duration_s)
    return TruePressure(at_s[playing], truth.true_kpa[playing])
