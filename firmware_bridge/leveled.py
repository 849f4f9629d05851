"""A product that knows levels: it has no queue and no clock, so they are here.

What `StreamedDevice` leaves to the firmware happens in this process. It dies with it: what then
still runs is up to the product's own timer, if it has one.
"""

import asyncio
import math
from collections.abc import Sequence
from functools import partial

import msgspec

from .belief import Belief
from .capabilities import Capabilities
from .characteristics import Characteristics, Embodied
from .codes import Buttons, Cause, Document, Gesture, Source, State, StatusFlags
from .device import Clock, Halted, LinkStats, OnFailure, OnReading
from .errors import BridgeError, DeviceRefused, LinkClosed, LinkError, LinkTimeout
from .own_clock import OwnClock
from .pen import Pen
from .pending import Pending
from .products.product import TIMER, Equipment, Gatt, Levels, Product
from .readings import Status
from .setpoints import ArmedLimits, Setpoint
from .wish import TICK_S, wish, with_gain_and_cap

FADE_AFTER_S, LATCH_AFTER_S = 0.1, 0.25
"""Silence of the control task after which it lets go, and after which it is latched (wire)."""

OFF_TIMES = 2
"""How often off is said to a product that reports nothing: one said in haste may be missed (E)."""

OFF_TRIES = 3
"""How often off is said to a product that reports that it still runs (E)."""

REPORT_S = 2.0
"""How long a product that must report first may take (E)."""

OFF_WITHIN_S = 12.0
"""How long it may take until off is known: twelve steps down, half a second each, twice (E)."""

_MOVING = (State.ARMED, State.FADING)


