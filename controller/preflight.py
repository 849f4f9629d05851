"""What must be seen before anything presses: power, zero, a stop, the pain button, good timing."""

import asyncio
import math
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec
import numpy as np

from firmware_bridge.codes import Gesture, Source, StatusFlags
from firmware_bridge.device import Device, LinkStats
from firmware_bridge.errors import BridgeError
from firmware_bridge.readings import Pressed, Reading, SensorBatch, Status

from .battery import PLAUSIBLE_PERCENT, START_PERCENT
from .ears import Ears
from .ticker import Ticker

ZERO_KPA = 0.5
"""How far from zero a sensor may read with the pad off the body (E)."""

ZERO_FOR_S = 1.0
"""How long it is watched for that (E)."""

TIMING_S = 3.0
"""How long ticks and round trips are watched (E)."""

LATE_MAX_S = 0.05
"""99 ticks in 100 must be less late than what the supervisor lets pass (E)."""

TRIP_TOLD_MS = 60.0
"""Round trips that are slower are told: samples older than this have changes wait for the next
cycle (E, rules)."""

VENT_S = 1.0
"""How soon after a stop the device must report that it has let go (E)."""

PERSON_S = 120.0
"""How long a person may take for what they are asked (E)."""


GAUGE_WITHIN_S = 3.0
"""How long it is waited for what a battery's gauge says (E: it speaks once a second or so)."""

EMG_FOR_S, EMG_WITHIN_S = 5.0, 20.0
"""How long EMG must be trusted without a gap, and how long that is waited for (E, rules)."""


class Obstacle(StrEnum):
    """What stood in the way."""

    NOT_ZERO = "not_zero"
    NO_SAMPLES = "no_samples"
    NO_VENT = "no_vent"
    NO_BUTTON = "no_button"
    LATE = "late"
    SLOW_LINK = "slow_link"
    NO_EMG = "no_emg"
    BATTERY_LOW = "battery_low"
    BATTERY_UNKNOWN = "battery_unknown"
    LINK = "link"


class NotReady(Exception):
    """The device, or this computer, is not fit to start now; the message says what to do."""

    def __init__(self, obstacle: Obstacle, message: str) -> None:
        super().__init__(message)
        self.obstacle = obstacle


class NeedsPerson(Exception):
    """A device that is not emulated starts only with a person beside it: use `myoloop run`."""


class Person(Protocol):
    """Whoever is with the device. Each returns when it is done."""

    async def take_pad_off(self) -> None: ...
    async def press_pain(self) -> None: ...
    async def put_pad_on(self) -> None: ...


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What pre-flight saw. `zero_kpa` is what each pressure sensor read of nothing.

    `battery_percent` is None where the device has no gauge: on the mains or not, it was not asked.
    """

    zero_kpa: tuple[float, ...]
    vented_after_s: float
    late_p99_s: float
    rtt_p99_ms: float | None
    battery_percent: float | None = None


class Actor(Protocol):
    """Whatever plays the gestures of a simulated person: an emulated device, near or far."""

    async def act(self, gesture: Gesture) -> None: ...


class SimulatedPerson:
    """The person under an emulated device, played through its control channel."""

    def __init__(self, device: Actor) -> None:
        self._device = device

    async def take_pad_off(self) -> None:
        await self._device.act(Gesture.PAD_OFF)

    async def press_pain(self) -> None:
        await self._device.act(Gesture.PAIN_PRESS)
        await asyncio.sleep(0.1)
        await self._device.act(Gesture.PAIN_RELEASE)

    async def put_pad_on(self) -> None:
        await self._device.act(Gesture.PAD_ON)


async def preflight(device: Device, person: Person, ears: Ears | None = None) -> Readiness:
    """See that everything is in order. Raises `NotReady`. `ears` hear the muscles meanwhile.

    What a device does not have, a gauge of its battery, a pressure sensor or a pain button, cannot
    be tried.
    """
    watch = _Lookout(ears)
    device.listen(watch.see, lambda error: watch.lose(error))
    device.count_anew()
    timing = asyncio.create_task(_lateness_p99_s(), name="pre-flight timing")
    try:
        battery_percent = (
            await _battery(watch) if device.capabilities.sensors_of("battery") else None
        )
        await person.take_pad_off()
        measures = bool(device.capabilities.sensors_of("pressure"))
        zero_kpa = await _zero(watch) if measures else ()
        vented_after_s = await _stop_and_clear(device, watch)
        if device.capabilities.pain_button:
            await _button(person, watch)
        await person.put_pad_on()
        if ears is not None:
            await _trusted(watch, ears)
        late_s = await timing
    except BridgeError as error:
        raise NotReady(Obstacle.LINK, f"the device could not be tried out: {error}") from error
    finally:
        timing.cancel()
    stats = device.stats
    _punctual(late_s)
    _near(stats)
    return Readiness(
        zero_kpa=zero_kpa,
        vented_after_s=vented_after_s,
        late_p99_s=late_s,
        rtt_p99_ms=stats.rtt_p99_ms,
        battery_percent=battery_percent,
    )


class _Lookout:
    """Keeps what the device said last, and wakes whoever waits for something."""

    def __init__(self, ears: Ears | None) -> None:
        self._ears = ears
        self.batches: list[SensorBatch] = []
        self.status: Status | None = None
        self.presses = 0
        self.battery_percent: float | None = None
        self._lost: BridgeError | None = None
        self._news = asyncio.Event()

    def see(self, reading: Reading) -> None:
        match reading:
            case SensorBatch():
                self.batches.append(reading)
                self._hear_gauge(reading)
                if self._ears is not None:
                    self._ears.learn(self._ears.hear(reading))
            case Status():
                self.status = reading
            case Pressed():
                self.presses += 1
        self._news.set()

    def _hear_gauge(self, batch: SensorBatch) -> None:
        said = [] if batch.battery_percent is None else batch.battery_percent.ravel().tolist()
        low, high = PLAUSIBLE_PERCENT
        self.battery_percent = min(
            (percent for percent in said if low <= percent <= high), default=self.battery_percent
        )

    def lose(self, error: BridgeError) -> None:
        self._lost = error
        self._news.set()

    async def until(self, seen: Callable[[], bool], within_s: float) -> bool:
        """Wait for something to be seen. Raises the device's failure."""
        try:
            async with asyncio.timeout(within_s):
                while not seen():
                    self._news.clear()
                    await self._news.wait()
                    if self._lost is not None:
                        raise self._lost
        except TimeoutError:
            return False
        return True


