"""What Bluetooth stacks do to whoever uses them, and what the link makes of it.

The pitfalls are those that were met on real ones; for each there is a test here, or a line in
PROTOCOL.md, *Bluetooth LE*, that says why none is possible without hardware.
"""

import asyncio
import contextlib
import gc

import pytest
from bleak.exc import BleakError

from firmware_bridge import gatt
from firmware_bridge.codes import Source, State
from firmware_bridge.errors import LinkClosed, LinkUnavailable
from firmware_bridge.framing import seal
from firmware_bridge.links import ble, ble_client, ble_scan
from firmware_bridge.links.ble import meet_over
from firmware_bridge.messages import Beat, Hello, Knots, Splice, Stop
from firmware_bridge.streamed import connect
from sim.radio import Air
from tests.firmware_bridge.ble.ground import NAME, until
from tests.tools import needed

pytestmark = pytest.mark.wire

FAST = Air(interval_s=0.0)


def news(number):
    return seal(0x20, 0, number, 0, bytes(20))


class Ears:
    def __init__(self, link):
        self.bodies, self.losses = [], []
        link.listen(lambda body, _: self.bodies.append(body), self.losses.append)


@pytest.mark.parametrize("air", [FAST])
async def test_ten_visits_leave_no_second_voice_no_task_and_nothing_that_grows(place):
    tasks = None
    for visit in range(10):
        link = await place.link()
        ears = Ears(link)
        if visit % 2:  # every other ends by a loss that nobody asked for
            place.device.link.say_raw(gatt.bundle(0, [news(visit)]))
            await until(lambda ears=ears: ears.bodies)
            place.radio.cut()
            await until(lambda ears=ears: ears.losses)
        else:
            place.device.link.say_raw(gatt.bundle(0, [news(visit)]))
            await until(lambda ears=ears: ears.bodies)
        await asyncio.sleep(0.01)
        assert ears.bodies == [news(visit)]
        await link.aclose()
        await asyncio.sleep(0.15)
        gc.collect()
        if visit == 2:
            tasks = len(asyncio.all_tasks())
    assert len(asyncio.all_tasks()) <= tasks


@pytest.mark.parametrize("air", [FAST])
async def test_a_gap_is_counted_and_survived_and_a_repeat_is_one(place):
    link = await place.link()
    ears = Ears(link)
    for number in (0xFFFE, 0xFFFF, 2, 2, 1, 3):
        place.device.link.say_raw(gatt.bundle(number, [news(number)]))
    await until(lambda: news(3) in ears.bodies)
    assert ears.bodies == [news(0xFFFE), news(0xFFFF), news(2), news(3)]
    assert link.values_lost == 2
    await link.aclose()


@pytest.mark.parametrize("air", [FAST])
async def test_what_is_no_frame_is_counted_and_survived(place):
    link = await place.link()
    ears = Ears(link)
    place.device.link.say_raw(b"\x55")
    place.device.link.say_raw(gatt.bundle(0, [news(1)])[:-1])
    place.device.link.say_raw(gatt.bundle(1, [news(2)]))
    await until(lambda: ears.bodies)
    assert ears.bodies == [news(2)]
    assert link.frames_bad == 2
    await link.aclose()


async def test_a_device_that_falls_silent_is_lost_whatever_the_stack_believes(place, monkeypatch):
    monkeypatch.setattr(ble, "SILENT_S", 0.4)
    device = await connect(await place.link())
    failures = []
    device.listen(lambda _: None, failures.append)
    place.radio.fall_silent(2.0)  # still connected, by its supervision timeout
    await until(lambda: failures)
    assert isinstance(failures[0], LinkClosed)
    assert "said nothing" in str(failures[0])
    await device.aclose()


async def test_a_daemon_that_dies_says_nothing_and_is_noticed_by_the_next_write(make_place):
    needed("dbus-daemon")
    place = await make_place("bluez", Air(interval_s=0.0075))
    device = await connect(await place.link())
    failures = []
    device.listen(lambda _: None, failures.append)
    await place.bluez.die()
    device.beat(1)
    await until(lambda: failures)
    assert isinstance(failures[0], LinkClosed)
    await device.aclose()


