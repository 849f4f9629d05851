"""Plays a story on a rig: connect, pre-flight, session, and a little time to see it at rest."""

import asyncio
import contextlib

import msgspec
import numpy as np

from controller.ears import ears_for
from controller.fitting import CannotPlay, Fit
from controller.preflight import NotReady, SimulatedPerson, preflight
from controller.priority import urgent
from controller.session import Session
from controller.words import Event, Outcome, Replace, Sampled
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.errors import (
    BridgeError,
    LinkBusy,
    LinkTimeout,
    LinkUnavailable,
    VersionMismatch,
)
from firmware_bridge.streamed import StreamedDevice, connect
from profiles.problems import Refused

from .happenings import Moved, Told
from .harmed_link import HarmedLink
from .host_side import HostSide, at_device
from .likeness import check_alike
from .mischief import LEAD_S
from .oracle import AT_ZERO_KPA, Truth, of_the_hardest, read_truth
from .performance import Performance, Signal, in_order, of_body, of_parts
from .rehearsal import prepared, rehearse
from .rigs import Rig, rig_for
from .scenario import Story
from .telling import text_of
from .unbegun import that_came, unbegun
from .virtual_time import run as run_virtually

CHAMBER_REST_KPA = 2.0
"""What a chamber may still press a second after it was let go (E, rules, *Devices that differ*)."""

AFTER_S = 2.0
"""How long a body is watched after its session (E)."""

MOST_S = 3600.0
"""No story is longer than this, whatever happens in it (E)."""

HALF_BATCH_S = 0.005
"""A batch is told this much after its middle (D)."""

_KINDS: tuple[tuple[type[BridgeError], str], ...] = (
    (LinkBusy, "busy"),
    (LinkUnavailable, "unavailable"),
    (LinkTimeout, "silent"),
    (VersionMismatch, "version"),
    (BridgeError, "not_understood"),
)


class Ending(msgspec.Struct, frozen=True):
    """How a visit ended, with or without a session."""

    outcome: str
    reason: str
    message: str = ""
    steps: tuple[str, ...] = ()
    began_device_s: float | None = None
    ended_s: float = 0.0


def perform(story: Story, rig: str = "virtual") -> Performance:
    """Play a story on a rig by its name: virtual, pty, ble, or the address of a device.

    Raises:
        ProfileProblems: its profile cannot be played like this: there is none, or it has mistakes.
        LinkUnavailable: there is no such rig, or it cannot be made to fail like this.
    """
    run = run_virtually if rig == "virtual" else asyncio.run
    return run(perform_on(story, rig))


async def perform_on(story: Story, rig: str) -> Performance:
    """Play a story on this loop. Raises as `perform` does."""
    stage = Stage(story, rig_for(rig, story.recipe, at_device(story), story.baud))
    try:
        async with asyncio.timeout(MOST_S):
            return await stage.play()
    finally:
        await stage.aclose()


