"""One visit to one device, as the control process makes it: opened, tried out, played on, left."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any, assert_never

from firmware_bridge.codes import Document, Gesture, Source
from firmware_bridge.discovery import Opened, open_device
from firmware_bridge.errors import BridgeError

from .comparison import compared
from .ears import ears_for
from .eligibility import NotAdmitted
from .favours import Favours
from .fitting import CannotPlay, Fit
from .preflight import Readiness, preflight
from .priority import urgent
from .session import Session
from .troubles import Left, trouble_of
from .vetting import admit, admit_contractions, admit_device, admit_for
from .visits import (
    Act,
    Connect,
    Connected,
    Done,
    Errand,
    Fact,
    Late,
    Over,
    Playing,
    Ready,
    Standing,
    Stands,
    Start,
    Vitals,
)
from .words import (
    Accepted,
    Answer,
    Event,
    Order,
    Outcome,
    Paused,
    Rejected,
    Release,
    Replace,
    Resumed,
    Stop,
)

RECENT_TICKS = 1000
"""How many ticks lateness is told of while a session plays: ten seconds (E)."""


class Control:
    """Makes one visit. What it is told comes from a door; what it tells goes out there."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._tell: Callable[[Fact], None] = lambda _: None
        self._url: asyncio.Future[str] = loop.create_future()
        self._start: asyncio.Future[tuple[Start, Fit]] = loop.create_future()
        self._favours = Favours(lambda favour: self._tell(favour))
        self._standing: Standing = "idle"
        self._connected: Connected | None = None
        self._playing: Playing | None = None
        self._device: Opened | None = None
        self._session: Session | None = None
        self._scheduling = "normal"
        self._task: asyncio.Task[Any] | None = None
        self._acts: set[asyncio.Task[Answer]] = set()
        self._left = False

    def listen(self, tell: Callable[[Fact], None]) -> None:
        """From now on, tell facts here."""
        self._tell = tell

    def now(self) -> list[Fact]:
        """Return what somebody who comes only now must know."""
        known = (self._connected, self._playing, self._favours.open)
        return [Stands(self._standing), *(fact for fact in known if fact is not None)]

    def vitals(self, *, whole: bool = False) -> Vitals:
        """Return how link and tick do: lately, or over the whole session."""
        stats = self._device.stats if self._device is not None else None
        late_s = self._session.late_s if self._session is not None else []
        late = _lateness(late_s if whole else late_s[-RECENT_TICKS:])
        if stats is None:
            return Vitals(late=late, scheduling=self._scheduling)
        return Vitals(
            frames_sent=stats.frames_sent,
            frames_received=stats.frames_received,
            frames_bad=stats.frames_bad,
            samples_lost=stats.samples_lost,
            rtt_p50_ms=stats.rtt_p50_ms,
            rtt_p99_ms=stats.rtt_p99_ms,
            late=late,
            scheduling=self._scheduling,
        )

    # --- what is ordered ------------------------------------------------------------------

    def order(self, order: Order) -> Answer:
        """Take an order. Before anything plays, stop and release end the visit."""
        if self._session is not None and isinstance(order, Replace):
            return self._replace(order, self._session)
        if self._session is not None:
            return self._session.tell(order)
        if not isinstance(order, (Stop, Release)):
            return Rejected("nothing plays yet")
        if isinstance(order, Stop) and self._device is not None:
            self._device.halt(Source.OPERATOR)
        self._left = True
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()  # once: said again, it would break off the hanging up
        return Accepted()

    def do(self, errand: Errand) -> "Answer | asyncio.Task[Answer]":
        """Run an errand of whoever keeps the session; some of it takes a while."""
        match errand:
            case Connect(url):
                return self._connect(url)
            case Start():
                return self._begin(errand)
            case Done(number):
                return self._favours.done(number)
            case Act(gesture):
                return self._act(gesture)
            case _:
                assert_never(errand)

    def _connect(self, url: str) -> Answer:
        if self._url.done():
            return Rejected("a device has been chosen already")
        self._url.set_result(url)
        return Accepted()

    def _begin(self, start: Start) -> Answer:
        if self._connected is None or self._start.done():
            return Rejected("nothing can be started now")
        try:
            capabilities = self._connected.capabilities
            admit_device(capabilities, may_hold=start.may_hold)
            fitted = admit(start.program, capabilities)
            now_s = time.time()
            admit_for(start.program, start.booked, capabilities, now_s)
            admit_contractions(
                start.contractions, start.side, start.program, start.booked, capabilities, now_s
            )
        except (CannotPlay, NotAdmitted) as error:
            return Rejected(str(error))
        self._start.set_result((start, fitted))
        return Accepted()

    def _replace(self, replace: Replace, session: Session) -> Answer:
        """Let the session play another programme, if it would have been let in as the first."""
        if self._connected is None or self._playing is None:
            return Rejected("nothing plays yet")
        start, _ = self._start.result()
        try:
            capabilities = self._connected.capabilities
            admit(replace.program, capabilities)
            admit_for(replace.program, start.booked, capabilities, time.time())
        except (CannotPlay, NotAdmitted) as error:
            return Rejected(str(error))
        answer = session.tell(replace)
        if isinstance(answer, Accepted):
            self._playing = Playing(replace.program, self._playing.profile)
            self._tell(self._playing)
        return answer

    def _act(self, gesture: int) -> "Answer | asyncio.Task[Answer]":
        device = self._device
        if device is None or not device.capabilities.emulated:
            return Rejected("only the person under an emulated device can be played")
        if gesture not in set(Gesture):
            return Rejected(f"{gesture} is no gesture")
        task = asyncio.get_running_loop().create_task(_acted(device.act(Gesture(gesture))))
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)
        return task

    # --- the visit ------------------------------------------------------------------------

    async def run(self) -> None:
        """Make the visit, and tell how it ended. Cancelling it lets go first."""
        self._task = asyncio.current_task()
        try:
            over = await self._visit()
        except asyncio.CancelledError:
            self._over(Over(trouble=trouble_of(Left("left before anything was played"))))
            if not self._left:
                raise
        except Exception as error:  # noqa: BLE001  whoever waits outside must hear of it
            self._over(Over(trouble=trouble_of(error)))
        else:
            self._over(over)

    def _over(self, over: Over) -> None:
        self._stand("over")
        self._tell(over)

    async def _visit(self) -> Over:
        url = await self._url
        self._stand("connecting")
        async with open_device(url) as device:
            self._device = device
            try:
                return await self._on(device, url)
            finally:
                await asyncio.gather(*self._acts)
                self._device = None

    async def _on(self, device: Opened, url: str) -> Over:
        self._connected = Connected(url, device.capabilities)
        self._stand("connected")
        self._tell(self._connected)
        start, fitted = await self._start
        self._stand("preflight")
        ears = ears_for(fitted.program, device.capabilities)  # it imports: not ahead of others
        with urgent() as self._scheduling:
            ready = await preflight(device, self._favours, ears)
            self._tell(_told_of(ready))
            self._stand("ready")
            await self._favours.start()
            known = compared(start.contractions, start.program, start.side, time.time())
            session = Session(device, fitted, self._hear, ready.zero_kpa, ears, known)
            self._playing = Playing(start.program, start.profile)
            self._tell(self._playing)
            self._session = session
            self._stand("running")
            outcome = await session.run()
        return await self._told(device, outcome)

    async def _told(self, device: Opened, outcome: Outcome) -> Over:
        truth: bytes | None = None
        if device.capabilities.emulated:
            with contextlib.suppress(BridgeError):
                truth = await device.document(Document.TRUTH)
        return Over(outcome=outcome, vitals=self.vitals(whole=True), truth=truth)

    def _hear(self, event: Event) -> None:
        """Tell what the session tells; a pause shows in how far the visit is, too."""
        self._tell(event)
        if isinstance(event, Paused) and self._standing != "paused":  # pain may pause it anew
            self._stand("paused")
        elif isinstance(event, Resumed):
            self._stand("running")

    def _stand(self, standing: Standing) -> None:
        self._standing = standing
        self._tell(Stands(standing))


def _lateness(late_s: list[float]) -> Late:
    if not late_s:
        return Late(0.0, 0.0, 0.0)
    ranked = sorted(late_s)
    last = len(ranked) - 1
    return Late(ranked[last // 2], ranked[int(0.99 * last)], ranked[last])


def _told_of(readiness: Readiness) -> Ready:
    return Ready(
        battery_percent=readiness.battery_percent,
        rtt_p99_ms=readiness.rtt_p99_ms,
        late_p99_ms=readiness.late_p99_s * 1e3,
    )


async def _acted(doing: Coroutine[Any, Any, None]) -> Answer:
    try:
        await doing
    except BridgeError as error:
        return Rejected(str(error))
    return Accepted()