async def test_a_device_switched_off_while_it_is_connected_to_is_one_clear_line(place, monkeypatch):
    monkeypatch.setattr(ble_client, "CONNECT_S", 0.4)
    monkeypatch.setattr(ble, "BACKOFF_S", (0.01, 0.01))
    found = await ble_scan.find(NAME, place.host, 2.0)
    await place.device.aclose()
    seen = ble_scan.find
    monkeypatch.setattr(ble, "find", lambda *_: _given(found))
    with pytest.raises(LinkUnavailable, match="could not be connected to in 3 attempts"):
        await meet_over(NAME, place.host)
    monkeypatch.setattr(ble, "find", seen)
    with pytest.raises(LinkUnavailable, match="is it switched on"):
        await meet_over("nobody", place.host, 0.2)
    await place.device.switch_on()
    link = await place.link()  # nothing of the attempts is left in the way
    await link.aclose()


async def _given(found):
    return found


async def test_a_first_attempt_that_fails_is_followed_by_another(place, monkeypatch):
    attempts = []
    read_info = ble_client.Connection._read_info

    async def hang_up_once(self):
        attempts.append(self)
        if len(attempts) == 1:
            place.radio.cut()
        await read_info(self)

    monkeypatch.setattr(ble_client.Connection, "_read_info", hang_up_once)
    link = await place.link()
    assert len(attempts) == 2
    await link.aclose()


async def test_a_stop_overtakes_orders_that_wait_and_a_disconnect_never_delays_it(place):
    if place.bluez:
        place.bluez.disconnect_s = 1.0
    link = await place.link()
    for number in range(40):
        link.send(seal(Hello.KIND, 0, number, 0, Hello(number).pack()))
    link.send_urgent(seal(Stop.KIND, 0, 99, 0, Stop(1, Source.OPERATOR).pack()))
    hanging_up = asyncio.ensure_future(link.aclose())
    await until(lambda: place.state is State.STOPPED, 0.5)
    await hanging_up


@pytest.mark.parametrize("air", [Air(interval_s=0.05)])
async def test_few_writes_are_out_at_once_and_the_newest_splice_wins(place):
    link = await place.link()
    heard = []
    place.twin._hear = lambda body, _: heard.append(body)
    place.device.link.listen(place.twin._hear, lambda _: None)
    out = most = 0
    write = link._connection.write

    async def counted(uuid, body, *, response):
        nonlocal out, most
        out += 1
        most = max(most, out)
        try:
            await asyncio.sleep(0.02)  # a stack that takes its time
            await write(uuid, body, response=response)
        finally:
            out -= 1

    link._connection.write = counted
    spoken = [seal(Knots.KIND, 1, n, 0, Knots(0, n, []).pack()) for n in range(6)]
    spoken += [seal(Splice.KIND, 1, 6, 0, Splice(1, 0, []).pack())]
    spoken += [seal(Beat.KIND, 1, 7, 0, Beat(1).pack()), seal(Beat.KIND, 1, 8, 0, Beat(2).pack())]
    spoken += [seal(Splice.KIND, 1, 9, 0, Splice(2, 0, []).pack())]
    for body in spoken:
        link.send(body)
    await until(lambda: spoken[9] in heard)
    await asyncio.sleep(0.1)
    assert most == ble.AT_ONCE
    assert heard == [spoken[0], spoken[1], spoken[8], spoken[9]]
    await link.aclose()


@pytest.mark.parametrize("air", [FAST])
async def test_a_late_voice_of_an_old_connection_says_nothing_to_a_new_one(place):
    first = await place.link()
    old = Ears(first)
    place.radio.cut()
    await until(lambda: old.losses)
    await first.aclose()
    second = await place.link()
    new = Ears(second)
    first._connection._hear(gatt.DATA, bytearray(gatt.bundle(0, [news(1)])))
    first._connection._lose(None)
    await asyncio.sleep(0.01)
    assert not new.bodies
    assert not new.losses
    assert len(old.losses) == 1
    await second.aclose()


@pytest.mark.parametrize("air", [FAST])
async def test_a_value_that_starts_at_20_bytes_may_grow(place, monkeypatch):
    sizes = iter([20, 20, 20])
    grown = ble_client.Connection.value_size
    monkeypatch.setattr(
        ble_client.Connection,
        "value_size",
        property(lambda self: next(sizes, None) or grown.fget(self)),
    )
    link = await place.link()
    assert link.max_frame > 200
    await link.aclose()


@pytest.mark.parametrize("air", [FAST])
async def test_what_a_characteristic_does_not_offer_is_refused_at_once(place):
    link = await place.link()
    with contextlib.suppress(LinkClosed), pytest.raises(BleakError):
        await link._connection.write(gatt.INFO, b"x", response=True)
    await link.aclose()
