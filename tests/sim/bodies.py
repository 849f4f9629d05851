"""Bodies for the tests: somebody of a preset, and hands that press on them."""

import numpy as np

from sim.body import PRESETS, Manner, person
from sim.life import Life

STEP_US = 10_000


def dice(seed=7):
    return np.random.Generator(np.random.PCG64(seed))


def somebody(preset="healthy_f", seed=7, **manner):
    return person(PRESETS[preset], dice(seed), manner=Manner(**manner))


class Pressed:
    """A living body, pressed by the test. `happened` and `trace` keep what it did."""

    def __init__(self, preset="healthy_f", seed=7, **manner):
        self.person = somebody(preset, seed, **manner)
        self.life = Life(self.person, dice(seed + 1000))
        self.now_us = 0
        self.happened = []
        self.trace = []

    @property
    def now_s(self):
        return self.now_us * 1e-6

    def press(self, kpa, seconds, carriage_mm=None):
        """Press a level, or a function of the seconds since this began; return the EMGs."""
        began_s, emg_uv = self.now_s, []
        for _ in range(round(seconds * 100)):
            self.now_us += STEP_US
            here_kpa = kpa(self.now_s - began_s) if callable(kpa) else kpa
            self.life.live(self.now_us, here_kpa, carriage_mm)
            self.happened += self.life.happened
            self.life.happened.clear()
            emg_uv.append(self.life.emg_uv)
            self.trace.append((self.now_s, self.life.activation, self.life.nrs))
        return np.array(emg_uv)

    def press_share(self, share, seconds, carriage_mm=None):
        """Press a share of what hurts here and now."""
        return self.press(share * self.life.threshold_kpa, seconds, carriage_mm)

    def when(self, text):
        return [at_us * 1e-6 for at_us, said in self.happened if said == text]
