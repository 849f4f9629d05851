"""myoloop device: what is there, how it is, and out of the latch again."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import typer

from console.documents import (
    DeviceBundle,
    DeviceClear,
    DeviceInfo,
    DeviceList,
    FoundDevice,
    Latch,
    Told,
)
from console.failures import StoppedAgain
from console.options import DeviceUrl, Driver, driven, needed
from console.tables import table
from firmware_bridge.capabilities import Capabilities
from firmware_bridge.codes import State
from firmware_bridge.errors import BridgeError, DeviceRefused, LinkTimeout, LinkUnavailable
from firmware_bridge.ports import Found
from firmware_bridge.readings import Reading, Status

if TYPE_CHECKING:
    from firmware_bridge.discovery import Opened
    from firmware_bridge.products.product import Product

STATUS_WITHIN_S = 0.5
"""How long to wait for a device to say how it is: 25 times its period (E)."""

SCAN_S = 3.0
"""How long Bluetooth is looked for: a device advertises many times in it (E)."""

T = TypeVar("T")


def list_devices(
    *,
    scan: Annotated[
        float, typer.Option(min=0.0, max=30.0, help="Seconds to look for Bluetooth; 0: not.")
    ] = SCAN_S,
) -> Told:
    """List what can be opened: running virtual devices, serial ports, Bluetooth, `sim://`."""
    from firmware_bridge.ports import announced, serial_ports
    from sim.body import PRESETS

    near, notes = _near(scan) if scan else ([], ())
    devices = [
        FoundDevice(
            url=each.url,
            name=each.name,
            driver=each.driver,
            confidence=each.confidence,
            rssi=each.rssi,
            evidence=_evidence(each.driver),
        )
        for each in (*announced(), *near, *serial_ports())
    ]
    devices += [
        FoundDevice(
            url=f"sim://{name}?seed=7",
            name="simulated person",
            driver="sim",
            confidence=1.0,
        )
        for name in PRESETS
    ]
    rows = [
        (d.url, d.name, d.driver, f"{d.confidence:.0%}", _dbm(d.rssi), d.evidence or "")
        for d in devices
    ]
    text = table(("address", "what", "driver", "sure", "signal", ""), rows)
    return Told(DeviceList(devices=tuple(devices), notes=notes), "\n".join((text, *notes)))


def _near(for_s: float) -> tuple[list[Found], tuple[str, ...]]:
    """Return what is near by, and a line where that cannot be known."""
    from firmware_bridge.ports import near

    try:
        return asyncio.run(near(for_s)), ()
    except LinkUnavailable as error:
        return [], (str(error),)


def _evidence(driver: str) -> str | None:
    """Return what is known of a product's driver; None for devices of ours."""
    product = _product(driver)
    return None if product is None else product.evidence.mark


def _product(driver: str) -> "Product | None":
    from firmware_bridge.drivers import products

    return products().get(driver)


def _dbm(rssi: float | None) -> str:
    return "" if rssi is None else f"{rssi:g} dBm"


Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        metavar="FILE",
        help="Of a Bluetooth device that nobody knows: write what it shows, for a driver.",
    ),
]


def info(device: DeviceUrl = None, driver: Driver = None, bundle: Bundle = None) -> Told:
    """Say what a device has, what it is doing, and whether a stop is latched."""
    if bundle is not None:
        return _bundled(needed(device), bundle)
    url = driven(device, driver)

    async def ask(opened: "Opened") -> tuple[Capabilities, Status]:
        return opened.capabilities, await _status(opened)

    capabilities, status = _with_device(url, ask)
    latch = _latch(status)
    document = DeviceInfo(
        device_url=url,
        state=status.state.name.lower(),
        latch=latch,
        capabilities=msgspec.to_builtins(capabilities),
        evidence=_evidence(urlsplit(url).scheme),
    )
    return Told(document, _described(url, capabilities, document))


def _bundled(url: str, file: Path) -> Told:
    """Write a support bundle; nothing is ordered by that."""
    from firmware_bridge.links.bundle import bundle

    found = asyncio.run(bundle(url))
    file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    text = (
        f"{file}: what the device advertises and offers, without its address, the digits of its "
        "name and its maker's data. Look at it before you pass it on."
    )
    return Told(DeviceBundle(device_url=url, file=str(file)), text)


