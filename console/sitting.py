"""One visit to a device, as its owner makes it: through the door of a control process."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec

from controller.chronicle import Chronicle
from controller.client import DoorError
from controller.comparison import usable
from controller.eligibility import Booked
from controller.fitting import CannotPlay, Fit
from controller.person import Contraction, Side
from controller.preflight import Person
from controller.remote import Remote
from controller.troubles import ControlLost, Left, error_of
from controller.vetting import admit_device
from controller.visits import (
    Act,
    Connect,
    Connected,
    Done,
    Favour,
    Favoured,
    Gap,
    Leased,
    News,
    Over,
    Playing,
    Ready,
    Stands,
    Start,
    Vitals,
)
from controller.words import Answer, Event, Order, Outcome, Reason, Rejected, Release
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import Gesture
from firmware_bridge.links.local import LocalLink
from profiles.program import Program

from .reach import aside, reach
from .sentences import readiness
from .trace import Trace

ENDING_S = 0.5
"""How long whatever is refused at the door is given to turn out to be its closing (E)."""


class Scene(msgspec.Struct, frozen=True):
    """What is about to play, for whoever watches."""

    url: str
    emulated: bool
    fit: Fit
    vitals: Callable[[], Vitals]


class Audience(Protocol):
    """Whoever watches. Nothing here may wait."""

    def say(self, line: str) -> None: ...
    def open(self, scene: Scene) -> None: ...
    def hear(self, event: Event) -> None: ...
    def close(self) -> None: ...


class Attendant(Person, Protocol):
    """A person beside the device who agrees to what is about to happen, then starts it.

    `agree` returns on which side it will be, None where nobody has said it.
    """

    async def agree(self) -> Side | None: ...
    async def start(self) -> None: ...


class FarDevice:
    """The device at the far side of the door, as far as an attendant needs it."""

    def __init__(self, capabilities: Capabilities, remote: Remote) -> None:
        self.capabilities = capabilities
        self._remote = remote

    async def act(self, gesture: Gesture) -> None:
        """The simulated person does this. Raises `DoorError`."""
        answer = await self._remote.order(Act(gesture))
        if isinstance(answer, Rejected):
            raise DoorError(answer.why)


class Programme(msgspec.Struct, frozen=True):
    """How a profile becomes a program for a device, and what it was made from.

    `booked` says for whom it was reserved, once it is prepared; `may_hold` that it may be played on
    what keeps its pressure without power. `contractions` are those that are known of the person who
    is treated.
    """

    prepare: Callable[[Capabilities], Fit]
    profile: str = ""
    booked: Callable[[], Booked | None] = lambda: None
    may_hold: bool = False
    contractions: Callable[[], tuple[Contraction, ...]] = tuple


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What is known afterwards. `truth` is the emulated body's own account.

    `ready` is what pre-flight measured.
    """

    url: str
    capabilities: Capabilities
    fit: Fit
    outcome: Outcome
    vitals: Vitals
    trace: Trace
    truth: bytes | None
    ready: Ready | None = None


