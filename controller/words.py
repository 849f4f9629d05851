"""What a session is told and what it tells: orders, events and outcomes, as two closed unions."""

from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec


class Reason(StrEnum):
    """Why something was held, released, stopped or ended. The sentences are elsewhere."""

    COMPLETE = "complete"
    OPERATOR = "operator"
    STOP_ELSEWHERE = "stop_elsewhere"
    STOP_BUTTON = "stop_button"
    PAIN = "pain"
    OVER_PRESSURE = "over_pressure"
    SENSOR_STALE = "sensor_stale"
    SENSOR_LOST = "sensor_lost"
    JUDGEMENT_LATE = "judgement_late"
    DEVICE_SILENT = "device_silent"
    LINK_LOST = "link_lost"
    CONTROL_LOST = "control_lost"
    DEVICE_FAULT = "device_fault"
    DEVICE_RESTARTED = "device_restarted"
    DEVICE_UNRULY = "device_unruly"
    DEVICE_REFUSED = "device_refused"
    DEVICE_ENDED = "device_ended"
    DEVICE_FADING = "device_fading"


FAULTS = frozenset(
    {
        Reason.DEVICE_SILENT,
        Reason.LINK_LOST,
        Reason.CONTROL_LOST,
        Reason.DEVICE_FAULT,
        Reason.DEVICE_RESTARTED,
        Reason.DEVICE_UNRULY,
        Reason.DEVICE_REFUSED,
        Reason.DEVICE_ENDED,
    }
)
"""Reasons that are nobody's wish and no judgement: device or link failed."""

Act = Literal["hold", "release", "stop"]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What must happen now: `measured` is beyond `limit`, in the reason's own unit."""

    action: Act
    reason: Reason
    measured: float
    limit: float


# --- orders -----------------------------------------------------------------------------------


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Let go at once, latched. Honoured in any state."""


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Let go within a second, and end."""


class Ease(msgspec.Struct, frozen=True, tag="ease"):
    """Press this share of the programme, 0..1: down within half a second, up slowly."""

    share: float


class Ceiling(msgspec.Struct, frozen=True, tag="ceiling"):
    """Press no more than this, kPa."""

    kpa: float


Order: TypeAlias = Stop | Release | Ease | Ceiling


class Accepted(msgspec.Struct, frozen=True, tag="accepted"):
    """The order is taken; what comes of it shows in the events."""


class Rejected(msgspec.Struct, frozen=True, tag="rejected"):
    """The order cannot be taken, and why."""

    why: str


Answer: TypeAlias = Accepted | Rejected

# --- events -----------------------------------------------------------------------------------


class StepBegan(msgspec.Struct, frozen=True, tag="step_began"):
    """Step `index` plays from `at_s` on, session time."""

    at_s: float
    index: int
    label: str
    technique: str


class StepEnded(msgspec.Struct, frozen=True, tag="step_ended"):
    """Step `index` is over: done, timed_out (its `until` never came), or stopped on the way."""

    at_s: float
    index: int
    outcome: Literal["done", "timed_out", "stopped"]


class Judged(msgspec.Struct, frozen=True, tag="judged"):
    """The supervisor, or a person, has acted."""

    at_s: float
    verdict: Verdict


class Sampled(msgspec.Struct, frozen=True, tag="sampled", gc=False):
    """One batch: what was asked for and what was felt, kPa, and the EMG's RMS per channel, uV."""

    at_s: float
    target_kpa: float
    pressure_kpa: float
    emg_uv: tuple[float, ...]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The session is over."""

    at_s: float
    outcome: "Outcome"


Event: TypeAlias = StepBegan | StepEnded | Judged | Sampled | Ended


class StepOutcome(msgspec.Struct, frozen=True):
    """How one step went."""

    label: str
    technique: str
    outcome: str
    duration_s: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a session went. Printed, it is its result: "complete", "stopped", "fault".

    `began_device_s` is the device time of session time 0, for whoever keeps its own clock's log.
    """

    result: Literal["complete", "stopped", "fault"]
    reason: Reason
    duration_s: float
    began_device_s: float
    steps: tuple[StepOutcome, ...]
    measured: float | None = None
    limit: float | None = None

    def __str__(self) -> str:
        return self.result
