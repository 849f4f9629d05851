"""What a control process plays, whoever compiled it: nothing above what the device allows."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.authoring import host
from console.excerpt import excerpt
from controller.eligibility import Booked, NotAdmitted
from controller.fitting import CannotPlay, device_envelope
from controller.ledger import Entry
from controller.person import pad_of
from controller.play import prepare
from controller.vetting import admit, admit_for
from controller.visits import Asked, Start, asked_of
from profiles.dose import dose
from profiles.envelope import Envelope, Limit
from profiles.limits import Body
from profiles.trajectory import Track
from sim.voice_coil import Outfit
from sim.voice_coil import capabilities as twin
from tests.controller.people import NOW_S, UPPER, entry, person

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


# --- whom it is for ---------------------------------------------------------------------------

REAL = msgspec.structs.replace(CAPABILITIES, emulated=False)
PERSON_PAD = pad_of(REAL, 10.0)


def kneading(depth="6 kPa", who=None):
    """Return light work, compiled for somebody under a device that is real."""
    text = f"""
format: myoloop-profile/1
id: work
revision: 1
title: Work
region: {UPPER}
needs: {{channels: [pressure]}}
limits: {{pressure: 20 kPa, rise: 40 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 90 s}}
  - effleurage: {{pressure: {depth}, rate: 12/min, length: 150 mm, for: 60 s}}
"""
    known = (who or person()).thresholds(PERSON_PAD, NOW_S)
    return prepare(text, "work", REAL, {}, person=known).program


def booked(program, who=None, **changes):
    reserved = Entry(
        at_s=NOW_S, device="voice_coil", profile="work", area_cm2=10.0, doses=dose(program)
    )
    return Booked(who or person(), msgspec.structs.replace(reserved, **changes))


def test_what_was_reserved_for_somebody_who_may_is_played():
    program = kneading()
    admit_for(program, booked(program), REAL, NOW_S)


def test_the_person_of_an_emulated_device_needs_no_reservation():
    admit_for(PROGRAM, None, CAPABILITIES, NOW_S)


def test_somebody_whose_answers_are_old_by_now_is_not_treated():
    program = kneading()
    with pytest.raises(NotAdmitted, match="24 hours"):
        admit_for(program, booked(program), REAL, NOW_S + 25 * 3600.0)


def test_somebody_who_has_an_open_session_is_not_treated_on_top_of_it():
    who = person(None, entry(None, deep_s=20.0, worked_s=890.0))
    program = kneading()
    with pytest.raises(NotAdmitted, match="settle"):
        admit_for(program, booked(program, who), REAL, NOW_S)


def test_more_than_was_reserved_is_not_played():
    light, more = kneading("4 kPa"), kneading("6 kPa")
    with pytest.raises(CannotPlay, match="than was reserved"):
        admit_for(more, booked(light), REAL, NOW_S)


def test_a_region_that_was_not_reserved_is_not_pressed():
    program = kneading()
    with pytest.raises(CannotPlay, match="than was reserved"):
        admit_for(program, booked(program, doses={}), REAL, NOW_S)


def test_what_was_compiled_for_somebody_who_bears_more_is_refused():
    program = kneading()
    step = program.steps[1]
    tracks = step.trajectory.tracks
    hard = msgspec.structs.replace(
        tracks["pressure"], value=tuple(4.0 * v for v in tracks["pressure"].value)
    )
    trajectory = msgspec.structs.replace(step.trajectory, tracks={**tracks, "pressure": hard})
    steps = (program.steps[0], msgspec.structs.replace(step, trajectory=trajectory))
    harder = msgspec.structs.replace(program, steps=steps)
    with pytest.raises(CannotPlay, match="are allowed"):
        admit_for(harder, booked(harder), REAL, NOW_S)


@pytest.mark.parametrize("known", [True, False])
def test_deep_work_on_somebody_of_whom_nothing_was_measured_is_refused(known):
    program = kneading()
    steps = tuple(msgspec.structs.replace(step, grade="deep") for step in program.steps)
    deep = msgspec.structs.replace(program, steps=steps)
    with pytest.raises(CannotPlay, match="calibrate"):
        admit_for(deep, booked(deep) if known else None, REAL, NOW_S)


SIDES = msgspec.structs.replace(
    twin({}, outfit=Outfit(sites=("left", "right"), stroke=True)), emulated=False
)


def both_sides():
    """Return light work on two regions at once, compiled for somebody under a real device."""
    text = f"""
format: myoloop-profile/1
id: work
revision: 1
title: Work
region: {UPPER}
needs: {{channels: [pressure]}}
limits: {{pressure: 20 kPa, rise: 40 kPa/s, session: 5 min}}
steps:
  - together:
      - settle: {{channel: left, pressure: 3 kPa, for: 20 s}}
      - effleurage: {{region: gluteus, channel: right, pressure: 4 kPa, rate: 12/min,
                     length: 150 mm, for: 20 s}}
