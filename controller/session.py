"""One sitting: readings and ticks in, decide, cue out."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.codes import Buttons, Cause, Source, State, StatusFlags
from firmware_bridge.device import Device
from firmware_bridge.errors import (
    BridgeError,
    DeviceRefused,
    DeviceRestarted,
    DeviceUnruly,
    LinkError,
)
from firmware_bridge.readings import Pressed, Reading, SensorBatch, Status

from .admission import refusal
from .battery import PLAUSIBLE_PERCENT
from .chronicle import Chronicle
from .comparison import references, unknown
from .cues import Cue, Finish, Halt, Keep, Lower, Splice, Yield
from .ears import Ears, ears_for
from .emg_words import EmgFeatures
from .features import features
from .fitting import Fit, armed_limits
from .intent import wake
from .mind import decide
from .moment import Features, Health, Moment
from .mounting import first_pad, mount, probes
from .streamer import Streamer
from .ticker import Ticker
from .words import (
    FAULTS,
    Accepted,
    Answer,
    Compared,
    Ended,
    Event,
    Order,
    Outcome,
    Reason,
    Rejected,
    Sampled,
    Verdict,
)

TICK_S = 0.01
"""Period of the control task (E)."""

TICK_PHASE_S = 0.0037
"""Where in the tick it happens: no two timers at one instant, or their order is undefined."""

BEAT_EVERY = 2
"""Ticks between two BEATs: 20 ms (wire, *Silence*)."""

BATCH_LATE_S = 0.015
"""Without a batch for one and a half periods, the tick thinks instead (rules)."""

LAST_STOP_S = 1.0
"""How long a last STOP is waited for: as long as it is repeated, and no longer (E)."""

_ENDED_BY = {
    State.STOPPED: Reason.STOP_ELSEWHERE,
    State.LINK_LOST: Reason.LINK_LOST,
    State.FAULT: Reason.DEVICE_FAULT,
    State.IDLE: Reason.DEVICE_ENDED,
    State.EASING: Reason.DEVICE_ENDED,
}


class Session:
    """Plays a fitted program on a device. `tell` and the events are its whole outside."""

    def __init__(
        self,
        device: Device,
        fit: Fit,
        on_event: Callable[[Event], None],
        zero_kpa: tuple[float, ...] = (),
        ears: Ears | None = None,
        compared: tuple[Compared, ...] = (),
    ) -> None:
        self._device = device
        self._zero_kpa = zero_kpa
        self._measures = bool(device.capabilities.sensors_of("pressure"))
        self._ears = ears or ears_for(fit.program, device.capabilities)
        self._fit = fit
        self._first_pad = first_pad(fit, device.capabilities)
        self._probes = probes(fit, device.capabilities)
        self._on_event = on_event
        noise_uv = self._ears.noise_uv if self._ears else ()
        rest_uv = self._ears.rest_uv if self._ears else ()
        self._compared = (compared or unknown(fit.program)) if self._ears else ()
        strongest = references(self._compared, noise_uv)
        self._mind = wake(fit.program, mount(fit, self._probes), noise_uv, rest_uv, strongest)
        self._heats = self._mind.mount.heats
        self._chronicle = Chronicle()
        self._orders: list[Order] = []
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Finish | Halt] = self._loop.create_future()
        self._streamer: Streamer | None = None
        self._offset_s = 0.0
        self._judged = 0
        self._judged_at_s = self._heard_s = self._batch_s = 0.0
        self._sampled_s = self._ended_s = 0.0
        self._surface_degc: float | None = None
        self._warmed_s = 0.0
        self._has_battery = bool(device.capabilities.sensors_of("battery"))
        self._battery_percent: float | None = None
        self._charged_s = 0.0
        self._state = State.IDLE
        self._pain_presses = 0
        self._limited = False
        self._pressed: tuple[str, ...] = ()
        self._failure: Reason | None = None
        self.late_s: list[float] = []

    def tell(self, order: Order) -> Answer:
        """Take an order. It acts with the next thought, at most a tick from now."""
        if self._ended.done():
            return Rejected("the session is over")
        if (why := refusal(self._mind, order, self._session_s)) is not None:
            return Rejected(why)
        self._orders.append(order)
        return Accepted()

    async def run(self) -> Outcome:
        """Arm, play to an end, let go. Cancelling it lets go first, too."""
        ticker: Ticker | None = None
        self._device.listen(self._read, self._fail)
        try:
            await self._device.arm(armed_limits(self._fit))
            self._begin()
            ticker = Ticker(TICK_S, self._tick, TICK_PHASE_S)
            self.late_s = ticker.late_s
            cue = await self._ended
        except DeviceRefused:
            cue = Halt(Verdict("stop", Reason.DEVICE_REFUSED, 0.0, 0.0))
        except LinkError:
            cue = Halt(Verdict("stop", Reason.LINK_LOST, 0.0, 0.0))
        finally:
            self._streamer = None
            if ticker is not None:
                ticker.stop()
            await despite_cancelling(self._let_go())
        return self._tell_the_end(cue)

    @property
    def _session_s(self) -> float:
        """Session time now."""
        return self._device.clock.now_s - self._offset_s

    # --- evidence -------------------------------------------------------------------------

    def _listen(self, batch: SensorBatch) -> EmgFeatures | None:
        if self._ears is None:
            return None
        return self._ears.hear(batch, self._mind.shakes_hz(batch.start_s - self._offset_s))

    def _read(self, reading: Reading) -> None:
        self._heard_s = self._loop.time()
        match reading:
            case SensorBatch():
                self._batch_s = self._heard_s
                self._sampled_s = reading.start_s + TICK_S
                emg = self._listen(reading)
                if reading.temperature_degc is not None:
                    self._feel_warmth(reading.temperature_degc)
                if reading.battery_percent is not None:
                    self._hear_gauge(reading.battery_percent)
                felt = features(
                    reading, self._offset_s, self._zero_kpa, emg, self._first_pad, self._probes,
                    self._surface_degc,
                )  # fmt: skip
                self._think(felt, reading.number)
            case Status():
                self._note(reading)
            case Pressed():
                self._pain_presses += 1
            case _:
                assert_never(reading)

    def _feel_warmth(self, degc: NDArray[np.float64]) -> None:
        """Remember the warmest of the newest readings; a thermometer may have none."""
        read = degc[~np.isnan(degc)]
        if len(read):
            self._surface_degc, self._warmed_s = float(read.max()), self._sampled_s

    def _hear_gauge(self, percent: NDArray[np.float64]) -> None:
        """Remember the least of the newest readings; a gauge may have none."""
        low, high = PLAUSIBLE_PERCENT
        read = percent[(percent >= low) & (percent <= high)]
        if len(read):
            self._battery_percent, self._charged_s = float(read.min()), self._sampled_s

    def _note(self, status: Status) -> None:
        self._state = status.state
        self._limited = bool(status.flags & StatusFlags.LIMITED)
        self._pressed = _named(status.buttons)
        if self._failure is None:
            self._failure = _ENDED_BY.get(status.state)
            if status.cause is Cause.STOP_BUTTON:
                self._failure = Reason.STOP_BUTTON

    def _fail(self, error: BridgeError) -> None:
        match error:
            case DeviceRestarted():
                self._failure = Reason.DEVICE_RESTARTED
            case DeviceUnruly():
                self._failure = Reason.DEVICE_UNRULY
            case _:
                self._failure = Reason.LINK_LOST
        self._think(None)

    def _health(self, now_s: float, at_s: float) -> Health:
        return Health(
            pressure_age_s=at_s + self._offset_s - self._sampled_s if self._measures else None,
            judgement_age_s=now_s - self._judged_at_s,
            device_age_s=now_s - self._heard_s,
            clock_s=self._device.clock.uncertainty_s,
            fading=self._state is State.FADING,
            limited=self._limited,
            pain_presses=self._pain_presses,
            pressed=self._pressed,
            failure=self._failure,
            surface_age_s=at_s + self._offset_s - self._warmed_s if self._heats else None,
            battery_percent=self._battery_percent,
            battery_age_s=at_s + self._offset_s - self._charged_s if self._has_battery else None,
        )

    # --- the loop -------------------------------------------------------------------------

    def _begin(self) -> None:
        self._offset_s = self._device.clock.now_s + self._device.clock.lead_s
        self._judged_at_s = self._heard_s = self._batch_s = self._loop.time()
        self._sampled_s = self._warmed_s = self._charged_s = self._offset_s
        self._state, self._failure = State.ARMED, None
        self._streamer = Streamer(self._device, self._fit, self._offset_s)
        self._streamer.splice(self._mind, 0.0, TICK_S)
        for event in self._compared:
            self._on_event(event)

    def _tick(self, number: int) -> None:
        if self._loop.time() - self._batch_s > BATCH_LATE_S:
            self._think(None)
        if number % BEAT_EVERY == 0 and self._streamer is not None:
            self._device.beat(self._judged)

    def _think(self, felt: Features | None, number: int | None = None) -> None:
        """Judge one moment, and do what comes of it. Nothing waits in here.

        `number` is the batch's: only what has been judged is told to the device as judged.
        """
        if self._streamer is None:
            return
        now_s = self._loop.time()
        at_s = self._session_s
        orders, self._orders = tuple(self._orders), []
        moment = Moment(at_s, felt, self._health(now_s, at_s), orders)
        self._judged_at_s = now_s
        self._mind, cue, events = decide(self._mind, moment)
        if number is not None:
            self._judged = number
        self._follow(cue, self._streamer, at_s)
        for event in events:
            self._chronicle.hear(event)
            self._on_event(event)
        if felt is not None:
            self._on_event(self._sampled(felt))
        elif not self._measures:
            at_s = max(0.0, at_s)
            self._on_event(Sampled(at_s, self._mind.target_kpa(at_s), None, ()))

    def _follow(self, cue: Cue, streamer: Streamer, at_s: float) -> None:
        match cue:
            case Keep():
                streamer.extend(self._mind, at_s)
            case Lower() | Splice():
                streamer.splice(self._mind, cue.at_s, cue.over_s)
            case Yield():
                streamer.fall_silent()
            case Halt() | Finish():
                self._end(cue, at_s)
            case _:
                assert_never(cue)

    def _sampled(self, felt: Features) -> Sampled:
        middle_s = felt.start_s + felt.duration_s / 2
        target_kpa = self._mind.target_kpa(middle_s)
        return Sampled(middle_s, target_kpa, felt.pressure_kpa, felt.emg_uv, felt.surface_degc)

    # --- how it ends ----------------------------------------------------------------------

    def _end(self, cue: Halt | Finish, at_s: float) -> None:
        self._streamer = None
        self._ended_s = max(0.0, at_s)
        if isinstance(cue, Halt) and self._state < State.STOPPED:
            self._device.halt(Source.SESSION)
        if not self._ended.done():
            self._ended.set_result(cue)

    async def _let_go(self) -> None:
        """Whatever happened: leave the device at zero, and know it if it can be known."""
        if self._state >= State.STOPPED:
            return
        try:
            if self._was_halted():
                await self._device.halted()
            else:
                await self._device.disarm()
        except BridgeError:
            await self._halt_at_last()

    async def _halt_at_last(self) -> None:
        """Stop, and stay for it: hanging up would end its repeating."""
        self._device.halt(Source.SESSION)
        with contextlib.suppress(BridgeError, TimeoutError):
            async with asyncio.timeout(LAST_STOP_S):
                await self._device.halted()

    def _was_halted(self) -> bool:
        """Whether a stop is on its way. Being cancelled cancels what was waited for, too."""
        ended = self._ended
        return ended.done() and not ended.cancelled() and isinstance(ended.result(), Halt)

    def _tell_the_end(self, cue: Halt | Finish) -> Outcome:
        at_s = self._ended_s
        verdict = cue.verdict
        reason = verdict.reason if verdict else Reason.COMPLETE
        outcome = Outcome(
            result=_result(reason),
            reason=reason,
            duration_s=at_s,
            began_device_s=self._offset_s,
            steps=self._chronicle.close(at_s),
            measured=verdict.measured if verdict else None,
            limit=verdict.limit if verdict else None,
        )
        self._on_event(Ended(at_s, outcome))
        return outcome


def _named(buttons: Buttons) -> tuple[str, ...]:
    """Return the names that a profile has for the buttons that are held down."""
    return tuple(button.name.lower() for button in buttons if button.name) if buttons else ()


def _result(reason: Reason) -> Literal["complete", "stopped", "fault"]:
    if reason is Reason.COMPLETE:
        return "complete"
    return "fault" if reason in FAULTS else "stopped"


async def despite_cancelling(release: Coroutine[Any, Any, None]) -> None:
    """Wait for `release` to its end; being cancelled meanwhile is remembered, not obeyed."""
    task = asyncio.ensure_future(release)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
