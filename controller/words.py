"""What a session is told and what it tells: orders, events and outcomes, as two closed unions."""

from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from profiles.program import Program


class Reason(StrEnum):
    """Why something was held, released, stopped or ended. The sentences are elsewhere."""

    COMPLETE = "complete"
    OPERATOR = "operator"
    STOP_ELSEWHERE = "stop_elsewhere"
    STOP_BUTTON = "stop_button"
    PAIN = "pain"
    PAIN_SAID = "pain_said"
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
    RISE = "rise"
    TRACKING = "tracking"
    SENSOR_STUCK = "sensor_stuck"
    CONTACT_LOST = "contact_lost"
    OCCLUDED = "occluded"
    BONE = "bone"
    HELD_TOO_LONG = "held_too_long"
    SAMPLES_MISSING = "samples_missing"
    SAMPLES_LATE = "samples_late"
    CLOCK_UNSURE = "clock_unsure"
    SESSION_TIME = "session_time"
    REGION_TIME = "region_time"
    PAUSED_OUT = "paused_out"
    UNANSWERED = "unanswered"
    GUARDING = "guarding"
    SPASM = "spasm"
    EMG_LOST = "emg_lost"
    OVER_TEMPERATURE = "over_temperature"
    HEAT_SENSOR_LOST = "heat_sensor_lost"
    HEAT_SENSOR_RANGE = "heat_sensor_range"
    HEAT_SENSOR_WRONG = "heat_sensor_wrong"
    HEAT_SENSOR_STUCK = "heat_sensor_stuck"
    NOT_WARMING = "not_warming"
    HEAT_TIME = "heat_time"
    BATTERY_LOW = "battery_low"
    BATTERY_UNKNOWN = "battery_unknown"
    RULE = "rule"


HURTS = frozenset({Reason.PAIN, Reason.PAIN_SAID})
"""It hurts: the button was pressed, or a person said so by an order. What is done is the same."""

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

Act = Literal["ease", "cool", "hold", "approach", "pause", "release", "stop"]
"""From the mildest to the strongest. To cool is to switch the heat off, and nothing else; to
approach is to let go and to feel for contact anew."""

Mode = Literal["closed_loop", "step_adjust", "open_loop"]
"""How much is trusted to what comes back: everything, changes between cycles, nothing."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What must happen now: `measured` is beyond `limit`, in the reason's own unit."""

    action: Act
    reason: Reason
    measured: float
    limit: float


# --- orders -----------------------------------------------------------------------------------


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Let go at once, latched. Honoured in any state."""


class Pain(msgspec.Struct, frozen=True, tag="pain"):
    """It hurts: as a press of the pain button, from wherever it is said."""


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Let go within a second, and end."""


class Ease(msgspec.Struct, frozen=True, tag="ease"):
    """Press this share of the programme, 0..1: down within half a second, up slowly."""

    share: float


class Ceiling(msgspec.Struct, frozen=True, tag="ceiling"):
    """Press no more than this, kPa."""

    kpa: float


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """Let go within a second, and wait where the programme is, ten minutes at most."""


class Resume(msgspec.Struct, frozen=True, tag="resume"):
    """Go on after a pause: from nothing, slowly, at the cycle or hold that was cut short.

    In a step that waits for a person it is the answer: on to the next step.
    """


class Mark(msgspec.Struct, frozen=True, tag="mark"):
    """Remember this instant by a word of the person's."""

    label: str


class Replace(msgspec.Struct, frozen=True, tag="replace"):
    """Play this instead: the same profile, compiled anew for other values of live parameters."""

    program: Program


class Acknowledge(msgspec.Struct, frozen=True, tag="acknowledge"):
    """A person has seen this alarm; without a reason, every alarm.

    A mode that fell for it rises again between two steps, if its cause is gone.
    """

    reason: Reason | None = None


Order: TypeAlias = (
    Stop | Pain | Release | Ease | Ceiling | Pause | Resume | Mark | Replace | Acknowledge
)


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
    """Step `index` is over: done, timed_out (its `until` never came), or stopped on the way.

    released: its `until` came, and ended it sooner. skipped: it was never begun, because it needs
    warming up that a long pause has undone.
    """

    at_s: float
    index: int
    outcome: Literal["done", "released", "timed_out", "stopped", "skipped"]


class Judged(msgspec.Struct, frozen=True, tag="judged"):
    """The supervisor, or a person, has acted."""

    at_s: float
    verdict: Verdict


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    """Everything goes to zero and waits for a person; until `until_s` at most."""

    at_s: float
    reason: Reason
    until_s: float


class Resumed(msgspec.Struct, frozen=True, tag="resumed"):
    """It goes on, from nothing."""

    at_s: float


class Marked(msgspec.Struct, frozen=True, tag="marked"):
    """A person wanted this instant remembered."""

    at_s: float
    label: str


class Eased(msgspec.Struct, frozen=True, tag="eased"):
    """A person has chosen how much of the programme is pressed: this share, 0..1, from now on."""

    at_s: float
    share: float


class Reacted(msgspec.Struct, frozen=True, tag="reacted"):
    """A rule of the profile has acted: its name, what it does, and its line."""

    at_s: float
    rule: str
    action: str
    line: int


class Unmeasurable(msgspec.Struct, frozen=True, tag="unmeasurable"):
    """What a signal is to be compared with could not be measured: nothing will come of it."""

    at_s: float
    signal: str
    of: str


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """What EMG is compared with on a region, beside its own baseline, from `at_s` on.

    `uv` is the RMS of each channel in a contraction that is `age_s` old, without its noise, None
    where it was not measurable; it is empty where no contraction counts here. `light`: a light one.
    """

    at_s: float
    region: str
    side: str | None
    uv: tuple[float | None, ...] = ()
    light: bool = False
    age_s: float = 0.0


class Replaced(msgspec.Struct, frozen=True, tag="replaced"):
    """A programme of other values is played from step `index` on; `at_once`: within that step."""

    at_s: float
    index: int
    at_once: bool


class ModeChanged(msgspec.Struct, frozen=True, tag="mode_changed"):
    """From now on less, or more again, is trusted to what comes back."""

    at_s: float
    mode: Mode
    reason: Reason
    measured: float
    limit: float


class Alarm(msgspec.Struct, frozen=True, tag="alarm"):
    """Somebody should look: `reason` is there (raised), or was and nobody has seen it (latched).

    acknowledged: a person has seen it. It is raised again if its cause comes again.
    """

    at_s: float
    reason: Reason
    state: Literal["raised", "latched", "acknowledged"]
    urgency: Literal["low", "medium", "high"]


class Sampled(msgspec.Struct, frozen=True, tag="sampled", gc=False):
    """One batch: what was asked for and what was felt, kPa, and the EMG's RMS per channel, uV.

    On a device that measures no pressure it is one tick, and what was felt is None. `surface_degc`
    is how warm the surface on the skin was when that was read last, None where nothing reads it.
    """

    at_s: float
    target_kpa: float
    pressure_kpa: float | None
    emg_uv: tuple[float, ...]
    surface_degc: float | None = None


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The session is over."""

    at_s: float
    outcome: "Outcome"


Event: TypeAlias = (
    StepBegan
    | StepEnded
    | Judged
    | Paused
    | Resumed
    | Marked
    | Eased
    | Reacted
    | Unmeasurable
    | Compared
    | Replaced
    | ModeChanged
    | Alarm
    | Sampled
    | Ended
)


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