def clear(
    device: DeviceUrl = None,
    driver: Driver = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> Told:
    """Clear the latch that a stop has left. Nothing starts by that."""
    url = driven(device, driver)

    async def clear_it(opened: "Opened") -> Latch | None:
        latch = _latch(await _status(opened))
        if latch is not None:
            if not yes:
                await _agreed(f"{url} was latched by {_who(latch)}. Is everybody well? Clear it?")
            await _clear(opened, latch)
        return latch

    latch = _with_device(url, clear_it)
    if latch is None:
        document = DeviceClear(device_url=url, cleared=False, latch=None)
        return Told(document, f"{url}: nothing is latched")
    document = DeviceClear(device_url=url, cleared=True, latch=latch)
    return Told(document, f"{url}: cleared; it was latched by {_who(latch)}")


async def _clear(device: "Opened", latch: Latch) -> None:
    """Clear this latch, and none that came after it. Raises `StoppedAgain`."""
    try:
        await device.clear(latch.nonce)
    except DeviceRefused as error:
        if error.reason != "STALE_NONCE":
            raise
        raise StoppedAgain(
            "the device was stopped again while this was being asked: it stays stopped. See why, "
            "then clear that stop"
        ) from error


async def _status(device: "Opened") -> Status:
    """Return what the device says next. Raises `LinkTimeout`."""
    heard: asyncio.Future[Status] = asyncio.get_running_loop().create_future()

    def hear(reading: Reading) -> None:
        if isinstance(reading, Status) and not heard.done():
            heard.set_result(reading)

    def lose(error: BridgeError) -> None:
        if not heard.done():
            heard.set_exception(error)

    device.listen(hear, lose)
    try:
        async with asyncio.timeout(STATUS_WITHIN_S):
            return await heard
    except TimeoutError:
        raise LinkTimeout("the device greets, but does not say how it is") from None


async def _agreed(question: str) -> None:
    """Ask on the terminal, while the device is still listened to. Raises `typer.Abort`."""
    await asyncio.to_thread(typer.confirm, question, abort=True, err=True)


def _with_device(url: str, ask: Callable[["Opened"], Coroutine[Any, Any, T]]) -> T:
    from firmware_bridge.discovery import open_device

    async def visit() -> T:
        async with open_device(url) as device:
            return await ask(device)

    return asyncio.run(visit())


def _latch(status: Status) -> Latch | None:
    if status.state < State.STOPPED:
        return None
    return Latch(cause=status.cause.name.lower(), nonce=status.latch_nonce)


CAUSES = {
    "stop_frame": "a stop from a host",
    "stop_break": "a break on the serial line",
    "last_close": "a host that hung up in the middle",
    "stop_button": "its stop button",
    "link_lost": "a host that fell silent",
    "fault": "a fault it found in itself",
}


def _who(latch: Latch) -> str:
    return CAUSES.get(latch.cause, latch.cause)


def _described(url: str, capabilities: Capabilities, document: DeviceInfo) -> str:
    kind = "emulated" if capabilities.emulated else "real, as far as can be known"
    product = _product(urlsplit(url).scheme)
    latch = document.latch
    lines = [
        f"{capabilities.model} at {url}, {kind}",
        f"state: {document.state}" + (f", latched by {_who(latch)}" if latch else ""),
        "",
        table(
            ("channel", "range", "per second"),
            [
                (c.name, f"{c.low:g} to {c.high:g} {c.unit}", f"{c.max_rate:g}")
                for c in capabilities.channels
            ],
        ),
        "",
        *(_unmeasured(product, capabilities) if product is not None else ()),
    ]
    if product is not None:
        return "\n".join(lines)
    lines += [
        table(
            ("sensor", "rate", ""),
            [
                (s.name, f"{s.rate_hz:g} Hz", "independent" if s.independent else "")
                for s in capabilities.sensors
            ],
        ),
    ]
    return "\n".join(lines)


def _unmeasured(product: "Product", capabilities: Capabilities) -> list[str]:
    """Return what is known of somebody else's product, and what is not."""
    from controller.in_levels import goes_on

    evidence = product.evidence
    rest = goes_on(capabilities)
    return [
        f"{product.title}: it has no sensors, so its kPa are labels, shares of its strongest level",
        f"driver: {evidence.mark} ({evidence.source}); by us on an emulation only",
        f"nobody has tried: {'; '.join(evidence.unchecked)}",
        f"when the link is lost: {'it goes on ' + rest if rest else 'it lets go'}",
    ]