async def _battery(watch: _Lookout) -> float:
    await watch.until(lambda: watch.battery_percent is not None, GAUGE_WITHIN_S)
    percent = watch.battery_percent
    if percent is None:
        raise NotReady(
            Obstacle.BATTERY_UNKNOWN,
            f"the device did not say within {GAUGE_WITHIN_S:g} s how full its battery is, though "
            "it has a gauge for that: switch it off and on; else have it looked at",
        )
    if percent < START_PERCENT:
        raise NotReady(
            Obstacle.BATTERY_LOW,
            f"the battery is at {math.floor(percent)} % ({START_PERCENT:g} % are needed, or it "
            "might be empty while it presses): charge it, unplug it, then start again",
        )
    return percent


async def _zero(watch: _Lookout) -> tuple[float, ...]:
    watch.batches.clear()
    enough = round(ZERO_FOR_S * 100)
    if not await watch.until(lambda: len(watch.batches) >= enough, 2 * ZERO_FOR_S):
        raise NotReady(Obstacle.NO_SAMPLES, "the device sends no samples: check the link")
    batches = watch.batches[:enough]
    means = np.array([b.pressure_kpa.mean(axis=0) for b in batches if len(b.pressure_kpa)])
    if not means.size:
        raise NotReady(Obstacle.NO_SAMPLES, "the device sends no pressure: have it looked at")
    worst = float(means.flat[np.abs(means).argmax()])  # a swing and a drift have a mean of zero
    if not abs(worst) <= ZERO_KPA:
        raise NotReady(
            Obstacle.NOT_ZERO,
            f"a pressure sensor reads {worst:+.2f} kPa with the pad off the body "
            f"({ZERO_KPA} kPa are allowed): is the pad free? else have the sensor looked at",
        )
    return tuple(means.mean(axis=0).tolist())


async def _stop_and_clear(device: Device, watch: _Lookout) -> float:
    loop = asyncio.get_running_loop()
    stopped_s = loop.time()
    device.halt(Source.PREFLIGHT)
    halted = await device.halted()
    watch.status = None  # what was seen before the stop says nothing of it
    if not await watch.until(lambda: _is_vented(watch.status), VENT_S):
        raise NotReady(
            Obstacle.NO_VENT,
            f"the device did not report within {VENT_S:g} s of a stop that it has let go: "
            "do not use it",
        )
    vented_after_s = loop.time() - stopped_s
    await device.clear(halted.nonce)
    return vented_after_s


def _is_vented(status: Status | None) -> bool:
    return status is not None and StatusFlags.VENTED in status.flags


async def _button(person: Person, watch: _Lookout) -> None:
    before = watch.presses
    pressing = asyncio.ensure_future(person.press_pain())
    try:
        if not await watch.until(lambda: watch.presses > before, PERSON_S):
            raise NotReady(
                Obstacle.NO_BUTTON,
                f"the pain button was not pressed within {PERSON_S:g} s: without it nothing starts",
            )
        await pressing
    finally:
        pressing.cancel()


async def _trusted(watch: _Lookout, ears: Ears) -> None:
    if not await watch.until(lambda: ears.trusted_s >= EMG_FOR_S, EMG_WITHIN_S):
        raise NotReady(
            Obstacle.NO_EMG,
            f"the EMG was not sound for {EMG_FOR_S:g} s: are all electrodes on, the cables still, "
            "the muscle at rest? see it with `myoloop emg detect`, or play a profile without EMG",
        )


def _punctual(late_s: float) -> None:
    """See that this computer is on time."""
    if late_s > LATE_MAX_S:
        raise NotReady(
            Obstacle.LATE,
            f"this computer is {late_s * 1e3:.0f} ms late with every hundredth tick "
            f"({LATE_MAX_S * 1e3:.0f} ms are allowed): close what keeps it busy",
        )


def _near(stats: LinkStats) -> None:
    """See that a change shows in time, or the session would be stopped by its first one.

    Half of the round trips must be quick enough: there are few of them before a start, and one that
    this computer held up says nothing of the link.
    """
    trip_ms, most_ms = stats.rtt_p50_ms, stats.rtt_most_ms
    if trip_ms is not None and most_ms is not None and trip_ms > most_ms:
        raise NotReady(
            Obstacle.SLOW_LINK,
            f"the link to the device is too slow: a word and its answer take {trip_ms:.0f} ms "
            f"({most_ms:.0f} ms are allowed): use a cable, or bring a radio nearer and switch "
            "off what else is on the air",
        )


async def _lateness_p99_s() -> float:
    ticker = Ticker(0.01, lambda _: None, 0.0061)
    try:
        await asyncio.sleep(TIMING_S)
    finally:
        ticker.stop()
    return sorted(ticker.late_s)[int(len(ticker.late_s) * 0.99)]
