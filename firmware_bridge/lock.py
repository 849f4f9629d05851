"""Files that say what this user's processes are doing: the runtime folder, and who owns a port."""

import fcntl
import json
import os
import stat
import tempfile
from pathlib import Path

import msgspec


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The process that holds a port. `control` is the socket it takes orders on, if it has one."""

    pid: int
    url: str
    control: str = ""


def runtime_folder() -> Path:
    """Return this user's private folder for sockets, locks and announcements; make it if needed.

    Raises `PermissionError` if somebody else made it first, or may look into it.
    """
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if base.is_dir():
        folder = base / "myoloop"
    else:
        folder = Path(tempfile.gettempdir()) / f"myoloop-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    private = stat.S_ISDIR(about.st_mode) and stat.S_IMODE(about.st_mode) & 0o077 == 0
    if not private or about.st_uid != os.getuid():
        raise PermissionError(f"{folder} is not yours alone: remove it, or set XDG_RUNTIME_DIR")
    return folder


def is_alive(pid: int) -> bool:
    """Return whether there is a process `pid`."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_whole(file: Path, document: object) -> None:
    """Write `document` as JSON so that a reader sees all of it or nothing."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(document), "utf-8")
    draft.replace(file)


def hold(port: str, owner: Owner) -> None:
    """Say that `owner` holds `port`; again, with its control socket, once there is one.

    Only the process that has the port's lock may say so.
    """
    write_whole(_lock_file(port), msgspec.to_builtins(owner))


def take_orders_on(control: str) -> None:
    """Say of every port that this process holds on which socket it takes orders, "" for none."""
    for file in runtime_folder().glob("*.lock.json"):
        owner = _read(file)
        if owner is not None and owner.pid == os.getpid():
            write_whole(file, msgspec.to_builtins(msgspec.structs.replace(owner, control=control)))


def let_go(port: str) -> None:
    """Take back what this process said about `port`."""
    owner = owner_of(port)
    if owner is not None and owner.pid == os.getpid():
        _lock_file(port).unlink(missing_ok=True)


def owner_of(port: str) -> Owner | None:
    """Return who says that it holds `port`. What a dead process left behind is removed."""
    return _read(_lock_file(port))


def owners() -> list[Owner]:
    """Return the owners of all ports that this user's processes hold."""
    said = [_read(file) for file in sorted(runtime_folder().glob("*.lock.json"))]
    return [owner for owner in said if owner is not None]


def _read(file: Path) -> Owner | None:
    try:
        owner = msgspec.json.decode(file.read_bytes(), type=Owner)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    if is_alive(owner.pid):
        return owner
    file.unlink(missing_ok=True)
    return None


def claim(port: str) -> int | None:
    """Take the lock of a port that has none of its own, for as long as this process lives.

    Return a descriptor, which gives it back when it is closed; None if somebody else has it.
    """
    file = os.open(_lock_file(port).with_suffix(".held"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _lock_file(port: str) -> Path:
    path = os.path.realpath(port) if port.startswith("/") else port
    name = path.strip("/").replace("/", "-")
    return runtime_folder() / f"{name}.lock.json"
