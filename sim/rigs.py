"""On what a story is played: a twin in memory in virtual time, one in a process, or any device."""

import asyncio
import difflib
import time
from typing import Protocol

import msgspec

from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import Document
from firmware_bridge.errors import BridgeError, LinkUnavailable
from firmware_bridge.link import Link, open_link
from firmware_bridge.links.memory import MemoryLink, pair
from firmware_bridge.streamed import connect

from .birth import Recipe, bear
from .link import TwinProcess, begin_process
from .mischief import Mischief, Plan
from .model_link import ModelWire
from .paced import PacedLink
from .virtual_time import VirtualTimeLoop

NAMED = ("virtual", "pty", "ble")
"""The rigs that have a name; any other is the address of a device."""

STALL_STEP_S = 0.005
"""In which steps a device goes on living while its host is held up (E)."""


class Rig(Protocol):
    """A device to play on.

    `waits`: its time does not wait for anybody. `ours`: it was made for this story, of its words.
    """

    waits: bool
    ours: bool

    async def open(self) -> Link:
        """Return a link to it. Raises `LinkError`."""
        ...

    def stall(self, for_s: float) -> None:
        """Hold this process up, and nothing else."""
        ...

    async def truth(self) -> bytes | None:
        """Return what the body under it felt; None where there is none to ask."""
        ...

    async def aclose(self) -> None:
        """End it."""
        ...


class VirtualRig:
    """A twin in memory, on a loop that jumps."""

    waits = False
    ours = True

    def __init__(self, recipe: Recipe, plan: Plan, baud: int | None) -> None:
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualTimeLoop):
            raise TypeError("this rig needs a VirtualTimeLoop")
        self._loop = loop
        self._twin = bear(recipe, loop.time())
        if plan:
            self._twin.suffer(Mischief(plan))
        self._baud = baud
        self._ends: tuple[MemoryLink, MemoryLink] | None = None

    async def open(self) -> Link:
        near, far = self._ends = pair()
        self._twin.attach(far)
        self._twin.start()
        return PacedLink(near, self._baud) if self._baud else near

    def stall(self, for_s: float) -> None:
        now_s = self._loop.time()
        steps = max(1, round(for_s / STALL_STEP_S))
        self._twin.stop()
        for step in range(1, steps + 1):
            self._loop.pass_to(now_s + for_s * step / steps)
            self._twin.catch_up(self._loop.time())
        self._twin.start()

    async def truth(self) -> bytes | None:
        return self._twin.truth

    async def aclose(self) -> None:
        self._twin.stop()
        for end in self._ends or ():
            await end.aclose()


class ProcessRig:
    """A twin in a process of its own, behind a pseudo-terminal or a virtual radio."""

    waits = True
    ours = True

    def __init__(self, recipe: Recipe, plan: Plan, baud: int | None) -> None:
        self._recipe, self._plan, self._baud = recipe, plan, baud
        self._process: TwinProcess | None = None

    async def open(self) -> Link:
        self._process = await begin_process(self._recipe, self._plan, self._baud)
        return await open_link(self._process.url)

    def stall(self, for_s: float) -> None:
        time.sleep(for_s)

    async def truth(self) -> bytes | None:
        return None if self._process is None else await _asked(self._process.url)

    async def aclose(self) -> None:
        if self._process is not None:
            await self._process.aclose()


class DeviceRig:
    """Whatever is at an address: what happens at the device's end is not ours to make."""

    waits = True
    ours = False

    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> Link:
        link = await open_link(self._url)
        if isinstance(link, ModelWire):
            await link.aclose()
            raise LinkUnavailable(
                f"{self._url} knows levels alone and hears no frames: a story is played on devices "
                "that speak our protocol, as sim://healthy_f"
            )
        return link

    def stall(self, for_s: float) -> None:
        time.sleep(for_s)

    async def truth(self) -> bytes | None:
        try:
            return await _asked(self._url)
        except BridgeError:
            return None

    async def aclose(self) -> None:
        """Leave it as it is."""


def rig_for(name: str, recipe: Recipe, plan: Plan, baud: int | None) -> Rig:
    """Return a rig by its name: virtual, pty, ble, or an address. Raises `LinkUnavailable`."""
    if name == "virtual":
        return VirtualRig(recipe, plan, baud)
    if name in ("pty", "ble"):
        link = "ble" if name == "ble" else "serial"
        slow = baud if name == "pty" else None
        return ProcessRig(msgspec.structs.replace(recipe, link=link), plan, slow)
    if "://" in name:
        check_spared(name, plan)
        return DeviceRig(name)
    raise LinkUnavailable(no_rig(name) or name)


def check_spared(url: str, plan: Plan) -> None:
    """Raise `LinkUnavailable` where a device at an address is to fail: that is not ours to make."""
    if plan:
        named = ", ".join(sorted({planned.fault.name() for planned in plan}))
        raise LinkUnavailable(
            f"{url} cannot be made to fail ({named}): play this scenario with --rig virtual, "
            "pty or ble"
        )


def no_rig(name: str) -> str | None:
    """Return why a name stands for no rig; None: it does, or is an address."""
    if name in NAMED or "://" in name:
        return None
    near = difflib.get_close_matches(name, NAMED, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return (
        f'"{name}" is no rig; there are {", ".join(NAMED)}, and the address of a device, as '
        f"serial:///dev/ttyACM0{hint}"
    )


async def capabilities_at(url: str) -> Capabilities:
    """Return what the device at an address has. Raises `BridgeError`."""
    device = await connect(await DeviceRig(url).open())
    try:
        return device.capabilities
    finally:
        await device.aclose()


async def _asked(url: str) -> bytes | None:
    device = await connect(await open_link(url))
    try:
        if not device.capabilities.emulated:
            return None
        return await device.document(Document.TRUTH)
    finally:
        await device.aclose()
