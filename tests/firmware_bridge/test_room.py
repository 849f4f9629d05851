"""Whether a wire carries what a device has to say."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import LinkTooSlow
from firmware_bridge.links.memory import pair
from firmware_bridge.room import BAUDS, ROOM_FACTOR, check_room, enough_baud
from firmware_bridge.streamed import connect
from sim.birth import bear, recipe
from sim.voice_coil import capabilities

TWO = capabilities({}, stroke=False)
"""Two EMG channels, as the twin has them."""

EIGHT = msgspec.structs.replace(TWO, uplink_bytes_s=TWO.uplink_bytes_s + 6 * 10 * 2 * 100)
"""Six channels more: ten samples of two bytes, a hundred times a second."""


def test_two_emg_channels_fill_four_fifths_of_115200():
    assert TWO.uplink_bytes_s / 11_520 == pytest.approx(0.8, abs=0.02)
    check_room(TWO, 11_520)


def test_eight_are_refused_there_with_the_baud_that_would_do():
    with pytest.raises(LinkTooSlow, match="460800 baud would do"):
        check_room(EIGHT, 11_520)
    check_room(EIGHT, 46_080)


@given(st.floats(1.0, 1e6), st.sampled_from(BAUDS))
def test_the_baud_it_names_is_the_lowest_that_is_not_refused(uplink_bytes_s, baud):
    device = msgspec.structs.replace(TWO, uplink_bytes_s=uplink_bytes_s)
    lowest = enough_baud(device)
    if baud / 10 >= ROOM_FACTOR * uplink_bytes_s:
        check_room(device, baud / 10)
        assert lowest <= baud
    else:
        with pytest.raises(LinkTooSlow, match=f"{lowest} baud" if lowest else "no common"):
            check_room(device, baud / 10)
        assert lowest is None or lowest > baud


async def test_whoever_meets_a_device_over_too_slow_a_wire_is_told_and_hangs_up():
    near, far = pair()
    twin = bear(recipe("sim://healthy_f?seed=7"), asyncio.get_running_loop().time())
    twin.attach(far)
    twin.start()
    slow = SlowWire(near)
    with pytest.raises(LinkTooSlow, match="115200 baud would do"):
        await connect(slow)
    twin.stop()
    assert slow.is_closed


class SlowWire:
    """A wire that says how slow it is."""

    bytes_s = 5760.0

    def __init__(self, link):
        self.kind, self.max_frame = link.kind, link.max_frame
        self.frames_bad = 0
        self.send, self.send_urgent, self.listen = link.send, link.send_urgent, link.listen
        self._link = link
        self.is_closed = False

    async def aclose(self):
        self.is_closed = True
        await self._link.aclose()
