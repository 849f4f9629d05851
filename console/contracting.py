"""Measuring how strong a muscle is: a person tenses it, EMG listens, and nothing presses."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from controller.contraction import (
    BETWEEN_S,
    HELD_S,
    MOST_TRIES,
    OVER_REST,
    SETTLES_S,
    TRIES,
    Attempt,
    ContractionFailed,
    Tried,
    Void,
    checked,
    measured,
)
from controller.ears import Ears, ears_of
from controller.eligibility import admit_contraction
from controller.hearing import EMG
from controller.person import Contraction, Person
from controller.preflight import EMG_FOR_S, EMG_WITHIN_S, Actor
from controller.session import despite_cancelling
from controller.troubles import Left
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import Gesture
from firmware_bridge.device import Device
from firmware_bridge.errors import BridgeError
from firmware_bridge.readings import Reading, SensorBatch

from .calibrating import Place
from .people import AtTerminal, Beside, Say, terminal_beside
from .playing import SIGNALS

SILENT_S = 3.0
"""How much longer than it should take something is waited for, before a device is silent (E)."""

T = TypeVar("T")

_VOID = {
    Void.CLIPPED: "the signal was at its converter's end: less gain, or electrodes nearer together",
    Void.UNTRUSTED: "the EMG could not be trusted: keep the leads still, and see to the electrodes",
}


class Tenser(Protocol):
    """Whoever tenses the muscle. `begin` and `relax` may be called at any time, and again."""

    async def agree(self) -> None: ...
    async def begin(self) -> None: ...
    async def relax(self) -> None: ...


class SimulatedTenser:
    """The person under an emulated device, played through its control channel."""

    def __init__(self, device: Actor, say: Say, *, light: bool) -> None:
        self._device = device
        self._say = say
        self._gesture = Gesture.CONTRACT_LIGHTLY if light else Gesture.CONTRACT

    async def agree(self) -> None:
        self._say(
            "the simulated person tenses the muscle; the device is not armed, nothing presses"
        )

    async def begin(self) -> None:
        await self._device.act(self._gesture)

    async def relax(self) -> None:
        await self._device.act(Gesture.RELAX)


class TerminalTenser(AtTerminal):
    """A person at the terminal: tenses the muscle when told to, and answers nothing meanwhile."""

    def __init__(self, terminal: int, say: Say, whom: str, place: Place, *, light: bool) -> None:
        super().__init__(terminal, say)
        self._whom = whom
        self._place = place
        self._light = light

    async def agree(self) -> None:
        """Have person, region and side read back, and started. Raises `NeedsPerson`."""
        self._say(
            f"EMG listens to {self._place.region}; nothing presses, and the device is not armed. "
            f"Tense the muscle {_how(light=self._light)} against something that does not give, and "
            "breathe. If it hurts, let go and press Ctrl-C; --submaximal asks for less."
        )
        self.check(await self.ask("Whose muscle is it? Write their id: ") == self._whom, self._whom)
        question = "On which region do the electrodes lie? "
        await self.where((self._place.region,), question, self._place.side)
        self.check((await self.ask("Write start to start: ")).lower() == "start", "start")

    async def begin(self) -> None:
        self._say("now")

    async def relax(self) -> None:
        self._say("let go")


def tenser(device: Beside, whom: str, place: Place, say: Say, *, light: bool, yes: bool) -> Tenser:
    """Return who tenses the muscle. Raises `NeedsPerson`: nobody is at a real device."""
    if device.capabilities.emulated:
        return SimulatedTenser(device, say, light=light)
    terminal = terminal_beside(device, "tense the muscle when told to", yes=yes)
    return TerminalTenser(terminal, say, whom, place, light=light)


async def contract(
    device: Device, who: Person, place: Place, tense: Tenser, say: Say, *, light: bool
) -> Contraction:
    """Measure how strong the muscle of a place is; nothing is armed.

    An emulated device brings its own person, who may do anything.

    Raises `NotAdmitted`, `ContractionFailed`, `NeedsPerson`, `BridgeError`.
    """
    capabilities = device.capabilities
    if not capabilities.emulated:
        admit_contraction(who, place.region, time.time(), light=light)
    ears = _ears(capabilities, place.region)
    await tense.agree()
    listening = _Listening(device, ears)
    say(f"rest: let the muscle go, and keep still for {EMG_FOR_S:g} s")
    await listening.rest()
    rest_uv = ears.rest_uv
    tries = await _tries(listening, tense, say, light=light)
    return checked(
        Contraction(
            at_s=time.time(),
            region=place.region,
            side=place.side,
            model=capabilities.model,
            sensors=tuple(sensor.id for sensor in capabilities.sensors_of(EMG)),
            uv=measured(tries, rest_uv, ears.noise_uv),
            light=light,
            emulated=capabilities.emulated,
        )
    )


async def interruptible(doing: Coroutine[Any, Any, T]) -> T:
    """Do it, and let Ctrl-C, `kill` and a closed terminal end it in good order: once is enough.

    Raises `Left` then, and whatever it raises.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(doing)
    left: list[int] = []

    def leave(number: int) -> None:
        if not left:  # said again, it would break off the letting go
            task.cancel()
        left.append(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, leave, number)
    try:
        return await task
    except asyncio.CancelledError:
        if left:
            raise Left("left before the muscle was measured: nothing is kept") from None
        raise
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def _tries(listening: "_Listening", tense: Tenser, say: Say, *, light: bool) -> list[Tried]:
    sound: list[Tried] = []
    for number in range(1, MOST_TRIES + 1):
        if number > 1:
            say(f"rest for {BETWEEN_S:g} s")
            await listening.listen(BETWEEN_S)
        say(f"contraction {len(sound) + 1} of {TRIES}: tense it {_how(light=light)}")
        tried = await _tensed(listening, tense)
        if tried.void is not None:
            say(f"that try is void: {_VOID[tried.void]}")
            continue
        told = ", ".join(f"{uv:.0f}" for uv in tried.uv)
        say(f"it was {told} uV")
        sound.append(tried)
        if len(sound) == TRIES:
            return sound
    raise ContractionFailed(
        f"only {len(sound)} of {MOST_TRIES} contractions could be heard well ({TRIES} are needed), "
        "so nothing is kept; see to the electrodes, and begin again"
    )