class Sitting:
    """Plays one programme on one device, and keeps the session for as long as it plays."""

    def __init__(
        self,
        url: str,
        programme: Programme,
        attendant: Callable[[FarDevice, Fit], Attendant],
        audience: Audience,
        way: Callable[[], AbstractAsyncContextManager[LocalLink]] = reach,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._url = url
        self._programme = programme
        self._make_attendant = attendant
        self._audience = audience
        self._reach = way
        self._trace = Trace()
        self._chronicle = Chronicle()
        self._vitals = Vitals()
        self._ready: Ready | None = None
        self._at_s = 0.0
        self._remote: Remote | None = None
        self._fit: Fit | None = None
        self._attendant: Attendant | None = None
        self._failure: Exception | None = None
        self._left = self._shown = False
        self._connected: asyncio.Future[Connected] = loop.create_future()
        self._over: asyncio.Future[Over] = loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, order: Order) -> "asyncio.Future[Answer]":
        """Give an order; what is said to it may be waited for, or not. Raises `DoorError`."""
        if self._remote is None:
            raise DoorError("there is no session yet")
        return self._remote.post(order)

    def leave(self) -> None:
        """A person wants out: let go, then end. Saying it again changes nothing."""
        self._left = True
        if self._remote is not None:
            self._remote.post(Release())

    async def run(self) -> Visit:
        """Make the visit.

        Raises:
            Left: somebody wanted out before anything was played.
            ControlLost: the control process was lost before anything was played.
            NotReady, NeedsPerson, BridgeError, DoorError, and whatever `prepare` raises.
        """
        async with self._reach() as link:
            self._remote = Remote(link, self._hear, self._lose)
            try:
                return await self._visit(self._remote)
            finally:
                self._close()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._remote.aclose()

    async def _visit(self, remote: Remote) -> Visit:
        await remote.enter("operator")
        await remote.take(0.0)
        if self._left:
            remote.post(Release())
        remote.post(Connect(self._url))
        connected = await self._or_over(self._connected)
        admit_device(connected.capabilities, may_hold=self._programme.may_hold)
        fitted = await aside(self._programme.prepare, connected.capabilities)
        self._fit = fitted
        self._attendant = self._make_attendant(FarDevice(connected.capabilities, remote), fitted)
        side = await self._or_over(asyncio.ensure_future(self._attendant.agree()))
        answer = await remote.order(self._start(connected.capabilities, fitted.program, side))
        if isinstance(answer, Rejected):
            raise CannotPlay(answer.why)
        over = await self._over
        if over.outcome is None:
            raise self._why(over)
        return Visit(
            url=self._url,
            capabilities=connected.capabilities,
            fit=fitted,
            outcome=over.outcome,
            vitals=over.vitals,
            trace=self._trace,
            truth=over.truth,
            ready=self._ready,
        )

    def _start(self, capabilities: Capabilities, program: Program, side: Side | None) -> Start:
        one, now_s = self._programme, time.time()
        known = usable(one.contractions(), program, side, capabilities, now_s)
        return Start(program, one.profile, one.booked(), one.may_hold, side, known)

    async def _or_over(self, wanted: "asyncio.Future[Any]") -> Any:  # noqa: ANN401
        """Return what is wanted, unless the visit is over before. Raises as `run`."""
        try:
            await asyncio.wait((wanted, self._over), return_when=asyncio.FIRST_COMPLETED)
            if self._over.done():
                raise self._why(self._over.result())
            return wanted.result()
        finally:
            wanted.cancel()

    def _why(self, over: Over) -> Exception:
        if self._failure is not None:
            return self._failure
        if over.trouble is None:
            return Left("left before anything was played")
        return error_of(over.trouble)

    # --- what the control process tells ---------------------------------------------------

    def _hear(self, news: News) -> None:
        match news:
            case Connected():
                if not self._connected.done():
                    self._connected.set_result(news)
            case Favoured():
                self._run(self._oblige(news))
            case Playing():
                self._open()
            case Ready() | Vitals():
                self._keep(news)
            case Over():
                if not self._over.done():
                    self._over.set_result(news)
            case Stands() | Leased():
                pass  # this client knows both
            case Gap():
                self._audience.say(f"note: {news.samples} samples were left out of the picture")
            case _:
                self._hear_event(news)

    def _keep(self, measured: Ready | Vitals) -> None:
        if isinstance(measured, Vitals):
            self._vitals = measured
            return
        self._ready = measured
        for line in readiness(measured):
            self._audience.say(f"pre-flight: {line}")

    def _hear_event(self, event: Event) -> None:
        self._at_s = max(self._at_s, event.at_s)
        self._trace.hear(event)
        self._chronicle.hear(event)
        self._audience.hear(event)

    def _lose(self, why: Exception) -> None:
        """The control process is gone, or hangs: nobody is left who talks to the device."""
        if self._over.done():
            return
        if not self._shown:
            self._failure = ControlLost(f"{why}, and nothing was played")
            self._over.set_result(Over())
            return
        outcome = Outcome(
            result="fault",
            reason=Reason.CONTROL_LOST,
            duration_s=self._at_s,
            began_device_s=0.0,
            steps=self._chronicle.close(self._at_s),
        )
        self._trace.end_s = self._at_s
        self._over.set_result(Over(outcome=outcome, vitals=self._vitals))

    # --- the person, and whoever watches --------------------------------------------------

    def _run(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing, name="a favour")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _oblige(self, asked: Favoured) -> None:
        """Have the person do what is asked; whoever does not is not pressed on."""
        if self._attendant is None or self._remote is None:
            return
        try:
            match asked.favour:
                case Favour.PAD_OFF:
                    await self._attendant.take_pad_off()
                case Favour.PRESS_PAIN:
                    await self._attendant.press_pain()
                case Favour.PAD_ON:
                    await self._attendant.put_pad_on()
                case Favour.START:
                    await self._attendant.start()
        except Exception as error:  # noqa: BLE001  it is raised again when the visit is over
            if isinstance(error, DoorError):  # because it is just ending: that says why
                await asyncio.wait((self._over,), timeout=ENDING_S)
            if not self._over.done():
                self._failure = error
                self._remote.post(Release())
        else:
            self._remote.post(Done(asked.number))

    def _open(self) -> None:
        if self._fit is None or self._shown:
            return
        self._shown = True
        emulated = self._connected.result().capabilities.emulated
        self._audience.open(Scene(self._url, emulated, self._fit, lambda: self._vitals))

    def _close(self) -> None:
        if self._shown:
            self._audience.close()
