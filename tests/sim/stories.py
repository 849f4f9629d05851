"""Scenarios for tests: the shortest that can be played."""

from pathlib import Path

from sim.scenario import read_scenario

PROFILE = Path(__file__).parents[2] / "sim/scenarios/profiles/brief.yaml"

WHOLE = f"""
format: myoloop-scenario/1
id: a-sensor-sticks
title: A sensor sticks in a hold
profile: {PROFILE}
timeline:
  - {{at: 2 s, sensor_stuck: {{}}}}
expect: {{outcome: stopped}}
"""


def story(text=WHOLE, **expect):
    """Return a story that expects this."""
    said = ", ".join(f"{name}: {value}" for name, value in expect.items())
    return read_scenario(text.replace("{outcome: stopped}", f"{{{said}}}") if said else text, "it")
