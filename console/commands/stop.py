"""myoloop stop: every session of this machine, past anything that hangs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import msgspec
import typer

from console.documents import Stop, Stopped, Told
from console.exits import FAULT
from controller import words
from controller.announcing import announced
from controller.client import Client, DoorError
from firmware_bridge.lock import owners

ANSWER_S = 0.03
"""How long a session may take to answer before its device is told past it (wire, *Serial*)."""

END_S = 1.0
"""How long a session that has answered may take to end (E); a stop takes a few milliseconds."""


OneDevice = Annotated[
    str | None,
    typer.Option("--device", metavar="URL", help="Only what is at this address; else everything."),
]
"""Not `$MYOLOOP_DEVICE`: whoever says `stop` and no more means all that presses."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A session, or a program that holds a device without being one; `port` is what it holds."""

    pid: int
    url: str
    door: str
    port: str


def stop(device: OneDevice = None) -> Told:
    """Stop every session of this machine, or the device at one address.

    Each session is told through its socket. One that does not answer within 30 ms is overruled:
    the stop is written straight to its device.
    """
    found = [target for target in targets() if device is None or _is_at(target, device)]
    if device is not None and not found:
        stopped = [_past_the_session(device, None, "no session of this machine holds it")]
    elif found:
        with ThreadPoolExecutor(len(found)) as pool:
            stopped = list(pool.map(_stop, found))
    else:
        return Told(Stop(sessions=()), "nothing runs on this machine")
    confirmed = all(one.confirmed for one in stopped)
    lines = [f"{_mark(one)} {one.url}: {one.detail}" for one in stopped]
    return Told(Stop(sessions=tuple(stopped)), "\n".join(lines), 0 if confirmed else FAULT)


def targets() -> list[Target]:
    """Return everything on this machine that may be pressing."""
    ports = {owner.pid: owner for owner in owners()}
    found: list[Target] = []
    for session in announced():
        owner = ports.pop(session.pid, None)
        port = owner.url if owner is not None else ""
        url = session.url or port or f"session {session.session}"
        found.append(Target(pid=session.pid, url=url, door=session.door, port=port))
    alone = (Target(pid=o.pid, url=o.url, door=o.control, port=o.url) for o in ports.values())
    return [*found, *alone]


def _stop(target: Target) -> Stopped:
    try:
        outcome = _tell(target)
    except DoorError as error:
        return _past_the_session(target.port or target.url, target.pid, str(error))
    how = "before anything was played" if outcome is None else str(outcome)
    return Stopped(
        url=target.url,
        pid=target.pid,
        confirmed=True,
        path="session",
        detail=f"process {target.pid} has ended its session: {how}",
    )


def _tell(target: Target) -> words.Outcome | None:
    if not target.door:
        raise DoorError(f"process {target.pid} takes no orders")
    with Client(target.door, within_s=ANSWER_S) as session:
        session.order(words.Stop())
        return session.outcome(within_s=END_S)


def _past_the_session(url: str, pid: int | None, why: str) -> Stopped:
    """Tell the device itself."""
    from firmware_bridge.drivers import is_product
    from firmware_bridge.errors import LinkUnavailable
    from firmware_bridge.links.blunt import stop_device

    try:
        heeded = stop_device(url)
    except LinkUnavailable as error:
        heeded, why = False, f"{why}; {error}"
    if heeded and is_product(url):
        detail = f"{why}; connected to it, and switched it off as far as can be known"
    elif heeded:
        detail = f"{why}; told past it, the device has confirmed the stop"
    else:
        detail = f"{why}; NOT CONFIRMED by the device either: use its own stop button"
    path = "port" if heeded else "none"
    return Stopped(url=url, pid=pid, confirmed=heeded, path=path, detail=detail)


def _is_at(target: Target, url: str) -> bool:
    wanted = url.partition("?")[0]
    return url == target.url or wanted in (
        target.url.partition("?")[0],
        target.port.partition("?")[0],
    )


def _mark(one: Stopped) -> str:
    return "stopped" if one.confirmed else "NOT STOPPED"
