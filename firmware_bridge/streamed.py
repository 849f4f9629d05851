"""A device that executes trajectories: the host's side of our protocol, over any link."""

import asyncio
import math
from collections.abc import Sequence

from .arrivals import Arrivals
from .capabilities import Capabilities
from .clock import DeviceClock
from .codes import Buttons, Cause, Document, Gesture, Source, State, StatusFlags
from .conversation import UNBOUND
from .desk import REPEATED, Desk
from .device import Clock, Halted, LinkStats, OnFailure, OnReading
from .errors import (
    BadFrame,
    BridgeError,
    DeviceRestarted,
    DeviceUnruly,
    LinkError,
    LinkTimeout,
)
from .framing import OVERHEAD, unseal
from .greeting import Acquaintance, fetch, greet, meet, understood
from .knots import Knot, knot
from .link import Link, LosesValues, Metered
from .messages import (
    MAX_KNOTS,
    Act,
    Arm,
    Beat,
    Clear,
    Disarm,
    Knots,
    Message,
    Ping,
    Pong,
    Samples,
    Splice,
    StatusReport,
    StopAck,
)
from .pace import WIRED, Pace, pace_of
from .readings import Pressed, Status, presses_since
from .samples import SampleReader
from .setpoints import ArmedLimits, Setpoint
from .stopping import Stopper

DISARM_S = 0.7
"""How long a normal end may take before a STOP is the answer (wire, *Who is in charge*)."""

_BEAT_EARLY_S = 0.005
"""A control task beats on its own ticks: this much before it is due counts as due (E)."""

_MOVING = (State.ARMED, State.FADING, State.PAIN_HOLD)


class HostClock:
    """The device's clock, read on the host's event loop."""

    def __init__(self, clock: DeviceClock, pace: Pace, arrivals: Arrivals) -> None:
        self._clock = clock
        self._pace = pace
        self._arrivals = arrivals
        self._loop = asyncio.get_running_loop()

    @property
    def now_s(self) -> float:
        return self._clock.device_s(self._loop.time())

    @property
    def uncertainty_s(self) -> float:
        return self._clock.uncertainty_s

    @property
    def lead_s(self) -> float:
        pace = self._pace
        late_s = self._clock.trip_s(0.99) if pace is WIRED else self._arrivals.spacing_s
        return min(pace.lead_most_s, pace.lead_least_s + (late_s or 0.0))


