"""myoloop stop: every session of this machine, past anything that hangs."""

from concurrent.futures import ThreadPoolExecutor

from console.documents import Stop, Stopped, Told
from console.exits import FAULT
from console.options import DeviceUrl
from controller import words
from controller.client import Client, DoorError
from firmware_bridge.lock import Owner, owners

ANSWER_S = 0.03
"""How long a session may take to answer before its device is told past it (wire, *Serial*)."""

END_S = 1.0
"""How long a session that has answered may take to end (E); a stop takes a few milliseconds."""


def stop(device: DeviceUrl = None) -> Told:
    """Stop every session of this machine, or the device at one address.

    Each session is told through its socket. One that does not answer within 30 ms is overruled:
    the stop is written straight to its device.
    """
    found = [owner for owner in owners() if device is None or _is_at(owner, device)]
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


def _stop(owner: Owner) -> Stopped:
    try:
        outcome = _tell(owner)
    except DoorError as error:
        return _past_the_session(owner.url, owner.pid, str(error))
    return Stopped(
        url=owner.url,
        pid=owner.pid,
        confirmed=True,
        path="session",
        detail=f"process {owner.pid} has ended its session: {outcome}",
    )


def _tell(owner: Owner) -> words.Outcome:
    if not owner.control:
        raise DoorError(f"process {owner.pid} takes no orders")
    with Client(owner.control, within_s=ANSWER_S) as session:
        session.order(words.Stop())
        return session.outcome(within_s=END_S)


def _past_the_session(url: str, pid: int | None, why: str) -> Stopped:
    """Tell the device itself."""
    from firmware_bridge.errors import LinkUnavailable
    from firmware_bridge.links.blunt import stop_device

    try:
        heeded = stop_device(url)
    except LinkUnavailable as error:
        heeded, why = False, f"{why}; {error}"
    if heeded:
        detail = f"{why}; told past it, the device has confirmed the stop"
    else:
        detail = f"{why}; NOT CONFIRMED by the device either: use its own stop button"
    path = "port" if heeded else "none"
    return Stopped(url=url, pid=pid, confirmed=heeded, path=path, detail=detail)


def _is_at(owner: Owner, url: str) -> bool:
    return owner.url.partition("?")[0] == url.partition("?")[0]


def _mark(one: Stopped) -> str:
    return "stopped" if one.confirmed else "NOT STOPPED"