class LeveledDevice:
    """A product at the far end of a Bluetooth connection. Made by `connect_product`."""

    def __init__(self, product: Product, gatt: Gatt, wire: Characteristics) -> None:
        self.product = product
        self.capabilities: Capabilities = with_gain_and_cap(product.capabilities)
        self.clock: Clock = OwnClock()
        self.bytes_s = math.inf  # what is waited for is the product, not the wire
        self._gatt = gatt
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._pen = Pen(self._write, product.pace_s, self._lose)
        channels = self._channels = product.capabilities.channels
        self._pending = Pending(c.id for c in channels if c.quantity != "pressure")
        self._belief = Belief(channels)
        self._armed_timer_s = 0.0
        self._state = State.IDLE
        self._cause = Cause.NONE
        self._nonce = self._offs = 0
        self._limits: ArmedLimits | None = None
        self._armed_s = self._beaten_s = 0.0
        self._revision = self._heard = 0
        self._knots = self._fades = 0
        self._at_rest = asyncio.Event()
        self._told = asyncio.Event()
        self._failure: BridgeError | None = None
        self._on_reading: OnReading = lambda _: None
        self._on_failure: OnFailure = lambda _: None
        self._timer = self._loop.call_later(TICK_S, self._tick)
        wire.listen(self._hear, self._lose)

    async def begin(self) -> None:
        """Greet it, and stop whatever it still does. Raises `LinkError`."""
        if self._gatt.notify is not None:
            await self._wire.subscribe(self._gatt.notify)
        for frame in self.product.hello:
            self._pen.put(frame, lambda: None)  # a greeting needs nothing done after it
        await self._pen.rest()
        if self.product.must_report:
            await self._first_report()
        told = self._belief.news()
        self._belief.believe(told or {})
        self._let_go(known=told is not None)
        await self._rested()

    # --- what a session asks --------------------------------------------------------------

    @property
    def state(self) -> State:
        """What it is doing, as far as is known."""
        return self._state

    @property
    def latch_nonce(self) -> int:
        """What `clear` must name, 0 where nothing is latched."""
        return self._nonce if self._state >= State.STOPPED else 0

    @property
    def said(self) -> Levels:
        """The levels that it was told last, or that it says it is at."""
        return self._belief.said

    @property
    def stats(self) -> LinkStats:
        took_ms = sorted(took_s * 1e3 for took_s in self._pen.took_s) if self._gatt.answers else []
        return LinkStats(
            frames_sent=self._pen.written,
            frames_received=self._heard,
            frames_bad=0,
            samples_lost=0,
            rtt_p50_ms=took_ms[len(took_ms) // 2] if took_ms else None,
            rtt_p99_ms=took_ms[int(len(took_ms) * 0.99)] if took_ms else None,
        )

    def listen(self, on_reading: OnReading, on_failure: OnFailure) -> None:
        self._on_reading, self._on_failure = on_reading, on_failure

    def count_anew(self) -> None:
        self._pen.took_s.clear()

    async def arm(self, limits: ArmedLimits) -> None:
        self._check_link()
        if self._state is not State.IDLE:
            raise DeviceRefused("ARM", "BAD_STATE")
        self._pending.clear()
        self._limits = limits
        self._armed_s = self._beaten_s = self._loop.time()
        self._state, self._cause = State.ARMED, Cause.NONE

    @property
    def credit(self) -> int:
        return max(0, self.capabilities.queue_slots - len(self._pending))

    def extend(self, setpoints: Sequence[Setpoint]) -> int:
        taken = setpoints[: self.credit]
        self._pending.extend(taken)
        self._knots += len(taken)
        return len(taken)

    def splice(self, at_s: float, setpoints: Sequence[Setpoint]) -> None:
        self._pending.splice(at_s, setpoints)
        self._revision = (self._revision + 1) & 0xFF
        self._knots += len(setpoints)

    def halt(self, source: Source) -> None:
        del source
        self._latch(State.STOPPED, Cause.STOP_FRAME)

    async def halted(self) -> Halted:
        await self._rested()
        return Halted(self._cause, self._nonce)

    async def disarm(self) -> None:
        self._check_link()
        if self._state >= State.STOPPED:
            raise DeviceRefused("DISARM", "BAD_STATE")
        self._state = State.EASING
        self._let_go()
        await self._rested()
        if self._state is State.EASING:
            self._state = State.IDLE

    async def clear(self, nonce: int) -> None:
        self._check_link()
        if self._state < State.STOPPED or nonce != self._nonce:
            raise DeviceRefused("CLEAR", "STALE_NONCE")
        await self._rested()
        self._state, self._cause = State.IDLE, Cause.NONE

    def beat(self, judged: int) -> None:
        del judged
        self._beaten_s = self._loop.time()

    async def act(self, gesture: Gesture) -> None:
        if not isinstance(self._wire, Embodied):
            raise DeviceRefused("ACT", "UNSUPPORTED")
        self._wire.act(gesture)

    async def document(self, document: Document) -> bytes:
        """Return what was true on an emulated body: a product has no other document."""
        if document is not Document.TRUTH or not isinstance(self._wire, Embodied):
            raise DeviceRefused("GET_DOCUMENT", "UNSUPPORTED")
        return self._wire.truth()

    async def aclose(self) -> None:
        """Switch it off if it may still be on, and hang up."""
        self._timer.cancel()
        if self._failure is None:
            if self._state in _MOVING or not self._at_rest.is_set():
                self._let_go()
            await self._pen.rest()
            self._failure = self._failure or LinkClosed("the connection is closed")
        await self._pen.aclose()
        await self._wire.aclose()

    # --- what it does ---------------------------------------------------------------------

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK_S, self._tick)
        now_s = self._loop.time()
        if self._pen.is_free and (told := self._belief.news()) is not None:
            self._believe(told)
        if self._state in _MOVING:
            self._watch(now_s)
        if self._state in _MOVING:
            self._steer(now_s)
        self._pending.forget_before(now_s)
        self._on_reading(self._status(now_s))

    def _watch(self, now_s: float) -> None:
        """Let go where nobody says how to go on, whoever it is that fell silent."""
        silent_s = now_s - self._beaten_s
        if silent_s > LATCH_AFTER_S:
            self._latch(State.LINK_LOST, Cause.LINK_LOST)
            return
        if self._limits is not None and now_s - self._armed_s > self._limits.session_max_s:
            self._latch(State.FAULT, Cause.FAULT)
            return
        fading = silent_s > FADE_AFTER_S or self._starves(now_s)
        if fading and self._state is State.ARMED:
            self._fades += 1
        self._state = State.FADING if fading else State.ARMED

    def _starves(self, now_s: float) -> bool:
        return self._pending.ends_s < now_s - FADE_AFTER_S

    def _steer(self, now_s: float) -> None:
        """Say the next level, if it is time: the newest wish, and no write on its way."""
        if not self._pen.is_free or self._belief.busy:
            return
        if self._timer_is_old(now_s):
            self._belief.forget_timer()
        move = self.product.encode(self._belief.said, self._wanted(now_s))
        if move is not None:
            self._at_rest.clear()
            self._belief.ordering(move.levels)
            self._pen.put(move.frame, partial(self._moved, move.levels))

    def _timer_is_old(self, now_s: float) -> bool:
        refresh_s = self.product.refresh_s
        return bool(refresh_s and now_s - self._armed_timer_s > refresh_s)

    def _moved(self, levels: Levels) -> None:
        if levels.get(TIMER, 0) and not self._belief.said.get(TIMER, 0):
            self._armed_timer_s = self._loop.time()
        self._belief.ordered(levels)

    def _wanted(self, now_s: float) -> Levels:
        if self._state is not State.ARMED or self._limits is None:
            return {}
        return wish(self._pending, self._channels, self._limits.ceilings, self._belief.said, now_s)

    # --- what it says ---------------------------------------------------------------------

    def _hear(self, uuid: str, value: bytes) -> None:
        del uuid
        self._heard += 1
        report = self.product.decode(value)
        if report is None:
            return
        if isinstance(report, Equipment):
            self._equip(report)
            return
        self._belief.hear(report)
        if not report.busy:
            self._told.set()
        if report.fault is not None:
            self._latch(State.FAULT, Cause.FAULT)

    def _equip(self, equipment: Equipment) -> None:
        """Offer what it has, and nothing else: a motor that is not there moves nobody."""
        described = self.product.capabilities
        self._channels = tuple(c for c in described.channels if c.id not in equipment.absent)
        left = msgspec.structs.replace(described, channels=self._channels)
        self.capabilities = with_gain_and_cap(left)

    def _believe(self, told: Levels) -> None:
        """Take its word. A level that somebody else has lowered stays lowered: that is a stop."""
        lowered = self._belief.believe(told)
        if self._state in _MOVING:
            if lowered:
                self._latch(State.STOPPED, Cause.STOP_BUTTON)
        elif self._belief.says_off:
            self._at_rest.set()
        elif self._offs < OFF_TRIES:
            self._say_off()

    def _status(self, now_s: float) -> Status:
        """Return this driver's own account: a product gives none."""
        flags = StatusFlags.NONE
        if self._at_rest.is_set():
            flags |= StatusFlags.VENTED
        if self._state is State.FADING:
            flags |= StatusFlags.STARVED
        return Status(
            at_s=now_s,
            revision=self._revision,
            last_index=self._knots & 0xFFFF,
            free_slots=self.credit,
            executed_until_s=now_s,
            state=self._state,
            flags=flags,
            cause=self._cause,
            latch_nonce=self.latch_nonce,
            buttons=Buttons.NONE,
            pain_count=0,
            faults=self._belief.fault,
            fades=self._fades,
            knots_lost=0,
            frames_bad=0,
        )

    # --- how it ends ----------------------------------------------------------------------

    def _latch(self, state: State, cause: Cause) -> None:
        if self._state < State.STOPPED:
            self._nonce += 1
            self._state, self._cause = state, cause
        self._let_go()

    def _let_go(self, *, known: bool = True) -> None:
        """Say off ahead of everything; not `known`: whatever it is doing."""
        self._pending.clear()
        if self._failure is not None:
            return
        self._at_rest.clear()
        self._offs = 0
        self._say_off(known=known)

    def _say_off(self, *, known: bool = True) -> None:
        self._offs += 1
        first = self._offs == 1  # later ones may have been missed for their haste
        self._pen.put_first(lambda: self._off(known), self._is_off, at_once=first)

    def _off(self, known: bool) -> Sequence[bytes]:
        self._belief.ordering({})
        if self._belief.busy:
            return ()  # what it says next decides
        return self.product.off(self._belief.said if known else None)

    def _is_off(self) -> None:
        """Off is said. Whoever reports is told again if need be, all others in any case."""
        self._belief.ordered({})
        if self._belief.reports:
            if self._belief.says_off:
                self._at_rest.set()
        elif self._offs < OFF_TIMES:
            self._say_off()
        else:
            self._at_rest.set()

    async def _rested(self) -> None:
        """Wait until it is off, as far as can be known. Raises `LinkTimeout`, `LinkError`."""
        try:
            async with asyncio.timeout(OFF_WITHIN_S):
                await self._at_rest.wait()
        except TimeoutError:
            raise LinkTimeout(
                f"{self.product.title} does not say that it has stopped: {self._goes_on()}"
            ) from None
        self._check_link()

    async def _first_report(self) -> None:
        try:
            async with asyncio.timeout(REPORT_S):
                await self._told.wait()
        except TimeoutError:
            raise LinkTimeout(
                f"{self.product.title} does not say how it is, and its power key would toggle"
            ) from None
        self._check_link()

    def _lose(self, error: LinkError) -> None:
        """The far end is gone: write no more, and say what it may go on doing."""
        if self._failure is not None:
            return
        self._failure = LinkClosed(f"{error}; {self._goes_on()}")
        self._failure.__cause__ = error
        self._state, self._cause = State.LINK_LOST, Cause.LINK_LOST
        self._pending.clear()
        self._pen.lose()
        self._at_rest.set()
        self._told.set()
        self._on_failure(self._failure)

    def _goes_on(self) -> str:
        return self._belief.goes_on(self.product.auto_off_s)

    def _check_link(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _write(self, frame: bytes) -> None:
        await self._wire.write(self._gatt.write, frame, answered=self._gatt.answers)
