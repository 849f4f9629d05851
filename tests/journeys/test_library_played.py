"""Every profile of the library, on a device that has what it names, from beginning to end."""

import re

import pytest

from controller.fitting import device_envelope, rig
from controller.play import prepare, simulated_person
from profiles.check import check_profile
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile
from profiles.program import GRADES
from tests.playing import played

STROKING = "sim://healthy_f?seed=7&stroke=on"
DEVICES = {
    "percussion-warm-up": f"{STROKING}&head=on",
    "compression-boots": "sim://healthy_f?seed=7&device=airbag&pads=foot,calf,knee,thigh",
}
SHORTEST = {"compression": 55, "myofascial": 30, "stripping": 18}
"""What one cycle of four chambers, a hold or a slow stroke takes at least, in seconds."""


def device_of(profile_id):
    return DEVICES.get(profile_id, STROKING)


def excerpt(text, seconds=14):
    """Return a profile in which nothing takes longer than it must, to see all of it soon."""

    def shorter(found):
        least = next((s for name, s in SHORTEST.items() if name in found[1]), seconds)
        written_s = float(found[2]) * (60.0 if found[3] == "min" else 1.0)
        return f"{found[1]}for: {min(written_s, least):g} s"

    return re.sub(r"(- [a-z_]+: \{[^\n]*?)for: ([0-9.]+) (s|min)", shorter, text)


def check(text, capabilities):
    return check_profile(
        text,
        "library",
        {},
        device_envelope(capabilities),
        area_cm2=capabilities.channel("pressure").area_cm2,
        thresholds=simulated_person(capabilities),
        emulated=True,
        rig=rig(capabilities),
    )


async def play(text, profile_id):
    found = await played(text, device_of(profile_id))
    assert found.outcome.result == "complete", found.outcome
    predicted = check(text, found.capabilities)
    assert predicted.problems == ()
    assert found.outcome.duration_s <= predicted.worst_case_s + 0.02
    assert max(found.truth.true_kpa) <= predicted.peak_kpa + 0.5
    assert all(step.outcome != "stopped" for step in found.outcome.steps)
    return found


LIKE_OTHERS = {"acute-spasm-calf", "acute-spasm-lumbar", "kneading", "trigger-point"}
"""Played as others are, or by tests of their own; `make long` plays them whole as well."""


@pytest.mark.parametrize("profile_id", [i for i in library_ids() if i not in LIKE_OTHERS])
async def test_an_excerpt_plays_to_its_end(profile_id):
    await play(excerpt(library_text(profile_id)), profile_id)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("profile_id", library_ids())
async def test_it_plays_to_its_end(profile_id):
    found = await play(library_text(profile_id), profile_id)
    assert len(found.outcome.steps) == len(found.fit.program.steps)


@pytest.mark.parametrize("profile_id", library_ids())
async def test_it_says_what_it_is_for_and_what_it_does_not_claim(profile_id):
    profile = read(library_text(profile_id), Profile)
    assert profile.purpose
    assert profile.level
    assert profile.evidence
    assert profile.claims_not


@pytest.mark.parametrize("profile_id", library_ids())
async def test_it_is_no_deeper_than_it_says_on_a_person_in_the_middle(profile_id):
    from console.authoring import able, checked

    text = library_text(profile_id)
    on = able(text)
    assert checked(text, profile_id, {}, on).ok
    program = prepare(text, profile_id, on.capabilities, {}).program
    deepest = max(GRADES.index(step.grade) for step in program.steps)
    assert deepest <= GRADES.index(read(text, Profile).level)
    assert all(step.scale == step.slow == 1.0 for step in program.steps)
