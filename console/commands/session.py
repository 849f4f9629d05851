"""myoloop session: what runs on this machine, watched and told from elsewhere."""

import asyncio
from typing import Annotated

import typer

from console.documents import RunningSession, SessionList, SessionOrder, SessionWatch, Told
from console.exits import STOPPED
from console.onlooker import at_door, chosen
from console.options import NoDisplay, settings
from controller.announcing import Announced, announced
from controller.client import DoorError
from controller.troubles import ControlLost
from controller.visits import PLAYING
from controller.words import Ease, Mark, Order, Pain, Pause, Rejected, Resume
from firmware_bridge.errors import LinkError

SessionName = Annotated[
    str | None,
    typer.Option("--session", metavar="NAME", help="Its name, process or device, if several run."),
]


def list_sessions() -> Told:
    """List the sessions of this machine, and how far each is."""
    sessions = asyncio.run(_all())
    lines = [
        f"{one.session}  {one.standing or 'DOES NOT ANSWER'}  {one.device_url or 'no device yet'}"
        + (f"  {one.profile}" if one.profile else "")
        for one in sessions
    ]
    text = "\n".join(lines) or "no session runs on this machine"
    return Told(SessionList(sessions=sessions), text)


def watch(session: SessionName = None, *, no_display: NoDisplay = False) -> Told:
    """Watch a session until it ends. Ctrl-C ends the watching, and nothing else."""
    return asyncio.run(_watch(chosen(session), display=not no_display))


def pause(session: SessionName = None) -> Told:
    """Let go within a second, and wait for `session resume`, ten minutes at most."""
    return asyncio.run(_order(chosen(session), "pause", Pause()))


def pain(session: SessionName = None) -> Told:
    """Say that it hurts, as with the pain button: let go, wait, and press no more than now."""
    return asyncio.run(_order(chosen(session), "pain", Pain()))


def resume(session: SessionName = None) -> Told:
    """Go on after a pause: from nothing, slowly."""
    return asyncio.run(_order(chosen(session), "resume", Resume()))


def ease(
    share: Annotated[str, typer.Argument(metavar="SHARE", help="60%, or 0.6; 100% is all of it.")],
    session: SessionName = None,
) -> Told:
    """Press this share of the programme: down within half a second, up slowly."""
    return asyncio.run(_order(chosen(session), "ease", Ease(_share(share))))


def mark(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="A word to find it by.")],
    session: SessionName = None,
) -> Told:
    """Remember this instant by a word."""
    if not label.strip():
        raise typer.BadParameter(
            "a mark needs a word to find it by, as `myoloop session mark here`"
        )
    return asyncio.run(_order(chosen(session), "mark", Mark(label)))


def set_values(
    changes: Annotated[list[str], typer.Argument(metavar="NAME=VALUE", help="As depth=14kPa.")],
    session: SessionName = None,
) -> Told:
    """Move live parameters of what plays, up to what its author allows."""
    return asyncio.run(_set(chosen(session), settings(changes)))


# --- how it is done -----------------------------------------------------------------------------


async def _all() -> tuple[RunningSession, ...]:
    return tuple(await asyncio.gather(*(_one(session) for session in announced())))


async def _one(session: Announced) -> RunningSession:
    standing = profile = late_ms = None
    try:
        async with at_door(session, "watcher") as (_, seen):
            standing = seen.standing
            await seen.until(lambda: seen.vitals is not None, None)
            profile = seen.playing.program.id if seen.playing is not None else None
            late_ms = seen.vitals.late.p99_s * 1e3 if seen.vitals is not None else None
    except (DoorError, ControlLost, LinkError):
        pass  # it does not answer, or has just ended: what is known is told
    return RunningSession(
        session=session.session,
        pid=session.pid,
        device_url=session.url or None,
        standing=standing,
        profile=profile,
        tick_late_p99_ms=late_ms,
    )


async def _order(session: Announced, name: str, order: Order) -> Told:
    async with at_door(session, "operator") as (remote, _):
        answer = await remote.order(order)
    why = answer.why if isinstance(answer, Rejected) else None
    document = SessionOrder(session=session.session, order=name, accepted=why is None, why=why)
    if why is not None:
        return Told(document, f"{name} was not taken: {why}", STOPPED)
    return Told(document, f"{session.url or session.session}: {name}")


async def _set(session: Announced, changes: dict[str, str]) -> Told:
    from console.live import replacement

    async with at_door(session, "operator") as (_, seen):
        if seen.standing in PLAYING:
            await seen.until(lambda: seen.playing is not None, 2.0)
    if seen.connected is None or seen.playing is None:
        raise typer.BadParameter("nothing plays yet: give values to `myoloop run` with --set")
    return await _order(session, "set", replacement(seen.connected, seen.playing, changes))


async def _watch(session: Announced, *, display: bool) -> Told:
    from console.playing import EXIT_CODES
    from console.screens import watching
    from console.watcher import Watcher

    with watching(display=display) as audience:
        async with at_door(session, "watcher") as (_, seen):
            watcher = Watcher(seen, audience)
            try:
                await seen.until(lambda: seen.over is not None, None)
            finally:
                watcher.close()
    outcome = seen.over.outcome if seen.over is not None else None
    document = SessionWatch(
        session=session.session,
        device_url=session.url or None,
        outcome=outcome.result if outcome is not None else None,
        reason=outcome.reason.value if outcome is not None else None,
        samples_left_out=watcher.left_out,
    )
    if outcome is None:
        return Told(document, "nothing was played", STOPPED)
    return Told(document, f"outcome: {outcome}", EXIT_CODES[outcome.result])


def _share(text: str) -> float:
    """Return a share, 0..1. Raises `typer.BadParameter`."""
    try:
        number = float(text.strip().removesuffix("%")) / (100.0 if "%" in text else 1.0)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise typer.BadParameter(f'"{text}" is no share; write it as 60%, from 0% to 100%')
    return number
