"""What a serial port promises beyond the contract of links."""

import asyncio
import contextlib
import os
import termios

import pytest

from firmware_bridge.errors import LinkBusy, LinkUnavailable
from firmware_bridge.framing import MAX_BODY, MAX_PAYLOAD_DOWN, OVERHEAD, seal, stuff
from firmware_bridge.links import serial
from firmware_bridge.links.serial import open_serial
from firmware_bridge.lock import Owner, owner_of
from tests.firmware_bridge.wires import PtyFar, pty_wire, until

pytestmark = pytest.mark.wire

BODY = seal(1, 0, 0, 0, b"twenty bytes or so...")


async def test_a_spare_zero_follows_opening_and_every_quiet_while():
    async with pty_wire() as (link, far):
        link.send(BODY)
        link.send(BODY)
        await until(lambda: len(far.take()) == 2)
        await asyncio.sleep(0.05)
        link.send(BODY)
        await until(lambda: len(far.take()) == 3)
        frame = stuff(BODY)
        assert far.raw == b"\0" + frame + frame + b"\0" + frame


async def test_an_urgent_body_follows_a_zero_so_that_half_a_frame_cannot_swallow_it():
    async with pty_wire() as (link, far):
        os.write(link._fd, stuff(BODY)[:7])
        link.send_urgent(BODY)
        await until(far.take)
        assert far.take() == [BODY]


async def test_no_more_than_one_frame_waits_in_the_kernel():
    async with pty_wire("?baud=9600") as (link, far):
        for _ in range(6):
            link.send(BODY)
        assert len(far.take()) <= 2
        await until(lambda: len(far.take()) == 6)


@pytest.mark.parametrize(
    ("options", "longest"),
    [("?baud=115200", 55), ("", OVERHEAD + MAX_PAYLOAD_DOWN), ("?baud=460800", 228)],
)
async def test_no_frame_may_take_more_than_five_milliseconds_of_wire(options, longest):
    async with pty_wire(options) as (link, _):
        assert link.max_frame == longest <= MAX_BODY


async def test_a_device_that_takes_no_more_bytes_is_waited_for():
    async with pty_wire("?baud=4000000") as (link, far):
        fill(far.path)
        link.send(BODY)
        await asyncio.sleep(0.01)
        await until(lambda: BODY in far.take())


async def test_a_stop_gets_through_to_a_device_that_took_no_more_bytes():
    async with pty_wire("?baud=4000000") as (link, far):
        fill(far.path)
        for _ in range(5):
            link.send(BODY)
        urgent = seal(8, 0, 0, 0, b"let go!")
        link.send_urgent(urgent)
        await until(lambda: urgent in far.take())
        await until(lambda: BODY in far.take())
        assert far.take()[0] == urgent


async def test_closing_hangs_up_and_a_second_reader_is_no_end_of_the_device():
    async with pty_wire() as (_, far):
        other = os.open(far.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            assert termios.tcgetattr(other)[2] & termios.HUPCL
            with pytest.raises(BlockingIOError):
                os.read(other, 1)
        finally:
            os.close(other)


async def test_a_port_is_for_one_process_and_says_for_which():
    async with pty_wire() as (_, far):
        url = f"serial://{far.path}"
        assert owner_of(far.path) == Owner(pid=os.getpid(), url=url)
        with pytest.raises(LinkBusy, match=f"process {os.getpid()}"):
            await open_serial(url)
        assert owner_of(far.path) is not None
    assert owner_of(far.path) is None


async def test_a_port_that_somebody_holds_without_a_word_is_busy_too():
    far = PtyFar()
    holder = serial.Serial(far.path, exclusive=True)
    with pytest.raises(LinkBusy, match="another program"):
        await open_serial(f"serial://{far.path}")
    holder.close()
    far.near_end_is_open()
    await far.hang_up()


async def test_a_port_whose_device_is_gone_is_nobodys():
    async with pty_wire() as (link, far):
        losses = []
        link.listen(lambda *_: None, losses.append)
        await far.hang_up()
        await until(lambda: losses)
        assert owner_of(far.path) is None
        assert far.path in str(losses[0])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("serial:///dev/no-such-port", "plugged in"),
        ("serial:///dev/pts/4094", "plugged in"),
        ("serial:///dev/null", "no serial port"),
        ("serial:///tmp", "no serial port"),
        ("serial://ttyACM0", "write serial:///dev/ttyACM0"),
        ("serial:///dev/ttyACM0?baud=fast", "write serial:///dev/ttyACM0"),
        ("serial:///dev/ttyACM0?parity=even", "write serial:///dev/ttyACM0"),
    ],
)
async def test_what_cannot_be_opened_says_what_to_do(url, says):
    with pytest.raises(LinkUnavailable, match=says):
        await open_serial(url)


def test_a_port_that_may_not_be_opened_names_the_group_to_join():
    refusal = PermissionError(13, "Permission denied")
    assert "usermod -aG dialout" in str(serial._why_not("/dev/ttyACM0", 921600, refusal))


async def test_a_runtime_folder_that_others_may_see_is_not_used(runtime):
    runtime.mkdir(mode=0o755)
    far = PtyFar()
    with pytest.raises(LinkUnavailable, match="not yours alone"):
        await open_serial(f"serial://{far.path}")
    runtime.chmod(0o700)
    link = await open_serial(f"serial://{far.path}")
    await link.aclose()
    far.near_end_is_open()
    await far.hang_up()


def fill(path):
    """Write to a terminal until it takes no more."""
    port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(port, b"\x55" * 1000)
    os.close(port)
