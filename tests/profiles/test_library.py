import subprocess
import sys

import msgspec
import pytest

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile
from profiles.problems import Reason, Refused
from profiles.program import Program
from profiles.regions import Thresholds

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))
HEALTHY = Thresholds(owner="preset", ppt_1_kpa={"upper_trapezius": 280.0})


def compiled(profile_id, values=None, **given):
    profile = read(library_text(profile_id), Profile, file=f"{profile_id}.yaml")
    return compile_profile(profile, values or {}, DEVICE, **given)


def test_the_library_holds_what_it_promises():
    assert set(library_ids()) >= {"demo", "effleurage", "kneading", "trigger-point"}
    for profile_id in library_ids():
        assert read(library_text(profile_id), Profile).id == profile_id


def test_an_unknown_profile_is_told_with_the_nearest():
    with pytest.raises(KeyError, match="kneading"):
        library_text("kneeding")


@pytest.mark.parametrize("profile_id", ["demo", "effleurage", "kneading"])
def test_it_plays_without_a_person_and_unscaled(profile_id):
    program = compiled(profile_id)
    assert all(step.scale == 1.0 for step in program.steps)
    assert program.worst_case_s == pytest.approx(sum(step.max_s for step in program.steps))
    assert program.steps[-1].trajectory.tracks["pressure"].value[-1] == 0.0


def test_trigger_points_need_a_person():
    with pytest.raises(Refused) as error:
        compiled("trigger-point")
    assert error.value.reason is Reason.NO_PERSON
    assert error.value.problem.line == 29
    assert compiled("trigger-point", thresholds=HEALTHY).steps[3].grade == "deep"
    assert compiled("trigger-point", emulated=True, closed_loop=True).steps[3].scale == 1.0


@pytest.mark.parametrize("seconds", [10.0, 17.3, 60.0, 120.0])
@pytest.mark.parametrize("rate", ["0.5 Hz", "0.7 Hz", "1 Hz"])
def test_the_demonstration_fits_any_length_and_kneads_half_of_it(seconds, rate):
    values = {
        "settle_for": 0.1 * seconds,
        "stroke_for": 0.3 * seconds,
        "knead_for": 0.6 * seconds,
        "rate": rate,
    }
    program = compiled("demo", values, emulated=True)
    assert program.worst_case_s == pytest.approx(seconds)
    assert program.steps[-1].max_s >= seconds / 2.0
    assert max(program.steps[-1].trajectory.tracks["pressure"].value) == 19.0


@pytest.mark.parametrize("profile_id", ["demo", "effleurage", "kneading", "trigger-point"])
def test_a_program_survives_the_wire_and_fits_the_door(profile_id):
    program = compiled(profile_id, emulated=True)
    packed = msgspec.msgpack.encode(program)
    assert msgspec.msgpack.decode(packed, type=Program) == program
    assert len(packed) < 4 * 1024 * 1024


def test_what_is_played_needs_no_parser():
    script = (
        "import profiles.program, profiles.trajectory, profiles.envelope, profiles.techniques,"
        " profiles.regions, profiles.dose, profiles.problems, sys;"
        "unwanted = {'pydantic', 'ruamel', 'numpy', 'asyncio', 'logging'};"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
