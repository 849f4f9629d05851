"""A muscle answers what presses on it: how soon the rise stops, and how soon the pressure falls."""

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from processes import not_allowed, said, scheduled, schedulings, twin
from table import Table, alone, share

from controller.ears import ears_for
from controller.play import prepare
from controller.player import at_beginning, value_at
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from controller.words import Event, Judged, Outcome, Reason, Release, Sampled
from firmware_bridge.codes import Document
from firmware_bridge.discovery import open_device
from firmware_bridge.streamed import StreamedDevice, connect
from sim.birth import recipe
from sim.link import join
from sim.oracle import RISE_KPA, Truth, read_truth
from sim.virtual_time import run

AT_ONCE = 4
"""Bodies that guard at the same time, each beside one of the same seed that never does."""

PRESS = """
format: myoloop-profile/1
id: press
revision: 1
title: Press
purpose: To be answered.
evidence: None is needed.
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {{emg: {{missing: refuse, lost: ease}}}}
limits: {{pressure: 24 kPa, rise: 50 kPa/s, session: 12 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 4 s, baseline: emg}}
  - petrissage: {{pressure: {{low: 3 kPa, high: {high}}}, rate: {rate} Hz, for: {lasts}}}
  - settle: {{pressure: 3 kPa, for: 4 s}}
"""

RATES_HZ = (0.4, 0.6, 1.0)
"""The rhythms of kneading that a session is drawn from."""

GUARDS_FROM = 0.08
"""Share of the pain threshold from which these bodies guard: within the first rise to 16 kPa."""

PLAYED_S = 8.0
"""How long a session is played at most: the first rise is over by then, at any rate."""

WATCHED_S = 0.4
"""How long after an instant the pressure is looked at: a candidate is not yet weighed then."""

GROWTH_KPA = 0.1
"""What counts as more pressure than all before it (goal: the last increase over this)."""

HELD_UP_KPA = 0.05
"""Less than is written by so much is held up: more is no rounding."""

CALM_S = 600.0
CALM_SEEDS = 6
"""Calm bodies are kneaded for so long each, in virtual time: an hour together."""

CALM_HIGH = "9 kPa"
"""A calm body is one that is pressed below its comfort (0.45 of its threshold before warm-up)."""


class Played(msgspec.Struct, frozen=True):
    """One session: what was felt, when it began and when it was eased, in device seconds."""

    truth: Truth
    began_s: float
    eased_s: float | None


class Answered(msgspec.Struct, frozen=True):
    """One event, and the same seed without it: seconds until the last growth, kPa of growth."""

    rise_s: float
    growth_kpa: float
    calm_rise_s: float
    calm_growth_kpa: float
    falls_s: float | None
    calm_falls_s: float | None


def measure(quick: bool) -> Table:
    """Press bodies until they guard, and calm ones for an hour."""
    how = schedulings()[-1]
    events = asyncio.run(_answers(how, AT_ONCE if quick else 100))
    calm_s = CALM_S / 10 if quick else CALM_S
    calm = [run(_calm(seed, calm_s)) for seed in range(CALM_SEEDS)]
    eases, freezes = (sum(column) for column in zip(*calm, strict=True))
    calm_min = CALM_SEEDS * calm_s / 60.0
    falls = [one.falls_s for one in events if one.falls_s is not None]
    calm_falls = [one for one in events if one.calm_falls_s is not None]
    return Table(
        "The body answers: from its true activation to less pressure, over a pseudo-terminal",
        ("what", "times", "p50 / p99 / max", "the same seeds, never guarding", "goal"),
        (
            ("muscle active to the last growth of true pressure, ms", str(len(events)),
             _spread([one.rise_s for one in events], 1e3),
             _spread([one.calm_rise_s for one in events], 1e3), "p50 100 (80), p99 125"),
            (f"growth within {WATCHED_S * 1e3:.0f} ms of it, kPa", str(len(events)),
             _spread([one.growth_kpa for one in events], 1.0, 2),
             _spread([one.calm_growth_kpa for one in events], 1.0, 2), ""),
            ("guarding confirmed to less pressure, ms", str(len(falls)), _spread(falls, 1e3),
             f"{len(calm_falls)} of {len(events)} fall within {WATCHED_S * 1e3:.0f} ms", "100"),
            (f"false easing of calm bodies, {calm_min:.0f} min", str(eases),
             f"{eases / calm_min:.3f} /min", "", "0.1 /min"),
            (f"rises of calm bodies held up, {calm_min:.0f} min", str(freezes),
             f"{freezes / calm_min:.3f} /min", "", "0.5 /min"),
        ),
        (
            f"{len(events)} sessions of as many seeds, {AT_ONCE} at once and as many beside them "
            f"whose bodies never guard, with pre-flight; both ends {said(how)}. Kneading 3 to 16 "
            "kPa at 0.4, 0.6 and 1 Hz; the first rise is answered. True pressure is kept every 10 "
            f"ms; it grows in steps of more than {GROWTH_KPA} kPa over all that was felt since, "
            "the middle one of each three samples counting, "
            f"and is less by more than {RISE_KPA} kPa; activation is told by the body itself. "
            f"The calm bodies are kneaded to {CALM_HIGH} in virtual time." + not_allowed(),
        ),
    )  # fmt: skip


# --- over a pseudo-terminal -------------------------------------------------------------------


async def _answers(how: str, wanted: int) -> list[Answered]:
    """Play seed after seed, some at once, until so many bodies have guarded."""
    answered: list[Answered] = []
    seeds = iter(range(1, 4 * wanted))
    while len(answered) < wanted:
        answered += await _some(how, [next(seeds) for _ in range(AT_ONCE)])
    return answered[:wanted]


