"""A private D-Bus: a bus daemon of its own on a socket of its own, gone when it is left."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from firmware_bridge.children import signal_child
from firmware_bridge.errors import LinkUnavailable

ADDRESS_VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS"
"""Where every D-Bus library looks for the system's bus (V, D-Bus specification)."""

_READY_WITHIN_S = 5.0

_FIFO_PRIORITY = 20
"""As the twin's process: a busy machine must not hold up what a radio would not (E)."""

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
"""


def daemon() -> str | None:
    """Return where dbus-daemon is, None where it is not installed."""
    return shutil.which("dbus-daemon")


@asynccontextmanager
async def private_bus() -> AsyncGenerator[str]:
    """Run a bus for this user; give its address. Raises `LinkUnavailable` without a dbus-daemon."""
    program = daemon()
    if program is None:
        raise LinkUnavailable(
            "there is no dbus-daemon here: on Debian, apt-get install dbus-daemon"
        )
    with tempfile.TemporaryDirectory(prefix="myoloop-bus-") as folder:
        socket, configuration = Path(folder) / "bus", Path(folder) / "bus.conf"
        configuration.write_text(_CONFIGURATION.format(socket=socket), "utf-8")
        process = await asyncio.create_subprocess_exec(
            program, f"--config-file={configuration}", "--nofork", "--nopidfile", "--nosyslog",
            "--print-address=1",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        _hurry(process.pid)
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                said = await process.stdout.readline() if process.stdout else b""
            if not said:
                raise LinkUnavailable("dbus-daemon did not start")
            yield f"unix:path={socket}"
        finally:
            signal_child(process, signal.SIGTERM)
            await process.wait()


def _hurry(pid: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(_FIFO_PRIORITY))
