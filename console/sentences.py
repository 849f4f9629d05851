"""The one place where reasons and events become sentences."""

from typing import assert_never

from controller.preflight import TRIP_TOLD_MS
from controller.visits import Ready
from controller.words import (
    Alarm,
    Compared,
    Eased,
    Ended,
    Event,
    Judged,
    Marked,
    ModeChanged,
    Outcome,
    Paused,
    Reacted,
    Reason,
    Replaced,
    Resumed,
    Sampled,
    StepBegan,
    StepEnded,
    Unmeasurable,
    Verdict,
)

REASONS: dict[Reason, str] = {
    Reason.COMPLETE: "everything was played",
    Reason.OPERATOR: "a person ended it",
    Reason.STOP_ELSEWHERE: "the device was stopped past this session",
    Reason.STOP_BUTTON: "the stop button on the device was pressed",
    Reason.PAIN: "the pain button was pressed",
    Reason.PAIN_SAID: "a person said at a terminal that it hurts",
    Reason.OVER_PRESSURE: "the pressure was over its limit",
    Reason.SENSOR_STALE: "the pressure samples were too old",
    Reason.SENSOR_LOST: "there were no pressure samples any more",
    Reason.JUDGEMENT_LATE: "this computer judged too late",
    Reason.DEVICE_SILENT: "the device was silent",
    Reason.LINK_LOST: "the link to the device was lost",
    Reason.CONTROL_LOST: "the control process was lost",
    Reason.DEVICE_FAULT: "the device found a fault in itself",
    Reason.DEVICE_RESTARTED: "the device has restarted",
    Reason.DEVICE_UNRULY: "the device did not follow",
    Reason.DEVICE_REFUSED: "the device refused to begin",
    Reason.DEVICE_ENDED: "the device ended the session",
    Reason.DEVICE_FADING: "the device let go because too little reached it",
    Reason.RISE: "the pressure rose too fast",
    Reason.TRACKING: "the pressure is not what was asked for",
    Reason.SENSOR_STUCK: "a pressure sensor says the same all the time",
    Reason.CONTACT_LOST: "the pad is not on the body",
    Reason.OCCLUDED: "the blood had no relief from pressure for too long",
    Reason.BONE: "what lies under the pad is too stiff for flesh, as bone is",
    Reason.HELD_TOO_LONG: "something was wrong for too long",
    Reason.SAMPLES_MISSING: "samples are missing",
    Reason.SAMPLES_LATE: "samples come late",
    Reason.CLOCK_UNSURE: "it is not certain what the device's clock says",
    Reason.SESSION_TIME: "the session has taken its time",
    Reason.REGION_TIME: "this region was worked on long enough",
    Reason.PAUSED_OUT: "nobody went on after the pause",
    Reason.UNANSWERED: "nobody answered what the programme asked",
    Reason.GUARDING: "the muscle tenses against the pressure",
    Reason.SPASM: "the muscle is in spasm",
    Reason.EMG_LOST: "the EMG cannot be trusted",
    Reason.OVER_TEMPERATURE: "the surface is too warm",
    Reason.HEAT_SENSOR_LOST: "nobody knows how warm the surface is",
    Reason.HEAT_SENSOR_RANGE: "the thermometer says what no skin is",
    Reason.HEAT_SENSOR_WRONG: "the thermometer changes faster than a surface can",
    Reason.HEAT_SENSOR_STUCK: "the thermometer says the same all the time",
    Reason.NOT_WARMING: "the surface does not get as warm as it should",
    Reason.HEAT_TIME: "it has been warm for long enough",
    Reason.BATTERY_LOW: "the battery of the device is low: charge it",
    Reason.BATTERY_UNKNOWN: "the device does not say any more how full its battery is",
    Reason.RULE: "a rule of the profile wants it",
}

UNITS: dict[Reason, str] = {
    Reason.OVER_PRESSURE: "kPa",
    Reason.SENSOR_STALE: "s",
    Reason.SENSOR_LOST: "s",
    Reason.JUDGEMENT_LATE: "s",
    Reason.DEVICE_SILENT: "s",
    Reason.RISE: "kPa/s",
    Reason.TRACKING: "kPa",
    Reason.SENSOR_STUCK: "s",
    Reason.CONTACT_LOST: "kPa",
    Reason.OCCLUDED: "s",
    Reason.BONE: "kPa/mm",
    Reason.HELD_TOO_LONG: "s",
    Reason.SAMPLES_MISSING: "of all",
    Reason.SAMPLES_LATE: "s",
    Reason.CLOCK_UNSURE: "s",
    Reason.SESSION_TIME: "s",
    Reason.REGION_TIME: "s",
    Reason.PAUSED_OUT: "s",
    Reason.UNANSWERED: "s",
    Reason.EMG_LOST: "s",
    Reason.OVER_TEMPERATURE: "degC",
    Reason.HEAT_SENSOR_LOST: "s",
    Reason.HEAT_SENSOR_RANGE: "degC",
    Reason.HEAT_SENSOR_WRONG: "degC/s",
    Reason.HEAT_SENSOR_STUCK: "s",
    Reason.NOT_WARMING: "degC",
    Reason.HEAT_TIME: "s",
    Reason.BATTERY_LOW: "%",
}
"""In what a reason is measured, where it is."""

_MULTIPLES = {Reason.GUARDING: "guarding", Reason.SPASM: "a spasm"}
"""What is measured in multiples of what counts as such."""