async def _some(how: str, seeds: Sequence[int]) -> list[Answered]:
    """Play with bodies that guard, and with the same ones that never do, all at the same time."""
    manners = (f"&guards={GUARDS_FROM}", "&guards=never")
    async with contextlib.AsyncExitStack() as stack:
        sittings: list[Sitting] = []
        for seed in seeds:
            text = PRESS.format(high="16 kPa", rate=RATES_HZ[seed % len(RATES_HZ)], lasts="8 s")
            for manner in manners:
                url = await stack.enter_async_context(twin(how, seed, manner))
                device = await stack.enter_async_context(open_device(url))
                sittings.append(Sitting(device, text))
        with scheduled(how):
            await asyncio.gather(*(sitting.play(PLAYED_S) for sitting in sittings))
            played = [await sitting.told() for sitting in sittings]
    pairs = zip(played[::2], played[1::2], strict=True)
    return [_judged(*pair) for pair in pairs if pair[0].truth.all("guarding begins")]


def _judged(guarding: Played, calm: Played) -> Answered:
    """Compare what was felt after the muscle's answer with what would have been felt without."""
    active_s, *_ = guarding.truth.all("guarding begins")
    shift_s = calm.began_s - guarding.began_s
    felt = guarding.truth.between(active_s, active_s + WATCHED_S)
    else_felt = calm.truth.between(active_s + shift_s, active_s + shift_s + WATCHED_S)
    eased_s = guarding.eased_s
    return Answered(
        _grew_last_s(felt, guarding.truth.period_s),
        float(felt.max() - felt[0]),
        _grew_last_s(else_felt, calm.truth.period_s),
        float(else_felt.max() - else_felt[0]),
        None if eased_s is None else _falls_s(guarding.truth, eased_s),
        None if eased_s is None else _falls_s(calm.truth, eased_s + shift_s),
    )


def _grew_last_s(felt: NDArray[np.float64], period_s: float) -> float:
    """Return when the pressure grew for the last time over what was felt since the first sample.

    What is there for one sample of 10 ms is the body's flicker under a resting pad, and no rise: of
    each three samples the middle one counts.
    """
    calmed = np.median((felt[:-2], felt[1:-1], felt[2:]), axis=0)
    height_kpa, last = felt[0], 0
    for number, kpa in enumerate(calmed, start=1):
        if kpa > height_kpa + GROWTH_KPA:
            height_kpa, last = kpa, number
    return period_s * last


def _falls_s(truth: Truth, at_s: float) -> float | None:
    """Return how long after `at_s` there was less, tremor aside; None: not while it is watched."""
    felt = truth.between(at_s, at_s + WATCHED_S)
    less = np.flatnonzero(felt < felt[0] - RISE_KPA)
    return truth.period_s * (int(less[0]) + 1) if len(less) else None


def _spread(values: Sequence[float], scale: float, digits: int = 0) -> str:
    scaled = [value * scale for value in values]
    if not scaled:
        return "none"
    return " / ".join(
        f"{value:.{digits}f}" for value in (share(scaled, 0.5), share(scaled, 0.99), max(scaled))
    )


# --- in virtual time --------------------------------------------------------------------------


async def _calm(seed: int, for_s: float) -> tuple[int, int]:
    """Return how often a calm body is eased, and held up, while it is kneaded for so long."""
    rate = RATES_HZ[seed % len(RATES_HZ)]
    text = PRESS.format(high=CALM_HIGH, rate=rate, lasts=f"{for_s:g} s")
    device = await connect(join(recipe(f"sim://healthy_f?seed={seed}")))
    try:
        sitting = Sitting(device, text)
        await sitting.play(for_s + 2 * PLAYED_S)
    finally:
        await device.aclose()
    assert sitting.outcome is not None
    assert sitting.outcome.result == "complete", sitting.outcome
    return len(sitting.eased_s), sitting.held_up


# --- both -------------------------------------------------------------------------------------


class Sitting:
    """One device, and one session on it.

    `eased_s` is when it was eased, in session time, and `held_up` how often less was asked for than
    is written.
    """

    def __init__(self, device: StreamedDevice, text: str) -> None:
        self._device = device
        self._fit = prepare(text, "press", device.capabilities, {})
        self._written = at_beginning(self._fit.program)
        self._below = False
        self.eased_s: list[float] = []
        self.held_up = 0
        self.outcome: Outcome | None = None

    async def play(self, for_s: float) -> None:
        """Play, with pre-flight, for so long at most."""
        ears = ears_for(self._fit.program, self._device.capabilities)
        ready = await preflight(self._device, SimulatedPerson(self._device), ears)
        session = Session(self._device, self._fit, self._hear, ready.zero_kpa, ears)
        ending = asyncio.get_running_loop().call_later(for_s, session.tell, Release())
        self.outcome = await session.run()
        ending.cancel()

    async def told(self) -> Played:
        """Return what became of it, in device seconds."""
        assert self.outcome is not None
        truth = read_truth(await self._device.document(Document.TRUTH))
        began_s = self.outcome.began_device_s
        return Played(truth, began_s, self.eased_s[0] + began_s if self.eased_s else None)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Judged) and event.verdict.reason is Reason.GUARDING:
            self.eased_s.append(event.at_s)
        if isinstance(event, Sampled):
            written_kpa, _ = value_at(self._written, "pressure", event.at_s)
            below = written_kpa - event.target_kpa > HELD_UP_KPA
            self.held_up += below and not self._below
            self._below = below


if __name__ == "__main__":
    alone(measure)