"""
    known = person().thresholds(pad_of(SIDES, 10.0), NOW_S)
    return prepare(text, "work", SIDES, {}, person=known).program


def test_steps_side_by_side_are_played_on_a_real_device():
    program = both_sides()
    assert program.steps[0].techniques == ("settle", "effleurage")
    assert program.steps[0].all_regions == (UPPER, "gluteus")
    assert admit(program, SIDES)
    admit_for(program, booked(program), SIDES, NOW_S)


def test_each_of_steps_side_by_side_is_held_to_its_own_technique_and_region():
    program = both_sides()
    step = program.steps[0]

    def pressing(name, kpa):
        track = step.trajectory.tracks[name]
        hard = tuple(kpa / max(track.value) * value for value in track.value)
        tracks = step.trajectory.tracks | {name: msgspec.structs.replace(track, value=hard)}
        return with_first(
            program, trajectory=msgspec.structs.replace(step.trajectory, tracks=tracks)
        )

    body = Body(
        envelope=device_envelope(SIDES),
        area_cm2=10.0,
        thresholds=person().thresholds(pad_of(SIDES, 10.0), NOW_S),
        emulated=False,
        closed_loop=False,
    )
    settle = body.pressing("settle", UPPER).value
    stroke = body.pressing("effleurage", "gluteus").value
    assert settle < stroke
    for name, most in (("pressure", settle), ("pressure:right", stroke)):
        just = pressing(name, most - 0.01)
        admit_for(just, booked(just), SIDES, NOW_S)
        harder = pressing(name, most + 0.01)
        with pytest.raises(CannotPlay, match="are allowed"):
            admit_for(harder, booked(harder), SIDES, NOW_S)


def test_a_technique_or_region_that_nobody_knows_is_refused_beside_another_too():
    program = both_sides()
    first, second = program.steps[0].branches
    for changes in (
        {"branches": (first, msgspec.structs.replace(second, technique="hammering"))},
        {"regions": {"pressure:right": "nose"}},
    ):
        strange = with_first(program, **changes)
        with pytest.raises((CannotPlay, NotAdmitted), match=r"nothing that is known|hammering"):
            admit_for(strange, booked(strange), SIDES, NOW_S)


def test_the_second_of_two_regions_keeps_its_lock_after_deep_work():
    program = with_first(both_sides(), grade="moderate")
    who = person(None, entry(1.0, "gluteus", deep_s=20.0, worked_s=60.0))
    with pytest.raises(NotAdmitted, match="gluteus rests for 48 hours"):
        admit_for(program, booked(program, who), SIDES, NOW_S)


UNWATCHED = msgspec.structs.replace(
    CAPABILITIES,
    sensors=tuple(one for one in CAPABILITIES.sensors if not one.independent),
)


def with_first(program, **changes):
    first, *rest = program.steps
    steps = (msgspec.structs.replace(first, **changes), *rest)
    return msgspec.structs.replace(program, steps=steps)


@pytest.mark.parametrize("changes", [{"grade": "deep"}, {"technique": "trigger_point"}])
@pytest.mark.parametrize("emulated", [True, False])
def test_deep_work_that_one_sensor_alone_watches_is_not_admitted(changes, emulated):
    device = msgspec.structs.replace(UNWATCHED, emulated=emulated)
    light = excerpt(20, UNWATCHED).program
    assert admit(light, device)
    with pytest.raises(CannotPlay, match="no independent second pressure sensor"):
        admit(with_first(light, **changes), device)


def test_what_was_compiled_for_two_sensors_is_not_admitted_to_one():
    program = kneading("12 kPa")
    one = msgspec.structs.replace(UNWATCHED, emulated=False)
    admit_for(program, booked(program), REAL, NOW_S)
    with pytest.raises(CannotPlay, match="are allowed"):
        admit_for(program, booked(program), one, NOW_S)


def test_one_sensor_alone_halves_what_the_device_reaches():
    assert device_envelope(UNWATCHED).pressure_kpa == Limit(20.0, "device without a second sensor")
    bag = host("airbag", "simulated").capabilities
    bag = msgspec.structs.replace(bag, sensors=())
    assert device_envelope(bag).pressure_kpa.value == pytest.approx(13.3 / 2.0)


def test_a_start_is_the_same_on_the_other_side_of_the_door():
    program = kneading()
    start = Start(program, "work.yaml", booked(program))
    sent = msgspec.msgpack.encode(Asked(1, start))
    assert asked_of(sent).order == start
