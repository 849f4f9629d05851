"""Plays a profile on a twin in memory, as a session would, and reads what the body felt."""

import asyncio

import msgspec
import numpy as np
from numpy.typing import NDArray

from controller.fitting import Fit
from controller.play import prepare
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from controller.words import Ease, Outcome, Resume, Sampled, StepBegan
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import Document
from firmware_bridge.device import Device
from firmware_bridge.discovery import open_device
from sim.oracle import Truth, read_truth

ANSWER_S = 3.0
"""How long a person takes to answer what a programme asks."""


class Played(msgspec.Struct, frozen=True):
    """What was asked for, what came of it, and what the body truly felt."""

    fit: Fit
    outcome: Outcome
    truth: Truth
    capabilities: Capabilities

    def during(self, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rhythm of a step, after the way into it: seconds of step time, true kPa."""
        step = self.fit.program.steps[index]
        begin_s = sum(s.trajectory.duration_s for s in self.fit.program.steps[:index])
        return self.between(begin_s + step.entry_s, begin_s + step.trajectory.duration_s, begin_s)

    def between(
        self, from_s: float, to_s: float, zero_s: float = 0.0
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        offset_s = self.outcome.began_device_s
        times_s = self.truth.times_s - offset_s
        inside = (times_s >= from_s) & (times_s <= to_s)
        return times_s[inside] - zero_s, self.truth.true_kpa[inside]


async def played(
    text: str,
    url: str = "sim://healthy_f?seed=7&stroke=on",
    *,
    ease_to: float = 1.0,
    ease_at_s: float = float("inf"),
) -> Played:
    """Play a profile's text to its end; `ease_to` is ordered at `ease_at_s`.

    Whatever the programme asks is answered after `ANSWER_S`.
    """
    async with open_device(url) as device:
        fit = prepare(text, "test.yaml", device.capabilities, {})
        return await _on(device, fit, ease_to, ease_at_s)


async def _on(
    device: Device, fit: Fit, ease_to: float = 1.0, ease_at_s: float = float("inf")
) -> Played:
    ready = await preflight(device, SimulatedPerson(device))
    eased = False

    def watch(event: object) -> None:
        nonlocal eased
        if isinstance(event, StepBegan) and event.technique == "prompt":
            asyncio.get_running_loop().call_later(ANSWER_S, session.tell, Resume())
        if isinstance(event, Sampled) and event.at_s >= ease_at_s and not eased:
            eased = True
            session.tell(Ease(ease_to))

    session = Session(device, fit, watch, ready.zero_kpa)
    outcome = await session.run()
    truth = read_truth(await device.document(Document.TRUTH))
    return Played(fit, outcome, truth, device.capabilities)
