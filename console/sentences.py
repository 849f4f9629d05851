"""The one place where reasons and events become sentences."""

from typing import assert_never

from controller.words import (
    Ended,
    Event,
    Judged,
    Outcome,
    Reason,
    Sampled,
    StepBegan,
    StepEnded,
    Verdict,
)

REASONS: dict[Reason, str] = {
    Reason.COMPLETE: "everything was played",
    Reason.OPERATOR: "a person ended it",
    Reason.STOP_ELSEWHERE: "the device was stopped past this session",
    Reason.STOP_BUTTON: "the stop button on the device was pressed",
    Reason.PAIN: "the pain button was pressed",
    Reason.OVER_PRESSURE: "the pressure was over its limit",
    Reason.SENSOR_STALE: "the pressure samples were too old",
    Reason.SENSOR_LOST: "there were no pressure samples any more",
    Reason.JUDGEMENT_LATE: "this computer judged too late",
    Reason.DEVICE_SILENT: "the device was silent",
    Reason.LINK_LOST: "the link to the device was lost",
    Reason.CONTROL_LOST: "the control process was lost; the device lets go by itself",
    Reason.DEVICE_FAULT: "the device found a fault in itself",
    Reason.DEVICE_RESTARTED: "the device has restarted",
    Reason.DEVICE_UNRULY: "the device did not follow",
    Reason.DEVICE_REFUSED: "the device refused to begin",
    Reason.DEVICE_ENDED: "the device ended the session",
    Reason.DEVICE_FADING: "the device let go because too little reached it",
}

UNITS: dict[Reason, str] = {
    Reason.OVER_PRESSURE: "kPa",
    Reason.SENSOR_STALE: "s",
    Reason.SENSOR_LOST: "s",
    Reason.JUDGEMENT_LATE: "s",
    Reason.DEVICE_SILENT: "s",
}
"""In what a reason is measured, where it is."""

_ACTS = {"hold": "nothing rises", "release": "released", "stop": "stopped"}
_ENDINGS = {"done": "done", "timed_out": "done (its time was up)", "stopped": "stopped"}


def sentence(event: Event) -> str:
    """Return what an event means."""
    match event:
        case StepBegan(_, _, label, technique):
            return f"{label} begins ({technique.replace('_', ' ')})"
        case StepEnded(_, index, outcome):
            return f"step {index + 1} is {_ENDINGS[outcome]}"
        case Judged(_, verdict):
            return judgement(verdict)
        case Sampled(_, target_kpa, pressure_kpa):
            return f"{pressure_kpa:.1f} of {target_kpa:.1f} kPa"
        case Ended(_, outcome):
            return ending(outcome)
        case _:
            assert_never(event)


def judgement(verdict: Verdict) -> str:
    """Return what was done, why, and what was measured."""
    measured = ""
    if verdict.reason in UNITS:
        unit = UNITS[verdict.reason]
        measured = f" ({verdict.measured:.3g} {unit}; the limit is {verdict.limit:.3g} {unit})"
    return f"{_ACTS[verdict.action]}: {REASONS[verdict.reason]}{measured}"


def ending(outcome: Outcome) -> str:
    """Return how a session ended, and why."""
    if outcome.reason is Reason.COMPLETE:
        return "complete"
    measured = ""
    if outcome.reason in UNITS and outcome.measured is not None and outcome.limit is not None:
        unit = UNITS[outcome.reason]
        measured = f" ({outcome.measured:.3g} {unit}; the limit is {outcome.limit:.3g} {unit})"
    return f"{outcome.result}: {REASONS[outcome.reason]}{measured}"