class StreamedDevice:
    """A device at the far end of a link. Made by `connect`."""

    def __init__(self, met: Acquaintance) -> None:
        self.capabilities: Capabilities = met.capabilities
        self._pace = pace_of(met.conversation.link.kind)
        self._arrivals = Arrivals()
        self.clock: Clock = HostClock(met.clock, self._pace, self._arrivals)
        self.last_heard_s = 0.0
        self._clock = met.clock
        self._conversation = met.conversation
        self._link: Link = met.conversation.link
        self.bytes_s = self._link.bytes_s if isinstance(self._link, Metered) else math.inf
        self._host_nonce = met.host_nonce
        self._hello = met.hello
        self._boot16 = met.hello.boot_nonce & 0xFFFF
        self._resolution = {c.id: c.resolution for c in met.capabilities.channels}
        self._samples = SampleReader(met.capabilities)
        self._desk = Desk()
        self._stopper = Stopper(met.conversation)
        self._splice: tuple[Splice, int, float] | None = None
        self._shown, self._unseen_s = 0, 0.0  # what STATUS shows; since when it lacks a change
        self._said_knots_s = self._said_beat_s = self._answered_s = 0.0
        self._state = met.hello.state
        self._idle = asyncio.Event()
        self._latch_nonce = met.hello.latch_nonce
        self._pain_count: int | None = None
        self._frames_received = self._frames_odd = 0
        self._loop = asyncio.get_running_loop()
        self._on_reading: OnReading = lambda _: None
        self._on_failure: OnFailure = lambda _: None
        self._failed = False
        self._ping: asyncio.TimerHandle | None = None
        self._link.listen(self._hear, self._lose)
        self._say_ping()

    # --- what a session asks --------------------------------------------------------------

    @property
    def state(self) -> State:
        """What the device last said it was doing."""
        return self._state

    @property
    def latch_nonce(self) -> int:
        """What CLEAR must name, 0 where nothing is latched."""
        return self._latch_nonce

    @property
    def stats(self) -> LinkStats:
        return LinkStats(
            frames_sent=self._conversation.frames_sent,
            frames_received=self._frames_received,
            frames_bad=self._link.frames_bad + self._frames_odd,
            samples_lost=self._samples.lost,
            rtt_p50_ms=_ms(self._clock.trip_s(0.5)),
            rtt_p99_ms=_ms(self._clock.trip_s(0.99)),
            values_lost=self._link.values_lost if isinstance(self._link, LosesValues) else 0,
            event_spacing_ms=_ms(self._arrivals.spacing_s),
            sample_age_p99_ms=_ms(self._arrivals.age_p99_s),
            rtt_most_ms=_ms(self._pace.trip_most_s),
        )

    def listen(self, on_reading: OnReading, on_failure: OnFailure) -> None:
        self._on_reading, self._on_failure = on_reading, on_failure

    def count_anew(self) -> None:
        self._clock.forget_trips()
        self._arrivals.forget()

    async def arm(self, limits: ArmedLimits) -> None:
        self._desk.reset(self.capabilities.queue_slots)
        self._splice = None
        await self._conversation.order(self._arm_message(limits))
        self._idle.clear()
        self.count_anew()
        self._clock.steady = True

    @property
    def credit(self) -> int:
        return self._desk.credit

    def extend(self, setpoints: Sequence[Setpoint]) -> int:
        taken = setpoints[: self._desk.credit]
        room = self._knots_per_frame - REPEATED
        for start in range(0, len(taken), room):
            piece = taken[start : start + room]
            first = self._desk.number(piece)
            tail = self._desk.tail(first)
            number = tail[0][0] if tail else first
            self._say_knots(number, [setpoint for _, setpoint in tail] + list(piece))
        return len(taken)

    def splice(self, at_s: float, setpoints: Sequence[Setpoint]) -> None:
        self._desk.replace()
        if self._splice is None:
            self._unseen_s = self._loop.time()
        first = self._desk.number(setpoints)
        at_us = max(0, int(at_s * 1e6))
        message = Splice(self._desk.revision, first, self._spell(setpoints, at_us))
        self._splice = (message, at_us, self._loop.time())
        self._say_quietly(message, at_us)

    def halt(self, source: Source) -> None:
        self._splice = None
        self._stopper.start(source)

    async def halted(self) -> Halted:
        return await self._stopper.acknowledged()

    async def disarm(self) -> None:
        self._splice = None
        self._clock.steady = False
        try:
            async with asyncio.timeout(DISARM_S):
                await self._conversation.order(Disarm())
                await self._idle.wait()
        except TimeoutError:
            raise LinkTimeout(f"the device was not idle {DISARM_S} s after DISARM") from None

    async def clear(self, nonce: int) -> None:
        self._hello = await greet(self._conversation, self._host_nonce)
        await self._conversation.order(Clear(nonce))
        self._latch_nonce = 0

    def beat(self, judged: int) -> None:
        now_s = self._loop.time()
        if now_s - self._said_beat_s < self._pace.beat_s - _BEAT_EARLY_S:
            return
        self._said_beat_s = now_s
        self._say_quietly(Beat(judged & 0xFFFFFFFF))

    async def act(self, gesture: Gesture) -> None:
        await self._conversation.order(Act(gesture), epoch=UNBOUND)

    async def document(self, document: Document) -> bytes:
        """Return one of the device's documents. Raises `LinkTimeout`, `DeviceRefused`."""
        return await fetch(self._conversation, document)

    async def aclose(self) -> None:
        if self._ping is not None:
            self._ping.cancel()
        self._stopper.end()
        self._failed = True
        await self._link.aclose()

    # --- what the device says -------------------------------------------------------------

    def _hear(self, body: bytes, at_s: float) -> None:
        self._frames_received += 1
        self.last_heard_s = at_s
        self._arrivals.hear(at_s)
        _, _, _, t_us = unseal(body)
        message = understood(body)
        if message is None:
            self._frames_odd += 1
        elif isinstance(message, Samples):
            self._hear_samples(message, self._clock.stamp_s(t_us, at_s), at_s)
        elif isinstance(message, StatusReport):
            self._hear_status(message, self._clock.stamp_s(t_us, at_s), at_s)
        elif isinstance(message, Pong):
            self._hear_pong(message, at_s)
        else:
            self._hear_answer(message, self._clock.stamp_s(t_us, at_s))

    def _hear_answer(self, message: Message, stamp_s: float) -> None:
        self._answered_s = stamp_s
        if isinstance(message, StopAck):
            self._latch_nonce = message.nonce
            self._stopper.hear(message)
        else:
            self._conversation.hear(message)

    def _hear_samples(self, message: Samples, start_s: float, at_s: float) -> None:
        try:
            batch = self._samples.read(message, start_s)
        except BadFrame:
            self._frames_odd += 1
            return
        if batch is not None:
            taken_s = batch.start_s + batch.duration_s
            self._arrivals.hear_samples(self._clock.device_s(at_s) - taken_s)
            self._on_reading(batch)

    def _hear_status(self, report: StatusReport, stamp_s: float, at_s: float) -> None:
        if report.boot_nonce16 != self._boot16 or self._clock.has_jumped(stamp_s, at_s):
            self._fail(DeviceRestarted("the device has restarted in the middle of the session"))
            return
        self._clock.hear(stamp_s)
        if stamp_s <= self._answered_s:
            return  # it was made before the last answer, and another way has brought that sooner
        self._state, self._latch_nonce = State(report.state), report.latch_nonce
        if self._state is State.IDLE:
            self._idle.set()
        self._desk.hear(report)
        if self._state in _MOVING:
            self._repeat(report, stamp_s, at_s)
        status = Status(
            at_s=stamp_s,
            revision=report.revision,
            last_index=report.last_index,
            free_slots=report.free_slots,
            executed_until_s=self._clock.stamp_s(report.executed_until_us, at_s),
            state=self._state,
            flags=StatusFlags(report.flags),
            cause=Cause(report.cause),
            latch_nonce=report.latch_nonce,
            buttons=Buttons(report.buttons),
            pain_count=report.pain_count,
            faults=report.faults,
            fades=report.fades,
            knots_lost=report.knots_lost,
            frames_bad=report.frames_bad,
        )
        self._on_reading(status)
        self._hear_buttons(status)

    def _hear_buttons(self, status: Status) -> None:
        before, self._pain_count = self._pain_count, status.pain_count
        if before is None or status.pain_count == before:
            return
        pressed = Pressed(at_s=status.at_s, buttons=status.buttons, pain_count=status.pain_count)
        for _ in range(presses_since(before, status.pain_count)):
            self._on_reading(pressed)

    def _hear_pong(self, pong: Pong, at_s: float) -> None:
        if pong.boot_nonce16 != self._boot16:
            self._fail(DeviceRestarted("the device has restarted in the middle of the session"))
            return
        self._clock.add(pong.host_us * 1e-6, pong.received_us, pong.sent_us, at_s, self._boot16)

    # --- what is said again ---------------------------------------------------------------

    def _repeat(self, report: StatusReport, stamp_s: float, at_s: float) -> None:
        if report.revision == self._desk.revision:
            self._splice = None
            late = at_s - self._said_knots_s > self._pace.resend_after_s
            if report.gap_bitmap or late:
                self._resend(stamp_s)
        elif self._splice is not None:
            message, at_us, said_s = self._splice
            if report.revision != self._shown:
                self._unseen_s = at_s
            if at_s - min(said_s, self._unseen_s) > self._pace.splice_shows_s:
                self.halt(Source.SESSION)
                self._fail(DeviceUnruly("a change of the trajectory did not show in time"))
            else:
                self._say_quietly(message, at_us)
        self._shown = report.revision

    def _resend(self, after_s: float) -> None:
        missing = self._desk.missing(after_s + self._pace.lead_least_s)[: self._knots_per_frame]
        if missing:
            self._say_knots(missing[0][0], [setpoint for _, setpoint in missing])

    # --- how it is spelled ----------------------------------------------------------------

    @property
    def _knots_per_frame(self) -> int:
        return max(REPEATED + 1, min(MAX_KNOTS, (self._link.max_frame - OVERHEAD - 5) // 7))

    def _say_knots(self, first: int, setpoints: Sequence[Setpoint]) -> None:
        base_us = max(0, int(setpoints[0].at_s * 1e6))
        message = Knots(self._desk.revision, first, self._spell(setpoints, base_us))
        self._said_knots_s = self._loop.time()
        self._say_quietly(message, base_us)

    def _spell(self, setpoints: Sequence[Setpoint], base_us: int) -> list[Knot]:
        base_s, resolution = base_us * 1e-6, self._resolution
        return [knot(s, base_s, resolution[s.channel]) for s in setpoints]

    def _arm_message(self, limits: ArmedLimits) -> Arm:
        return Arm(
            rise_level=round(limits.rise_level_kpa_s * 100),
            rise_rhythm=round(limits.rise_rhythm_kpa_s * 100),
            fall_max=round(limits.fall_max_kpa_s * 100),
            static_max_s=round(limits.static_max_s),
            session_max_s=round(limits.session_max_s),
            effort_percent=round(limits.effort_max * 100),
            revision=0,
            ceilings=tuple(
                (c.channel, round(c.value / self._resolution[c.channel])) for c in limits.ceilings
            ),
        )

    def _say_quietly(self, message: Knots | Splice | Beat | Ping, t_us: int = 0) -> None:
        epoch = UNBOUND if isinstance(message, Ping) else None
        try:
            self._conversation.say(message, t_us=t_us, epoch=epoch)
        except LinkError as error:
            self._fail(error)

    def _say_ping(self) -> None:
        self._say_quietly(Ping(round(self._loop.time() * 1e6)))
        self._ping = self._loop.call_later(self._clock.ping_after_s, self._say_ping)

    # --- how it ends ----------------------------------------------------------------------

    def _lose(self, error: LinkError) -> None:
        self._conversation.end(str(error))
        self._stopper.lose(error)
        self._fail(error)

    def _fail(self, error: BridgeError) -> None:
        if not self._failed:
            self._failed = True
            self._on_failure(error)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e3


async def connect(link: Link) -> StreamedDevice:
    """Meet the device at the far end of `link`. The link is closed if that fails."""
    try:
        return StreamedDevice(await meet(link))
    except BaseException:
        await link.aclose()
        raise
