"""How fast each kind of link is expected to be: what a host may wait for, and how long."""

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Times of one kind of link, seconds."""

    answer_s: float
    """How long an answer may take before the question is repeated."""

    beat_s: float
    """Period of BEAT."""

    splice_shows_s: float
    """How long a SPLICE may stay unseen in STATUS before it is a STOP."""

    status_s: float
    """Period of STATUS."""

    resend_after_s: float
    """How long the newest knots may be unconfirmed before they go out again."""

    lead_least_s: float
    lead_most_s: float
    """Between these lies the least lead of what raises or continues."""

    @property
    def trip_most_s(self) -> float:
        """The longest round trip over which a SPLICE shows in time, in the next STATUS there."""
        return self.splice_shows_s - self.status_s


WIRED = Pace(
    answer_s=0.1,
    beat_s=0.02,
    splice_shows_s=0.1,
    status_s=0.02,
    resend_after_s=0.06,
    lead_least_s=0.02,
    lead_most_s=0.03,
)
"""Serial lines, TCP, memory (E; wire, *Motion* and *Silence*)."""

AIR = Pace(
    answer_s=0.4,
    beat_s=0.06,
    splice_shows_s=0.25,
    status_s=0.05,
    resend_after_s=0.15,
    lead_least_s=0.06,
    lead_most_s=0.08,
)
"""Bluetooth LE (E; wire, *BLE*): an order and its answer take four connection intervals of 50 ms
and a retransmission each."""


def pace_of(kind: str) -> Pace:
    """Return the pace of a kind of link, as `Link.kind` names it."""
    return AIR if kind == "ble" else WIRED
