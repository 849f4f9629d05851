"""The virtual body under an emulated product, and what was true there."""

import asyncio
from math import exp, inf, pi

import numpy as np

from firmware_bridge.capabilities import Channel
from firmware_bridge.codes import Gesture
from sim.actuator import Actuator
from sim.body import Person
from sim.curves import level, line
from sim.life import Life
from sim.sensors import NoisySensor
from sim.truth import PERIOD_US, TruthRecord

PERIOD_S = PERIOD_US * 1e-6
"""How often the body lives (D)."""

_TICKS = PERIOD_US // 1000
_ONE, _FREE = level(1.0), level(inf)

MOST_KPA_S = 1000.0
"""What limits this pad is how slowly it follows, and nothing else (D)."""


class BodyUnderProduct:
    """Somebody under a pad that goes to a pressure as slowly as its channel says.

    It lives on the loop's time, 10 ms at a time, until `close`. `technique` is what the product
    does besides, by number.
    """

    def __init__(self, person: Person, dice: np.random.Generator, channel: Channel) -> None:
        body_dice, _ = dice.spawn(2)
        self._life = Life(person, body_dice)
        self._pad = Actuator(person.tissue, NoisySensor(dice), NoisySensor(dice))
        self._pad.limit(channel.high, MOST_KPA_S, MOST_KPA_S, MOST_KPA_S, 1.0)
        self._pad.energise()
        self._follows = 1.0 - exp(-2.0 * pi * (channel.bandwidth_hz or inf) * PERIOD_S)
        self._most = channel.max_rate * PERIOD_S
        self._kpa = self.wanted_kpa = 0.0
        self.technique = 0
        self._truth = TruthRecord()
        self._loop = asyncio.get_running_loop()
        self._period = round(self._loop.time() / PERIOD_S)
        self._timer = self._loop.call_at(self._next_s, self._live)

    @property
    def truth(self) -> bytes:
        """All that was true, as a TRUTH document."""
        return self._truth.document(self._life.told())

    def act(self, gesture: Gesture) -> None:
        """Do what a person does with a pad; there is no button."""
        if gesture is Gesture.PAD_OFF:
            self._pad.pad_on = False
        elif gesture is Gesture.PAD_ON:
            self._pad.put_on()

    def close(self) -> None:
        """Live no longer."""
        self._timer.cancel()

    @property
    def _next_s(self) -> float:
        return (self._period + 1) * PERIOD_S

    def _live(self) -> None:
        """Catch up with the loop, wherever it is by now."""
        while self._next_s <= self._loop.time() + 1e-9:
            self._pass(self._period * PERIOD_US)
            self._period += 1
        self._timer = self._loop.call_at(self._next_s, self._live)

    def _pass(self, now_us: int) -> None:
        before = self._kpa
        step = (self.wanted_kpa - before) * self._follows
        self._kpa += min(max(step, -self._most), self._most)
        way = line(now_us, before, (self._kpa - before) / PERIOD_S)
        self._pad.run(_TICKS, now_us, way, _ONE, _FREE, rhythmic=False)
        for taken in self._pad.taken:
            taken.clear()  # nobody is told what they read
        life, at_us = self._life, now_us + PERIOD_US
        life.live(at_us, self._pad.true_kpa, None)
        self._pad.feel_body(life.stiffness, life.lifted_m)
        for when_us, text in life.happened:
            self._truth.tell(when_us, text)
        life.happened.clear()
        self._truth.sample(at_us, self._pad.true_kpa, None, life.activation, life.threshold_kpa)
        self._truth.also({"technique": float(self.technique)})
