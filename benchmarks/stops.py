"""STOP -> vent, over a pseudo-terminal, on the device's own clock."""

import asyncio
import contextlib
import random

import msgspec
from processes import not_allowed, said, scheduled, schedulings, twin
from round_trip import PACE_S, SIZE, Echo, echo
from table import Table, alone, p50_p99

from controller.fitting import Fit
from controller.play import prepare
from controller.session import Session
from controller.words import Event, Sampled
from firmware_bridge.codes import Document, Source
from firmware_bridge.discovery import open_device
from firmware_bridge.streamed import StreamedDevice
from sim.oracle import Truth, read_truth

TWINS = 4
"""Pressed and stopped at the same time, so that a hundred stops take little more than a minute."""

PRESS = """
format: myoloop-profile/1
id: press
revision: 1
title: Press
purpose: To be stopped.
evidence: None is needed.
region: lumbar_erector_spinae
needs: {channels: [pressure]}
limits: {pressure: 24 kPa, rise: 10 kPa/s, session: 1 min}
steps:
  - settle: {pressure: 15 kPa, for: 30 s}
"""

PRESSED_KPA = 14.8
"""What is felt when the 15 kPa are there, noise aside."""

VENT_S = 0.3
"""How long a stopped device is left alone: long enough to let go."""

TICK_S = 0.001
"""The device acts in ticks; a stop counts as done when its tick is over."""

NOTHING_KPA = 0.5


class Stopped(msgspec.Struct):
    """One stop: when it was said by the device's clock, and how long each answer took."""

    said_s: float
    uncertain_s: float
    acknowledged_s: float
    acted_s: float = 0.0
    zero_s: float = 0.0


def measure(quick: bool) -> Table:
    """Stop pressing twins again and again, beside an echo in the same loop."""
    how = schedulings()[-1]
    stops, echoes_s = asyncio.run(_run(how, 5 if quick else 25))
    uncertain_ms = max(stop.uncertain_s for stop in stops) * 1e3
    return Table(
        "STOP to vent from 15 kPa, over a pseudo-terminal, p50 / p99 in ms",
        (f"echo of {SIZE} bytes, same loop", "STOP to its acknowledgement",
         "STOP to the device's act", f"STOP to less than {NOTHING_KPA} kPa on the body"),
        ((
            p50_p99(echoes_s, 1e3),
            p50_p99([stop.acknowledged_s for stop in stops], 1e3),
            p50_p99([stop.acted_s for stop in stops], 1e3),
            p50_p99([stop.zero_s for stop in stops], 1e3, 0),
        ),),
        (
            f"{len(stops)} stops of {TWINS} twins at once, each in a session that holds 15 kPa; "
            f"both ends {said(how)}. The act is read from the device's own log and counted to the "
            f"end of its 1 ms tick (clock estimate within {uncertain_ms:.2f} ms); true pressure is "
            "kept every 10 ms. Goal for the act: p99 at most 10 ms, or twice the echo's; the rest "
            "of the way is mechanics." + not_allowed(),
        ),
    )  # fmt: skip


async def _run(how: str, each: int) -> tuple[list[Stopped], list[float]]:
    echoes_s: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        bare = await stack.enter_async_context(echo(how))
        urls = [await stack.enter_async_context(twin(how, seed)) for seed in range(TWINS)]
        devices = [await stack.enter_async_context(open_device(url)) for url in urls]
        fitted = prepare(PRESS, "press", devices[0].capabilities, {})
        stack.enter_context(scheduled(how))
        echoing = asyncio.create_task(_echo_on(bare, echoes_s))
        stops = await asyncio.gather(*(_stop_some(device, fitted, each) for device in devices))
        echoing.cancel()
    return [stop for some in stops for stop in some], echoes_s


async def _echo_on(bare: Echo, trips_s: list[float]) -> None:
    while True:
        await asyncio.sleep(PACE_S * 4)
        trips_s.append(await bare.trip_s())


async def _stop_some(device: StreamedDevice, fitted: Fit, times: int) -> list[Stopped]:
    stops = [await _stop(device, fitted) for _ in range(times)]
    truth = read_truth(await device.document(Document.TRUTH))
    for stop in stops:
        _judge(stop, truth)
    return stops


async def _stop(device: StreamedDevice, fitted: Fit) -> Stopped:
    loop = asyncio.get_running_loop()
    pressed = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Sampled) and event.pressure_kpa > PRESSED_KPA:
            pressed.set()

    playing = asyncio.create_task(Session(device, fitted, hear).run())
    await pressed.wait()
    await asyncio.sleep(random.uniform(0.0, 0.3))  # any phase of the device's tick
    began_s, said_s = loop.time(), device.clock.now_s
    device.halt(Source.OPERATOR)
    halted = await device.halted()
    stop = Stopped(said_s, device.clock.uncertainty_s, loop.time() - began_s)
    await playing
    await asyncio.sleep(VENT_S)
    await device.clear(halted.nonce)
    return stop


def _judge(stop: Stopped, truth: Truth) -> None:
    """Find in the device's own account what became of a stop."""
    heard_s = min(
        at_s for at_s, text in truth.events
        if text == "stop STOP_FRAME" and at_s > stop.said_s - 2 * TICK_S
    )  # fmt: skip
    stop.acted_s = heard_s + TICK_S - stop.said_s
    low = truth.times_s[(truth.times_s > stop.said_s) & (truth.true_kpa < NOTHING_KPA)]
    stop.zero_s = float(low[0]) - stop.said_s


if __name__ == "__main__":
    alone(measure)