async def _tensed(listening: "_Listening", tense: Tenser) -> Tried:
    """Have the muscle tensed, and relaxed again, whatever happens; the first error is raised."""
    attempt = Attempt()
    try:
        await tense.begin()
        await listening.listen(SETTLES_S + HELD_S, attempt)
    except BaseException:
        with contextlib.suppress(BridgeError):
            await despite_cancelling(tense.relax())
        raise
    await despite_cancelling(tense.relax())
    return attempt.tried()


class _Listening:
    """Hears what the device says of the muscles, for as long as it is asked to."""

    def __init__(self, device: Device, ears: Ears) -> None:
        self._ears = ears
        self._attempt: Attempt | None = None
        self._resting = False
        self._heard_s = 0.0
        self._lost: BridgeError | None = None
        self._news = asyncio.Event()
        device.listen(self._hear, self._lose)

    async def rest(self) -> None:
        """Wait until EMG can be trusted, and learn its noise and rest meanwhile."""
        self._resting = True
        ears = self._ears
        if not await self._until(lambda: ears.trusted_s >= EMG_FOR_S, EMG_WITHIN_S):
            raise ContractionFailed(
                f"the EMG was not sound for {EMG_FOR_S:g} s, so nothing was measured: are all "
                "electrodes on, the cables still, the muscle at rest?"
            )
        self._resting = False

    async def listen(self, for_s: float, attempt: Attempt | None = None) -> None:
        """Hear so many seconds, in the device's own count. Raises the device's failure."""
        until_s, self._attempt = self._heard_s + for_s, attempt
        if not await self._until(lambda: self._heard_s >= until_s, for_s + SILENT_S):
            raise ContractionFailed("the device sends no EMG: check the link")
        self._attempt = None

    async def _until(self, seen: Callable[[], bool], within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while not seen():
                    if self._lost is not None:
                        raise self._lost
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _hear(self, reading: Reading) -> None:
        if not isinstance(reading, SensorBatch):
            return
        heard = self._ears.hear(reading)
        self._heard_s += heard.duration_s
        if self._resting:
            self._ears.learn(heard)
        if self._attempt is not None:
            self._attempt.hear(reading.emg_uv, heard)
        self._news.set()

    def _lose(self, error: BridgeError) -> None:
        self._lost = error
        self._news.set()


def _ears(capabilities: Capabilities, region: str) -> Ears:
    ears = ears_of(capabilities, (region,))
    if ears is None:
        raise ContractionFailed(
            f"{capabilities.model} hears no muscle: it has no EMG to measure a contraction with"
        )
    return ears


def _how(*, light: bool) -> str:
    return "lightly, about a fifth of what you can" if light else "as strongly as you can"


def not_measurable(one: Contraction) -> list[str]:
    """Return what there is to say of channels in which the muscle did not stand out from rest."""
    return [
        f"channel {channel}: not measurable, it was not {OVER_REST:g} times as strong as at rest"
        for channel, uv in enumerate(one.uv)
        if uv is None
    ]
