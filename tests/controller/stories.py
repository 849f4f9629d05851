"""Sessions on a real twin in virtual time, with whatever goes wrong in them."""

import asyncio
import contextlib

from msgspec.structs import replace

from controller.ears import ears_for
from controller.play import prepare
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from controller.words import Judged, Sampled
from firmware_bridge.codes import Document
from firmware_bridge.framing import unseal
from firmware_bridge.messages import Samples
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.link import join
from sim.oracle import read_truth
from tests.controller.programs import KNEADING


class Stage:
    """One session, and what can be done to it."""

    def __init__(self, device, twin, link):
        self.device, self.twin, self.link = device, twin, link
        self.events, self.answers, self.tasks = [], [], []
        self.cues = []
        self.session = self.fit = self.outcome = self.truth = None

    def tell(self, order):
        self.answers.append(self.session.tell(order))

    def act(self, gesture):
        self.tasks.append(asyncio.ensure_future(self.device.act(gesture)))

    def hear(self, event):
        self.events.append(event)
        if isinstance(event, Sampled):
            while self.cues and event.at_s >= self.cues[0][0]:
                self.cues.pop(0)[1](self)

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def judged(self):
        return [(e.verdict.action, e.verdict.reason.value) for e in self.said(Judged)]

    def felt(self, from_s, to_s):
        """True pressure between two instants of session time."""
        zero_s = self.outcome.began_device_s
        return self.truth.between(zero_s + from_s, zero_s + to_s)


class SampleWire:
    """A link on which SAMPLES may be late or lost, from some time on. It keeps what was `sent`."""

    def __init__(self, link):
        self._link = link
        self.kind, self.max_frame, self.aclose = link.kind, link.max_frame, link.aclose
        self.sent = []
        self.late_s, self.lose_every, self.count = 0.0, 0, 0

    @property
    def frames_bad(self):
        return self._link.frames_bad

    def send(self, body):
        self.sent.append(body)
        self._link.send(body)

    def send_urgent(self, body):
        self.sent.append(body)
        self._link.send_urgent(body)

    def listen(self, on_frame, on_lost):
        loop = asyncio.get_running_loop()

        def hear(body, at_s):
            if unseal(body)[0] != Samples.KIND:
                on_frame(body, at_s)
                return
            self.count += 1
            if self.lose_every and self.count % self.lose_every == 0:
                return
            if self.late_s:
                loop.call_later(self.late_s, lambda: on_frame(body, loop.time()))
            else:
                on_frame(body, at_s)

        self._link.listen(hear, on_lost)


class Sensor:
    """A pressure sensor of which a test may say what it does: `says(true_kpa, reading)`."""

    def __init__(self, good):
        self._good = good
        self.says = lambda reading: reading

    def read(self, true_kpa):
        return self.says(self._good.read(true_kpa))


def stating(capabilities, area_cm2):
    """What a device says of itself, with another area of its pad."""
    channels = tuple(
        replace(channel, area_cm2=area_cm2) if channel.name == "pressure" else channel
        for channel in capabilities.channels
    )
    return replace(capabilities, channels=channels)


async def story(*happenings, text=KNEADING, recipe=None, area_cm2=None, compared=()):
    """Play, and at each (session time, what) do what; return the stage after the end.

    `area_cm2` is what the device says of its pad, whatever that is, and `compared` what is known of
    contractions.
    """
    link = SampleWire(join(recipe or Recipe()))
    twin = link._link._twin
    actuator = twin._machine.actuator
    actuator._regulated = Sensor(actuator._regulated)
    actuator._independent = Sensor(actuator._independent)
    device = await connect(link)
    stage = Stage(device, twin, link)
    stage.regulated, stage.independent = actuator._regulated, actuator._independent
    try:
        capabilities = device.capabilities
        if area_cm2 is not None:
            capabilities = stating(capabilities, area_cm2)
        fitted = prepare(text, "story.yaml", capabilities, {})
        ears = ears_for(fitted.program, device.capabilities)
        ready = await preflight(device, SimulatedPerson(device), ears)
        stage.fit, stage.cues = fitted, sorted(happenings, key=lambda one: one[0])
        stage.session = Session(device, fitted, stage.hear, ready.zero_kpa, ears, compared)
        stage.outcome = await stage.session.run()
        with contextlib.suppress(Exception):
            await asyncio.gather(*stage.tasks)
        stage.truth = read_truth(await device.document(Document.TRUTH))
    finally:
        await device.aclose()
    return stage
