"""An alarm is heard on a terminal, once, and leaves nothing in a file."""

import io
import os
import tty

import pytest

from console.screens import Lines, Screen
from console.terminal import BELL, PatientTerminal
from controller.words import Alarm, Ended, Outcome, Reason

RAISED = Alarm(3.0, Reason.SAMPLES_LATE, "raised", "medium")
LATCHED = Alarm(6.0, Reason.SAMPLES_LATE, "latched", "medium")
SEEN = Alarm(7.0, Reason.SAMPLES_LATE, "acknowledged", "medium")
AGAIN = Alarm(9.0, Reason.SAMPLES_LATE, "raised", "medium")


def ended(result, reason):
    outcome = Outcome(result=result, reason=reason, duration_s=9.5, began_device_s=0.0, steps=())
    return Ended(9.5, outcome)


def rings(kind, *events):
    """How often a real terminal rings for these events."""
    master, slave = os.openpty()
    tty.setraw(slave)
    with os.fdopen(slave, "w") as far_end:
        terminal = PatientTerminal(far_end)
        audience = kind(terminal)
        for event in events:
            audience.hear(event)
        terminal.say("that was all")
        terminal.close()
        said = ""
        while "that was all" not in said:  # a terminal gives what it has, not what was written
            said += os.read(master, 65_536).decode()
    os.close(master)
    return said.count(BELL)


@pytest.mark.parametrize("kind", [Lines, Screen])
def test_a_new_alarm_rings_once(kind):
    assert rings(kind, RAISED, LATCHED, SEEN) == 1
    assert rings(kind, RAISED, LATCHED, AGAIN) == 2
    assert rings(kind) == 0


def test_an_end_that_nobody_wanted_rings_where_no_alarm_did():
    assert rings(Lines, ended("stopped", Reason.SPASM)) == 1
    assert rings(Lines, RAISED, ended("stopped", Reason.SAMPLES_LATE)) == 1
    assert rings(Lines, ended("complete", Reason.COMPLETE)) == 0
    assert rings(Lines, ended("stopped", Reason.OPERATOR)) == 0


@pytest.mark.parametrize("kind", [Lines, Screen])
def test_a_file_does_not_ring(kind):
    out = io.StringIO()
    terminal = PatientTerminal(out)
    kind(terminal).hear(RAISED)
    terminal.close()
    assert BELL not in out.getvalue()
