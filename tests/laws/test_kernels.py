"""Whole sessions are the same with the compiled kernels and without them."""

import os
import subprocess
import sys
from pathlib import Path

from controller import emg_compiled
from firmware_bridge.kernels import PLAIN
from sim import mixing, ticks
from tests.tools import kernel_needed

ROOT = Path(__file__).parents[2]

STORY = f"""
format: myoloop-scenario/1
id: kernels
title: An acute spasm, kneaded, with EMG on two channels and a sensor that drifts
profile: {ROOT}/sim/scenarios/profiles/minute.yaml
person: acute_spasm_low_back
timeline:
  - {{at: 20 s, for: 20 s, sensor_gain: {{to: 95 %, over: 10 s}}}}
  - {{at: 30 s, for: 3 s, emg_mains: {{}}}}
expect: {{outcome: complete}}
"""

SCRIPT = """
import hashlib, sys
from controller.emg_compiled import NAME
from sim.scenario import read_scenario
from sim.staging import perform
seen = perform(read_scenario(sys.argv[1], "kernels"))
felt = hashlib.sha256(seen.truth.true_kpa.tobytes()).hexdigest()
loaded = [name in sys.modules for name in (NAME, "sim._ticks", "sim._mix")]
print(*loaded, seen.outcome, seen.trace_sha256, felt)
"""


def playing(*, plain):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, STORY],
        env={**os.environ, PLAIN: "1" if plain else "0"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_session_is_the_same_to_the_last_frame_with_the_kernels_and_without():
    kernel_needed(emg_compiled.NAME)
    kernel_needed(ticks.NAME)
    kernel_needed(mixing.NAME)
    told = []
    for process in [playing(plain=True), playing(plain=False)]:
        with process:
            told.append(process.stdout.read().split())
    (*loaded, outcome, _, _), (*compiled, _, _, _) = told
    assert (loaded, compiled) == (["False"] * 3, ["True"] * 3)
    assert outcome == "complete"
    assert told[0][3:] == told[1][3:]