class Stage:
    """One story, one rig."""

    def __init__(self, story: Story, rig: Rig) -> None:
        self._story, self._rig = story, rig
        self._values = dict(story.values)
        self._loop = asyncio.get_running_loop()
        self._link: HarmedLink | None = None
        self._host: HostSide | None = None
        self._device: StreamedDevice | None = None
        self._fit: Fit | None = None
        self._sites: dict[str, str] = {}
        self._met_s: float | None = None
        self._session: Session | None = None
        self._playing: asyncio.Task[Outcome] | None = None
        self._killed = False
        self._dying: asyncio.Task[None] | None = None
        self._events: list[tuple[float, str]] = []
        self._sampled: list[Sampled] = []

    async def play(self) -> Performance:
        """Play it to its end. Raises as `perform` does."""
        began_s = self._loop.time()
        link = self._link = HarmedLink(await self._rig.open())
        self._host = HostSide(self._story, self._rig, link, self._order, self._kill)
        self._host.prepare()
        ending = await self._visit(link)
        await asyncio.sleep(AFTER_S)
        self._host.close()
        truth = await self._truth()
        return self._told(ending, truth, self._loop.time() - began_s)

    async def aclose(self) -> None:
        """Leave nothing behind."""
        if self._host is not None:
            self._host.close()
        if self._device is not None:
            with contextlib.suppress(BridgeError):
                await self._device.aclose()
        elif self._link is not None:
            await self._link.aclose()
        await self._rig.aclose()

    # --- the visit ------------------------------------------------------------------------

    async def _visit(self, link: HarmedLink) -> Ending:
        try:
            device = self._device = await connect(link)
            self._met_s = device.clock.now_s
            if not self._rig.ours:
                check_alike(self._story.recipe, device.capabilities)
            self._sites = _sites(device.capabilities)
            fit = self._fit = rehearse(self._story, device.capabilities)
            ears = ears_for(fit.program, device.capabilities)
            with urgent() if self._rig.waits else contextlib.nullcontext():
                ready = await preflight(device, SimulatedPerson(device), ears)
                self._session = Session(device, fit, self._hear, ready.zero_kpa, ears)
                self._playing = asyncio.ensure_future(self._session.run())
                return _ended(await self._playing)
        except NotReady as error:
            return Ending("not_ready", error.obstacle.value, str(error))
        except Refused as error:
            return Ending("refused", error.reason.value, str(error))
        except CannotPlay as error:
            return Ending("refused", "unplayable", str(error))
        except BridgeError as error:
            reason = next(name for kind, name in _KINDS if isinstance(error, kind))
            return Ending("no_device", reason, str(error))
        except asyncio.CancelledError:
            if not self._killed:
                raise
            last_s = self._sampled[-1].at_s if self._sampled else 0.0
            return Ending("killed", "killed", ended_s=last_s)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Sampled):
            if not self._sampled and self._host is not None:
                self._host.begin(event.at_s + HALF_BATCH_S)
            self._sampled.append(event)
        elif (text := text_of(event)) is not None:
            self._events.append((event.at_s, text))

    # --- what is done to it ---------------------------------------------------------------

    def _order(self, name: str, told: Told) -> None:
        del name
        if self._session is None or self._device is None:
            return
        if isinstance(told, Moved):
            self._values |= told.values  # what was moved before stays moved
            told = Replace(prepared(self._story, self._device.capabilities, self._values).program)
        self._session.tell(told)

    def _kill(self) -> None:
        self._killed = True
        if self._link is not None:
            self._dying = asyncio.ensure_future(self._link.die())
        if self._playing is not None:
            self._playing.cancel()

    # --- afterwards -----------------------------------------------------------------------

    @property
    def _since_s(self) -> float:
        """The device time before which the truth is of others: a device of ours has met nobody."""
        return 0.0 if self._rig.ours else self._met_s or 0.0

    async def _truth(self) -> Truth | None:
        if not self._rig.ours and self._met_s is None:
            return None
        if self._rig.waits and self._device is not None:  # one host at a time
            with contextlib.suppress(BridgeError):
                await self._device.aclose()
            self._device = None
        try:
            document = await self._rig.truth()
        except BridgeError:
            return None
        return None if document is None else read_truth(document)

    def _told(self, ending: Ending, told: Truth | None, simulated_s: float) -> Performance:
        truth = None if told is None else of_the_hardest(told)
        zero_s = _zero_s(ending, truth, self._since_s)
        felt = [] if truth is None else [(at_s - zero_s, text) for at_s, text in truth.events]
        host = [] if self._host is None else self._host.events
        events = in_order((*self._events, *host, *felt))
        never = tuple(
            unbegun(self._story.happens, events, ending.ended_s, device_told=truth is not None)
        )
        return Performance(
            outcome=ending.outcome,
            reason=ending.reason,
            message=ending.message,
            steps=ending.steps,
            events=tuple(that_came(events, never, ending.ended_s)),
            unbegun=never,
            signals={
                **_of_session(self._sampled),
                **({} if truth is None else of_body(truth, zero_s)),
                **({} if told is None else of_parts(told, zero_s, self._sites)),
            },
            rest_kpa=CHAMBER_REST_KPA if self._story.recipe.device == "airbag" else AT_ZERO_KPA,
            envelope_kpa=self._fit.program.envelope.pressure_kpa.value if self._fit else 0.0,
            ended_s=ending.ended_s,
            simulated_s=simulated_s,
            trace_sha256=self._link.trace_sha256 if self._link else "",
            truth=truth,
            zero_s=zero_s,
        )


def _ended(outcome: Outcome) -> Ending:
    return Ending(
        outcome.result,
        outcome.reason.value,
        steps=tuple(step.outcome for step in outcome.steps),
        began_device_s=outcome.began_device_s,
        ended_s=outcome.duration_s,
    )


def _zero_s(ending: Ending, truth: Truth | None, since_s: float) -> float:
    """Return the device time at which the session began, else when it was armed since a time."""
    if ending.began_device_s is not None:
        return ending.began_device_s
    if truth is None:
        return 0.0
    armed_s = [at_s for at_s in truth.all("state ARMED") if at_s >= since_s]
    return armed_s[0] + LEAD_S if armed_s else max(since_s, truth.start_s)


def _sites(capabilities: Capabilities) -> dict[str, str]:
    """Return where the pads lie that say so, by what the oracle calls them."""
    channels = capabilities.channels
    return {
        f"pad {one.id}": one.site for one in channels if one.quantity == "pressure" and one.site
    }


def _of_session(sampled: list[Sampled]) -> dict[str, Signal]:
    """Return what the session told, by the names of signals."""
    at_s = np.array([one.at_s for one in sampled])
    signals = {
        "pressure": Signal(at_s, np.array([one.pressure_kpa for one in sampled])),
        "target": Signal(at_s, np.array([one.target_kpa for one in sampled])),
    }
    if sampled and sampled[0].emg_uv:
        signals["emg"] = Signal(at_s, np.array([max(one.emg_uv) for one in sampled]))
    return signals
