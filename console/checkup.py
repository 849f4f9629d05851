"""What this machine is like for a session: looked at, measured, and judged."""

import grp
import os
import pwd
import shutil
import stat
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from controller.priority import Scheduling
from firmware_bridge.kernels import PLAIN
from firmware_bridge.lock import is_alive, owner_of, runtime_folder

from .documents import Finding

COARSE_S = 1e-6
"""A clock that is coarser blurs the round trip, which is known to some 0.1 ms (E)."""

USELESS_S = 1e-3
"""A clock that is coarser than a tick of the device cannot drive a session (E)."""

LATE_P99_S, LATE_MAX_S = 0.005, 0.05
"""A session would feel this: a tick late by half its period, and one after which nothing rises
(E, rules, *Supervisor's numbers*)."""

LOST_P99_S = 0.05
"""One tick in a hundred so late that nothing may rise: no session would get far (E)."""


_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"


class Tool(msgspec.Struct, frozen=True):
    """Something outside of Python. `used_by` is the command, or kind of address, that needs it.

    `where` is a path, or the name of a program.
    """

    name: str
    used_by: str
    where: str
    advice: str


TOOLS = (
    Tool("mosquitto", "mqtt", "mosquitto", "sudo apt install mosquitto, or name another broker"),
    Tool("dbus", "ble", "/run/dbus/system_bus_socket", "sudo apt install dbus"),
    Tool("bluetooth", "ble", "/sys/class/bluetooth/hci0", "plug an adapter in; apt install bluez"),
)


def clock() -> Finding:
    """Judge the clock that everything goes by."""
    about = time.get_clock_info("monotonic")
    return judge_clock(about.resolution, monotonic=about.monotonic)


def judge_clock(resolution_s: float, *, monotonic: bool) -> Finding:
    """Judge a clock by its step, in seconds."""
    found = f"monotonic, in steps of {resolution_s * 1e9:g} ns"
    if not monotonic or resolution_s > USELESS_S:
        wrong = found if monotonic else "may step back"
        return Finding("clock", "bad", wrong, "use another machine: nothing can be timed on this")
    if resolution_s > COARSE_S:
        return Finding("clock", "look", found, "round trips are only known to that")
    return Finding("clock", "ok", found)


def judge_scheduling(scheduling: Scheduling) -> Finding:
    """Judge how a session would be scheduled here."""
    if scheduling == "fifo":
        return Finding("scheduling", "ok", "SCHED_FIFO is allowed")
    found = {
        "nice": "no SCHED_FIFO, but a negative nice value",
        "normal": "neither SCHED_FIFO nor a negative nice value",
    }[scheduling]
    advice = (
        'echo "$USER - rtprio 20" | sudo tee /etc/security/limits.d/myoloop.conf, then log in '
        "again; in a systemd unit: LimitRTPRIO=20"
    )
    return Finding("scheduling", "look", found, advice)


def judge_ticks(ours_s: Sequence[float], bare_s: Sequence[float]) -> Finding:
    """Judge how late ticks were, beside a loop that only sleeps; in seconds."""
    p99_s, floor_s, most_s = _p99(ours_s), _p99(bare_s), max(ours_s)
    found = (
        f"p99 {p99_s * 1e3:.2f} ms late, {most_s * 1e3:.1f} ms at most; "
        f"a bare loop beside it: {floor_s * 1e3:.2f} ms"
    )
    advice = "end what else is busy here, and see scheduling"
    if p99_s > LOST_P99_S:
        return Finding("ticks", "bad", found, advice)
    if p99_s > LATE_P99_S or most_s > LATE_MAX_S:
        return Finding("ticks", "look", found, advice)
    return Finding("ticks", "ok", found)


def judge_kernels(*, wanted: bool, working: Mapping[str, bool]) -> Finding:
    """Judge the compiled kernels: by the name of what they do, whether each of them works."""
    if not wanted:
        advice = f"unset {PLAIN} to let what is compiled work: it does the same, faster"
        return Finding("kernels", "look", f"plain Python, as {PLAIN} asks for", advice)
    plain = [name for name, works in working.items() if not works]
    if not plain:
        return Finding("kernels", "ok", f"compiled: {', '.join(working)}")
    advice = "nothing, all works; install again where there is a C compiler, and it is faster"
    return Finding("kernels", "look", f"plain Python: {', '.join(plain)}", advice)


def ports(paths: Sequence[str]) -> Iterator[Finding]:
    """Yield for each serial port whether this user may open it."""
    if not paths:
        yield Finding("ports", "ok", "no serial port is plugged in")
    for path in paths:
        owner = owner_of(path)
        if owner is not None:
            yield Finding(f"port {path}", "ok", f"in use by process {owner.pid}")
        elif os.access(path, os.R_OK | os.W_OK):
            yield Finding(f"port {path}", "ok", "may be opened")
        else:
            group = _group(path)
            advice = f"sudo usermod -aG {group} $USER, then log in again"
            yield Finding(f"port {path}", "look", f"may be opened by group {group} only", advice)


def runtime() -> Finding:
    """Judge the folder in which sessions say where they are."""
    try:
        folder = runtime_folder()
    except OSError as error:
        return Finding("runtime folder", "bad", str(error), "`myoloop stop` finds no session so")
    about = folder.stat()
    mode = stat.S_IMODE(about.st_mode)
    found = f"{folder}, of {pwd.getpwuid(about.st_uid).pw_name}, mode {mode:03o}"
    stale = [file.name for file in sorted(folder.iterdir()) if _is_stale(file)]
    if not stale:
        return Finding("runtime folder", "ok", found)
    left = f"{found}; {len(stale)} left behind by dead processes, as {stale[0]}"
    return Finding("runtime folder", "look", left, "nothing: they are swept up in passing")


def tools(used: Collection[str]) -> Iterator[Finding]:
    """Yield what is there and what is missing of what `used` commands and addresses need."""
    for tool in TOOLS:
        if tool.used_by in used:
            there = _is_there(tool.where)
            found = f"needed by {tool.used_by}"
            yield (
                Finding(tool.name, "ok", found)
                if there
                else Finding(tool.name, "look", f"missing; {found}", tool.advice)
            )


def _is_there(where: str) -> bool:
    """Whether a path is there, or a program, among those of the system too."""
    if where.startswith("/"):
        return Path(where).exists()
    return shutil.which(where, path=f"{os.environ.get('PATH', '')}:{_SYSTEM}") is not None


def _is_stale(file: Path) -> bool:
    """Whether a file names a process, or is one's socket, that is not alive."""
    if file.suffix == ".sock":
        pid = file.name.partition("-")[0]
        return pid.isdecimal() and not is_alive(int(pid))
    if file.suffix == ".json":
        try:
            return not is_alive(msgspec.json.decode(file.read_bytes(), type=_Said).pid)
        except (OSError, msgspec.DecodeError):
            return True
    return False


class _Said(msgspec.Struct, frozen=True):
    pid: int


def _group(path: str) -> str:
    try:
        return grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]
