"""What a session tells, in the short words of scenarios."""

from controller.words import (
    Alarm,
    Ended,
    Event,
    Judged,
    Marked,
    ModeChanged,
    Paused,
    Reacted,
    Replaced,
    Resumed,
    StepBegan,
    StepEnded,
)


def text_of(event: Event) -> str | None:  # noqa: C901  one line for each event
    """Return an event in a few words; None for what scenarios do not speak of."""
    match event:
        case Judged(verdict=verdict):
            return f"verdict {verdict.action} {verdict.reason}"
        case ModeChanged(mode=mode):
            return f"mode {mode}"
        case Alarm(reason=reason, state=state):
            return f"alarm {reason} {state}"
        case StepBegan(label=label):
            return f"step {label}"
        case StepEnded(index=index, outcome=outcome):
            return f"step {index} {outcome}"
        case Paused():
            return "paused"
        case Resumed():
            return "resumed"
        case Reacted(rule=rule):
            return f"rule {rule}"
        case Replaced():
            return "replaced"
        case Marked(label=label):
            return f"marked {label}"
        case Ended():
            return "ended"
        case _:
            return None
