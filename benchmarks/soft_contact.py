"""One soft contact at 1 kHz in a physics engine that many know, beside our pad and tissue."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from table import Table, alone
from virtual import calibration_s

from sim.actuator import Actuator
from sim.body import PRESETS, person
from sim.curves import level
from sim.sensors import NoisySensor

STEPS = 10
"""Steps of 1 ms in each 10 ms."""

PRESSED_N = 8.0
"""8 kPa on 10 cm2, in both."""

MODEL = """
<mujoco>
  <option timestep="0.001" integrator="implicitfast" gravity="0 0 0"/>
  <worldbody>
    <geom name="tissue" type="plane" size="0.2 0.2 0.05" solref="-1200 -30"/>
    <body name="pad" pos="0 0 0.015">
      <joint name="coil" type="slide" axis="0 0 1" stiffness="300" damping="6"/>
      <geom name="tip" type="sphere" size="0.015" mass="0.2" solref="-1200 -30"/>
    </body>
  </worldbody>
  <actuator><motor name="coil" joint="coil" gear="1"/></actuator>
</mujoco>
"""
"""A pad of 0.2 kg on a spring of 0.3 N/mm, pressed into a soft plane: our voice coil's numbers."""


def measure(quick: bool) -> Table:
    """Step both for so many simulated seconds; the quickest of three counts."""
    seconds = 5.0 if quick else 30.0
    ours_us = _quickest(_ours(), seconds)
    rows = [("pad, tissue and regulator of this simulator", f"{ours_us:.1f}", "1.00")]
    for name, step in _theirs():
        us = _quickest(step, seconds)
        rows.append((name, f"{us:.1f}", f"{us / ours_us:.2f}"))
    missing = "" if len(rows) > 1 else "MuJoCo is not installed: `pip install myoloop[bench]`. "
    return Table(
        "One soft contact at 1 kHz",
        ("what is stepped", "us each 10 ms", "of ours"),
        tuple(rows),
        (
            f"{missing}Ours has a driver's lag, tissue that relaxes with three time constants, two "
            "noisy sensors and a regulator at 1 kHz; MuJoCo a sphere of 0.2 kg in a soft plane, "
            "once as ten steps in one call, and once with a force set before each, as a regulator "
            f"outside would. Neither has a body that reacts. The calibration loop took "
            f"{calibration_s() * 1e3:.0f} ms.",
        ),
    )


def _quickest(step: Callable[[int], None], seconds: float) -> float:
    """Return the microseconds that 10 ms take."""
    hops = round(seconds * 100)
    spent: list[float] = []
    for _ in range(3):
        began_s = time.process_time()
        for hop in range(hops):
            step(hop)
        spent.append((time.process_time() - began_s) / hops * 1e6)
    return min(spent)


def _ours() -> Callable[[int], None]:
    dice = np.random.Generator(np.random.PCG64(7))
    someone = person(PRESETS["healthy_f"], dice)
    actuator = Actuator(someone.tissue, NoisySensor(dice), NoisySensor(dice))
    actuator.limit(20.0, 10.0, 60.0, 200.0, 1.0)
    actuator.energise()
    curves = level(8.0), level(1.0), level(20.0)

    def step(hop: int) -> None:
        actuator.run(STEPS, hop * 10_000, *curves, rhythmic=False)
        actuator.taken = ([], [])

    return step


def _theirs() -> list[tuple[str, Callable[[int], None]]]:
    try:
        mujoco: Any = import_module("mujoco")
    except ImportError:
        return []
    model = mujoco.MjModel.from_xml_string(MODEL)
    together, apart = mujoco.MjData(model), mujoco.MjData(model)
    together.ctrl[0] = -PRESSED_N

    def at_once(hop: int) -> None:
        del hop
        mujoco.mj_step(model, together, STEPS)

    def one_by_one(hop: int) -> None:
        del hop
        for _ in range(STEPS):
            apart.ctrl[0] = -PRESSED_N
            mujoco.mj_step(model, apart)

    for _ in range(200):
        at_once(0)
    assert together.ncon == 1, "the pad is not in contact"
    version = mujoco.__version__
    return [
        (f"MuJoCo {version}, ten steps in one call", at_once),
        (f"MuJoCo {version}, a force before each step", one_by_one),
    ]


if __name__ == "__main__":
    alone(measure)
