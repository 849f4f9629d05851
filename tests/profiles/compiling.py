"""Short profiles, compiled for the tests beside this file."""

import pytest

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ProfileProblems, Refused
from profiles.regions import Thresholds

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))
ADA = Thresholds(owner="ada", ppt_1_kpa={"upper_trapezius": 280.0})
WARM = """\
  - settle: {pressure: 3 kPa, for: 20 s}
  - effleurage: {pressure: 6 kPa, rate: 12/min, length: 200 mm, for: 3 min}
"""
REST = "  - rest: {for: 30 s}\n"


def profile(
    steps, *, limits="{pressure: 60 kPa, rise: 60 kPa/s}", region="upper_trapezius", more=""
):
    """Return a profile whose first step is on line 7."""
    head = "format: myoloop-profile/1\nid: p\nrevision: 1\ntitle: P\n"
    return read(
        f"{head}region: {region}\nlimits: {limits}\nsteps:\n{steps}{more}", Profile, file="p"
    )


def compiled(steps, values=None, envelope=DEVICE, *, limits=None, region=None, more="", **given):
    words = {"limits": limits, "region": region, "more": more}
    one = profile(steps, **{key: value for key, value in words.items() if value})
    return compile_profile(one, values or {}, envelope, **given)


def problem(steps, **given):
    with pytest.raises(ProfileProblems) as error:
        compiled(steps, **given)
    (one,) = error.value.problems
    return one


def refusal(steps, **given):
    with pytest.raises(Refused) as error:
        compiled(steps, **given)
    return error.value


def knead(high="12 kPa", low="3 kPa", rate="0.6 Hz", seconds="60 s", more=""):
    return (
        f"  - petrissage: {{pressure: {{low: {low}, high: {high}}}, rate: {rate},"
        f" for: {seconds}{more}}}\n"
    )


def point(pressure="12 kPa", seconds="60 s"):
    return f"  - trigger_point: {{pressure: {pressure}, for: {seconds}}}\n"