_ACTS = {
    "ease": "pressed less",
    "cool": "heat off",
    "hold": "nothing rises",
    "approach": "let go, and feeling for the body anew",
    "pause": "paused",
    "release": "released",
    "stop": "stopped",
}
_ENDINGS = {
    "done": "done",
    "released": "released",
    "timed_out": "done (its time was up)",
    "stopped": "stopped",
    "skipped": "left out (it needs warming up)",
}
_MODES = {
    "closed_loop": "what comes back is trusted again",
    "step_adjust": "more careful, changes come between cycles",
    "open_loop": "much more careful, what comes back is not trusted",
}

_TRUSTED_AGAIN = {
    "closed_loop": _MODES["closed_loop"],
    "step_adjust": "trusted a little again, changes come between cycles",
    "open_loop": _MODES["open_loop"],
}
"""The same where the mode rises, as it only does after a person's word."""


def _begun(label: str, technique: str) -> str:
    if technique == "prompt":
        return f"{label} (`myoloop session resume` goes on)"
    return f"{label} begins ({technique.replace('_', ' ')})"


def sentence(event: Event) -> str:
    """Return what an event means."""
    match event:
        case StepBegan(_, _, label, technique):
            return _begun(label, technique)
        case StepEnded(_, index, outcome):
            return f"step {index + 1} is {_ENDINGS[outcome]}"
        case Judged(_, verdict):
            return judgement(verdict)
        case Paused() | Resumed() | Marked() | Eased():
            return _by_person(event)
        case Compared():
            return compared(event)
        case Reacted() | Unmeasurable() | Replaced() | ModeChanged() | Alarm():
            return _notice(event)
        case Sampled(_, target_kpa, None):
            return f"{target_kpa:.1f} kPa asked for"
        case Sampled(_, target_kpa, pressure_kpa):
            return f"{pressure_kpa:.1f} of {target_kpa:.1f} kPa"
        case Ended(_, outcome):
            return ending(outcome)
        case _:
            assert_never(event)


def _by_person(event: Paused | Resumed | Marked | Eased) -> str:
    match event:
        case Paused(at_s, reason, until_s):
            waits = f"it waits for a person, {(until_s - at_s) / 60.0:.0f} min at most"
            # any other pause is judged, and the judgement has said why
            return f"paused by an operator; {waits}" if reason is Reason.OPERATOR else waits
        case Resumed():
            return "it goes on, slowly, from nothing"
        case Marked(_, label):
            return f"mark: {label}"
        case Eased(_, share):
            return f"pressed at {share:.0%} by an operator".replace("%", " %")
        case _:
            assert_never(event)


def _notice(event: Reacted | Unmeasurable | Replaced | ModeChanged | Alarm) -> str:
    match event:
        case Reacted(_, rule, action, line):
            return f"rule {rule} (line {line}): {action}"
        case Unmeasurable(_, signal, of):
            return f"{signal} has no {of} that can be measured: nothing will be compared with it"
        case Replaced(_, index, at_once):
            when = "in this step" if at_once else f"from step {index + 1} on"
            return f"other values count {when}"
        case ModeChanged(_, mode, Reason.OPERATOR):
            return f"{_TRUSTED_AGAIN[mode]}: a person has acknowledged what was wrong"
        case ModeChanged(_, mode, reason):
            return f"{_MODES[mode]}: {REASONS[reason]}"
        case Alarm(_, reason, state, _):
            return f"alarm {state}: {REASONS[reason]}"
        case _:
            assert_never(event)


def compared(event: Compared) -> str:
    """Return what EMG is compared with on a region, and how to have it compared with more."""
    where = event.region + (f", {event.side}," if event.side else "")
    if not event.uv:
        return (
            f"EMG on {where} is compared with what it is at rest, and no `of: mvc` holds: no "
            "contraction is known (`myoloop person contraction` measures one)"
        )
    what = "a light" if event.light else "the strongest"
    told = ", ".join(
        f"channel {n} {'not measurable' if uv is None else f'{uv:.0f} uV'}"
        for n, uv in enumerate(event.uv)
    )
    return (
        f"EMG on {where} is compared with {what} contraction, "
        f"{event.age_s / 60.0:.0f} min old: {told}"
    )


def judgement(verdict: Verdict) -> str:
    """Return what was done, why, and what was measured."""
    found = _measured(verdict.reason, verdict.measured, verdict.limit)
    return f"{_ACTS[verdict.action]}: {REASONS[verdict.reason]}{found}"


def readiness(ready: Ready) -> list[str]:
    """Return what there is to say of what pre-flight measured."""
    return [_charged(ready.battery_percent), *_travelled(ready.rtt_p99_ms)]


def _charged(percent: float | None) -> str:
    if percent is None:
        return "the battery was not asked: the device has no gauge of one"
    return f"the battery is at {percent:.0f} %"


def _travelled(rtt_p99_ms: float | None) -> list[str]:
    if rtt_p99_ms is None or rtt_p99_ms <= TRIP_TOLD_MS:
        return []
    return [
        f"the link is slow: a word and its answer take {rtt_p99_ms:.0f} ms (over "
        f"{TRIP_TOLD_MS:.0f} ms changes may have to wait for the next cycle)"
    ]


def ending(outcome: Outcome) -> str:
    """Return how a session ended, and why."""
    if outcome.reason is Reason.COMPLETE:
        return "complete"
    found = _measured(outcome.reason, outcome.measured, outcome.limit)
    return f"{outcome.result}: {REASONS[outcome.reason]}{found}"


def _measured(reason: Reason, measured: float | None, limit: float | None) -> str:
    """Return what was measured beside its limit, where that says anything."""
    if measured is None or limit is None:
        return ""
    if reason in _MULTIPLES:
        return f" ({measured:.3g} times what counts as {_MULTIPLES[reason]})"
    if reason not in UNITS:
        return ""
    unit = UNITS[reason]
    return f" ({measured:.3g} {unit}; the limit is {limit:.3g} {unit})"
