"""One visit to a device: opened, looked over, played on, left. Orders are heard all the while."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from controller.fitting import Fit
from controller.preflight import Person, preflight
from controller.priority import urgent
from controller.service import Service, open_door
from controller.session import Session
from controller.words import (
    Accepted,
    Answer,
    Ended,
    Event,
    Order,
    Outcome,
    Rejected,
    Release,
    Stop,
)
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import Document, Source
from firmware_bridge.device import LinkStats
from firmware_bridge.discovery import Opened, open_device
from firmware_bridge.errors import BridgeError
from firmware_bridge.lock import owners, take_orders_on
from firmware_bridge.streamed import StreamedDevice

from .failures import Interrupted
from .trace import Trace


class Vitals(msgspec.Struct, frozen=True):
    """How the link and the tick do now; `late_s` grows while the session runs."""

    stats: LinkStats
    late_s: list[float]


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
    """A person beside the device who agrees to what is about to happen, then starts it."""

    async def agree(self) -> None: ...
    async def start(self) -> None: ...


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What is known afterwards. `truth` is the emulated body's own account."""

    url: str
    capabilities: Capabilities
    fit: Fit
    outcome: Outcome
    vitals: Vitals
    trace: Trace
    truth: bytes | None


class Sitting:
    """Plays one programme on one device."""

    def __init__(
        self,
        url: str,
        prepare: Callable[[Capabilities], Fit],
        attendant: Callable[[Opened, Fit], Attendant],
        audience: Audience,
    ) -> None:
        self._url = url
        self._prepare = prepare
        self._attendant = attendant
        self._audience = audience
        self._trace = Trace()
        self._task: asyncio.Task[object] | None = None
        self._device: Opened | None = None
        self._session: Session | None = None
        self._service: Service | None = None
        self._left = False

    def tell(self, order: Order) -> Answer:
        """Take an order. Before anything plays, stop and release end the visit."""
        if self._session is not None:
            return self._session.tell(order)
        if not isinstance(order, (Stop, Release)):
            return Rejected("nothing plays yet")
        if isinstance(order, Stop) and self._device is not None:
            self._device.halt(Source.OPERATOR)
        self._left = True
        if self._task is not None:
            self._task.cancel()
        return Accepted()

    def leave(self) -> None:
        """A person wants out: let go, then end. Saying it again changes nothing."""
        self.tell(Release())

    async def run(self) -> Visit:
        """Make the visit.

        Raises:
            Interrupted: somebody wanted out before anything was played.
            NotReady, NeedsPerson, BridgeError, and whatever `prepare` raises.
        """
        self._task = asyncio.current_task()
        try:
            async with open_device(self._url) as device, self._door():
                self._device = device
                return await self._visit(device)
        except asyncio.CancelledError:
            if self._left:
                raise Interrupted("left before anything was played") from None
            raise
        finally:
            self._device = None

    async def _visit(self, device: Opened) -> Visit:
        fit = self._prepare(device.capabilities)
        attendant = self._attendant(device, fit)
        await attendant.agree()
        with urgent():
            ready = await preflight(device, attendant)
            await attendant.start()
            session = Session(device, fit, self._hear, ready.zero_kpa)
            outcome = await self._play(session, device, fit)
        return Visit(
            url=self._url,
            capabilities=device.capabilities,
            fit=fit,
            outcome=outcome,
            vitals=Vitals(device.stats, session.late_s),
            trace=self._trace,
            truth=await _truth(device),
        )

    async def _play(self, session: Session, device: Opened, fit: Fit) -> Outcome:
        self._session = session
        self._audience.open(
            Scene(
                url=self._url,
                emulated=device.capabilities.emulated,
                fit=fit,
                vitals=lambda: Vitals(device.stats, session.late_s),
            )
        )
        try:
            return await session.run()
        finally:
            self._audience.close()

    def _hear(self, event: Event) -> None:
        self._trace.hear(event)
        self._audience.hear(event)
        if isinstance(event, Ended) and self._service is not None:
            self._service.end(event)

    @asynccontextmanager
    async def _door(self) -> AsyncGenerator[None]:
        """Take orders from other processes, where the device hangs on a port of this machine."""
        if not any(owner.pid == os.getpid() for owner in owners()):
            yield
            return
        async with open_door(self.tell) as (self._service, door):
            take_orders_on(door)
            yield


async def _truth(device: Opened) -> bytes | None:
    if not isinstance(device, StreamedDevice) or not device.capabilities.emulated:
        return None
    with contextlib.suppress(BridgeError):
        return await device.document(Document.TRUTH)
    return None
