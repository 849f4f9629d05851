"""`sim://PRESET?seed=7`: a link whose far end is a virtual device, on a wire or on the air."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from firmware_bridge.children import signal_child
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.link import Link, LosesValues, OnFrame, OnLost, open_link
from firmware_bridge.links.memory import MemoryLink, pair

from .birth import Recipe, bear, recipe
from .mischief import Plan
from .model_link import ModelWire, connected
from .models import PRODUCTS
from .twin import Twin
from .virtual_time import VirtualTimeLoop

READY_WITHIN_S = 10.0
"""How long a twin's process may take to start (E: imports on a busy machine)."""

_READY = b"twin ready on "

GONE_WITHIN_S = 2.0
"""How long it may take to leave before it is killed (E)."""


async def open_sim(url: str) -> Link | ModelWire:
    """Open a link to a virtual device: in its own process, or, in virtual time, in memory.

    With `link=ble` it is on a virtual radio, in real time. A product that does not speak our
    protocol is always in memory. Raises `LinkUnavailable`.
    """
    wanted = recipe(url)
    if wanted.device in PRODUCTS:
        if wanted.link == "ble":
            raise LinkUnavailable(f"{wanted.device} is on no radio: leave link=ble out here")
        return connected(wanted)
    if isinstance(asyncio.get_running_loop(), VirtualTimeLoop):
        if wanted.link == "ble":
            raise LinkUnavailable("a virtual radio runs in real time: leave link=ble out here")
        return join(wanted)
    return await _open_process(wanted)


def join(wanted: Recipe) -> "TwinLink":
    """Return a link in memory to a twin that lives on this loop until the link is closed."""
    near, far = pair()
    twin = bear(wanted, asyncio.get_running_loop().time())
    twin.attach(far)
    twin.start()
    return TwinLink(near, far, twin)


class TwinLink:
    """A memory link that ends the twin at its far end when it is closed."""

    def __init__(self, near: MemoryLink, far: MemoryLink, twin: Twin) -> None:
        self._near, self._far, self._twin = near, far, twin
        self.kind = near.kind
        self.max_frame = near.max_frame
        self.send = near.send
        self.send_urgent = near.send_urgent

    @property
    def frames_bad(self) -> int:
        return self._near.frames_bad

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._near.listen(on_frame, on_lost)

    async def aclose(self) -> None:
        self._twin.stop()
        await self._near.aclose()
        await self._far.aclose()


class ProcessLink:
    """A link to a twin in a process of its own, which ends with it."""

    def __init__(self, link: Link, process: "TwinProcess") -> None:
        self._link, self._process = link, process
        self.kind = link.kind
        self.send = link.send
        self.send_urgent = link.send_urgent

    @property
    def max_frame(self) -> int:
        return self._link.max_frame

    @property
    def frames_bad(self) -> int:
        return self._link.frames_bad

    @property
    def values_lost(self) -> int:
        """Of a link that loses none, none."""
        return self._link.values_lost if isinstance(self._link, LosesValues) else 0

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._link.listen(on_frame, on_lost)

    async def aclose(self) -> None:
        await self._link.aclose()
        await self._process.aclose()


class TwinProcess:
    """A twin in a process of its own, behind a pseudo-terminal at `url`."""

    def __init__(
        self, url: str, process: asyncio.subprocess.Process, folder: contextlib.ExitStack
    ) -> None:
        self.url = url
        self._process, self._folder = process, folder

    async def aclose(self) -> None:
        """End it."""
        await _end(self._process)
        self._folder.close()


async def _open_process(wanted: Recipe) -> Link:
    process = await begin_process(wanted)
    try:
        return ProcessLink(await open_link(process.url), process)
    except BaseException:
        await process.aclose()
        raise


async def begin_process(wanted: Recipe, plan: Plan = (), baud: int | None = None) -> TwinProcess:
    """Start a twin in its own process; `plan` is what goes wrong with it. Raises as `open_sim`."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="myoloop-twin-")))
        more: list[str] = []
        if plan:
            (folder / "mischief.json").write_bytes(msgspec.json.encode(plan))
            more += ["--mischief", str(folder / "mischief.json")]
        if baud is not None:
            more += ["--baud", str(baud)]
        process, url = await _start(wanted, f"{wanted.link}:{folder / 'port'}", more)
        return TwinProcess(url, process, stack.pop_all())


async def _start(
    wanted: Recipe, place: str, more: list[str]
) -> tuple[asyncio.subprocess.Process, str]:
    """Start a twin there; return its process and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "sim.process", "--on", place,
        "--sim", wanted.address, "--priority", "fifo", "--until-eof", *more,
        stdin=asyncio.subprocess.PIPE,  # closed when this process ends, however it ends
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for whoever plays: the device stays until it is let go
    )  # fmt: skip
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            said = await process.stdout.readline() if process.stdout else b""
    except TimeoutError:
        said = b""
    if not said.startswith(_READY):
        await _end(process)
        raise LinkUnavailable("the virtual device's process did not start; `myoloop twin` says why")
    return process, said.removeprefix(_READY).decode().strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    signal_child(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(GONE_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
