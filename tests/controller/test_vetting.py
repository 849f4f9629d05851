"""What a control process plays, whoever compiled it: nothing above what the device allows."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.authoring import host
from console.excerpt import excerpt
from controller.fitting import CannotPlay
from controller.vetting import admit
from profiles.envelope import Envelope, Limit
from profiles.trajectory import Track

CAPABILITIES = host("voice_coil", "simulated").capabilities
PROGRAM = excerpt(20, CAPABILITIES).program


def with_pressure(**columns):
    """Return the program with another curve of pressure in its first step."""
    first, *rest = PROGRAM.steps
    tracks = first.trajectory.tracks
    track = msgspec.structs.replace(tracks["pressure"], **columns)
    trajectory = msgspec.structs.replace(first.trajectory, tracks={**tracks, "pressure": track})
    changed = msgspec.structs.replace(first, trajectory=trajectory)
    return msgspec.structs.replace(PROGRAM, steps=(changed, *rest))


def test_what_was_compiled_for_this_device_is_played():
    assert admit(PROGRAM, CAPABILITIES).program == PROGRAM


@pytest.mark.parametrize(
    "limit", ["pressure_kpa", "rise_level_kpa_s", "rise_rhythm_kpa_s", "static_max_s",
              "session_max_s"]
)  # fmt: skip
@given(value=st.floats(1.01, 1e9) | st.sampled_from([math.inf, math.nan]))
def test_a_program_above_what_the_device_allows_is_refused(limit, value):
    from controller.fitting import device_envelope

    allowed = getattr(device_envelope(CAPABILITIES), limit).value
    envelope = msgspec.structs.replace(
        PROGRAM.envelope, **{limit: Limit(allowed * value, "somebody")}
    )
    with pytest.raises(CannotPlay, match="another device"):
        admit(msgspec.structs.replace(PROGRAM, envelope=envelope), CAPABILITIES)


def test_a_program_that_presses_more_than_it_says_is_refused():
    limit = PROGRAM.envelope.pressure_kpa.value
    track = PROGRAM.steps[0].trajectory.tracks["pressure"]
    with pytest.raises(CannotPlay, match="are allowed"):
        admit(with_pressure(value=(*track.value[:-1], limit + 0.1)), CAPABILITIES)


@given(
    st.sampled_from([math.nan, math.inf, -math.inf]), st.sampled_from(["at_s", "value", "slope"])
)
def test_a_curve_that_is_no_curve_is_refused(number, column):
    track = PROGRAM.steps[0].trajectory.tracks["pressure"]
    broken = (*getattr(track, column)[:-1], number)
    with pytest.raises(CannotPlay):
        admit(with_pressure(**{column: broken}), CAPABILITIES)


@pytest.mark.parametrize(
    "columns",
    [
        {"value": ()},
        {"at_s": (), "value": (), "slope": (), "rhythmic": ()},
        {"at_s": (0.0, 5.0), "value": (0.0, 1.0), "slope": (0.0, 0.0), "rhythmic": (False, False)},
        {"at_s": (0.0, 0.0), "value": (0.0, 1.0), "slope": (0.0, 0.0), "rhythmic": (False, False)},
    ],
    ids=["ragged", "empty", "a gap", "two at once"],
)
def test_knots_that_no_device_could_follow_are_refused(columns):
    with pytest.raises(CannotPlay, match="no curve"):
        admit(with_pressure(**columns), CAPABILITIES)


def test_a_program_without_steps_is_refused():
    with pytest.raises(CannotPlay, match="nothing to play"):
        admit(msgspec.structs.replace(PROGRAM, steps=()), CAPABILITIES)


def test_a_program_survives_the_door():
    body = msgspec.msgpack.encode(PROGRAM)
    again = msgspec.msgpack.decode(body, type=type(PROGRAM))
    assert again == PROGRAM
    assert isinstance(again.envelope, Envelope)
    assert isinstance(again.steps[0].trajectory.tracks["pressure"], Track)
