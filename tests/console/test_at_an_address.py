"""Stories on a device that is there already: asked first, and judged by what is theirs."""

import pytest

from console.cli import main
from sim.birth import Recipe
from sim.judging import judge
from sim.link import begin_process
from sim.staging import perform_on
from tests.sim.stories import WHOLE, story

THERE = "sim://healthy_f"


def on(device):
    """Return a story that plays without any fault, on a device of its own."""
    calm = WHOLE.replace("  - {at: 2 s, sensor_stuck: {}}", "  []")
    return calm.replace("timeline:", f"device: {device}\ntimeline:").lstrip()


@pytest.mark.wire
@pytest.mark.parametrize(
    ("device", "lacks"),
    [
        ("{heater: true, stroke: true}", "a carriage, a heater"),
        ("{kind: airbag}", "a chamber of air"),
        ("{emg: 4}", "2 of 4 pairs of electrodes"),
        ("{pads: [calf]}", "a pad on calf"),
    ],
)
def test_a_story_that_needs_more_than_is_there_is_refused_before_any_is_played(
    device, lacks, tmp_path, capsys
):
    for name, text in (("a", on("{}")), ("b", on(device))):
        (tmp_path / f"{name}.scenario.yaml").write_text(text)
    into = tmp_path / "pictures"
    assert main(["scenario", "run", str(tmp_path), "--rig", THERE, "--into", str(into)]) == 1
    said = capsys.readouterr()
    assert f"b.scenario.yaml:5:9  device  at {THERE}: voice_coil is not the device" in said.err
    assert f"it lacks {lacks}" in said.err
    assert "..." not in said.err, "nothing is played"
    assert not into.exists()


KILLED = WHOLE.replace("{at: 2 s, sensor_stuck: {}}", "{at: 1 s, host_killed: {}}")
DEEP = on("{depth: true}")


@pytest.mark.wire
async def test_what_others_did_to_a_device_before_is_not_held_against_a_story():
    """Its log goes back to its boot: to a session that pressed 4 kPa, and was killed."""
    process = await begin_process(Recipe(), (), None)
    try:
        for text, outcome in ((KILLED, "killed"), (KILLED, "killed"), (DEEP, "no_device")):
            one = story(text, outcome=outcome)
            seen = await perform_on(one, process.url)
            assert judge(one.expect, seen, waits=True) == ()
    finally:
        await process.aclose()
