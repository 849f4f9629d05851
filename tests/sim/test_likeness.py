"""A story asks a device at an address for what its own would have, and for no more."""

import pytest

from firmware_bridge.errors import LinkUnavailable
from sim.birth import announced, recipe
from sim.likeness import check_alike


@pytest.mark.parametrize(
    ("story", "there", "lacks"),
    [
        ("heater=on", "", "it lacks a heater"),
        ("stroke=on&head=on", "", "it lacks a carriage, an oscillating head"),
        ("pads=left,right", "pads=left", "it lacks a pad on right"),
        ("depth=on&battery=80", "", "it lacks a depth sensor, a battery gauge"),
        ("device=airbag", "", "it lacks a chamber of air"),
        ("emg=4", "emg=1", "it lacks 3 of 4 pairs of electrodes"),
    ],
)
def test_what_a_device_lacks_is_told(story, there, lacks):
    with pytest.raises(LinkUnavailable, match=lacks):
        check_alike(recipe(f"sim://healthy_f?{story}"), announced(recipe(f"sim://anxious?{there}")))


@pytest.mark.parametrize(
    ("story", "there"),
    [
        ("", ""),
        ("", "device=airbag"),
        ("device=airbag", "device=airbag"),
        ("", "emg=1"),
        ("", "pads=left&heater=on&battery=50"),
        ("emg=1", "emg=8"),
    ],
)
def test_a_device_that_has_more_will_do(story, there):
    check_alike(recipe(f"sim://healthy_f?{story}"), announced(recipe(f"sim://anxious?{there}")))
