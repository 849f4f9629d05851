"""The demonstration, cut to length."""

from controller.fitting import Fit
from controller.play import prepare
from firmware_bridge.capabilities import Capabilities
from profiles.library import library_text

SETTLE, STROKE, KNEAD = 0.08, 0.28, 0.64
"""How an excerpt is shared out; kneading takes the changes between the steps as well."""

LEAST_SETTLE_S, LEAST_STROKE_S = 1.0, 3.0


def excerpt(seconds: float, capabilities: Capabilities) -> Fit:
    """Return the demo profile, fitted so that it plays for `seconds`."""
    settle_s = max(LEAST_SETTLE_S, SETTLE * seconds)
    stroke_s = max(LEAST_STROKE_S, STROKE * seconds)
    knead_s = seconds - settle_s - stroke_s
    first = _fitted(capabilities, settle_s, stroke_s, knead_s)
    over_s = sum(step.trajectory.duration_s for step in first.program.steps) - seconds
    return _fitted(capabilities, settle_s, stroke_s, knead_s - over_s)


def _fitted(capabilities: Capabilities, settle_s: float, stroke_s: float, knead_s: float) -> Fit:
    values = {"settle_for": settle_s, "stroke_for": stroke_s, "knead_for": knead_s}
    return prepare(library_text("demo"), "library:demo", capabilities, values)
