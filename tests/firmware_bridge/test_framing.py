"""Bodies to bytes on a wire and back, whatever the wire does."""

from itertools import pairwise
from zlib import crc32

from hypothesis import example, given
from hypothesis import strategies as st

from firmware_bridge import framing
from firmware_bridge.framing import MAX_BODY, MAX_PAYLOAD_UP, Deframer, seal, stuff, unseal
from tests.firmware_bridge.strategies import u8, u16, u32

bodies = st.builds(
    seal, u8, st.integers(0, 255), u16, u32, st.binary(max_size=MAX_PAYLOAD_UP)
)  # fmt: skip
overlong = st.integers(MAX_BODY + 2, 1000).map(lambda n: b"\x55" * n)
garbage = st.one_of(st.binary(max_size=40), overlong, st.just(b"\0"))


def cut(data, places):
    """Return the pieces of `data` between the given places."""
    edges = [0, *sorted(p % (len(data) + 1) for p in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(bodies)
def test_a_frame_has_no_zero_but_its_last_byte(body):
    frame = stuff(body)
    assert frame.index(0) == len(frame) - 1
    assert len(frame) == len(body) + 2


@given(st.lists(bodies, max_size=5), st.lists(st.integers(0, 5000), max_size=12))
def test_frames_cut_and_joined_any_way_give_the_same_bodies(sent, places):
    stream = b"".join(map(stuff, sent))
    deframer = Deframer()
    received = [body for piece in cut(stream, places) for body in deframer.feed(piece)]
    assert received == sent
    assert deframer.bad == 0


@given(st.lists(st.tuples(garbage, bodies), max_size=5), st.lists(st.integers(0, 9000)))
@example([(b"\x55" * 1000, seal(1, 0, 0, 0, b""))], list(range(100, 1000, 100)))
@example([(b"\x55" * 1000 + b"\0" + b"\x55" * 300, seal(1, 0, 0, 0, b""))], [900])
def test_each_frame_that_follows_a_zero_is_delivered_exactly_once(parts, places):
    stream = b"".join(noise + b"\0" + stuff(body) for noise, body in parts)
    deframer = Deframer()
    received = [body for piece in cut(stream, places) for body in deframer.feed(piece)]
    assert received == [body for _, body in parts]


@given(st.lists(st.binary(max_size=400)))
def test_whatever_comes_out_has_a_good_checksum_and_a_header(pieces):
    deframer = Deframer()
    for piece in pieces:
        for body in deframer.feed(piece):
            assert framing.OVERHEAD <= len(body) <= MAX_BODY
            assert crc32(body[:-4]) == int.from_bytes(body[-4:], "little")


@given(bodies, st.data())
def test_a_frame_with_a_changed_byte_is_counted_and_dropped(body, data):
    frame = bytearray(stuff(body))
    place = data.draw(st.integers(0, len(frame) - 2))
    frame[place] ^= data.draw(st.integers(1, 255))
    deframer = Deframer()
    assert deframer.feed(bytes(frame)) == []
    assert deframer.bad >= 1


def test_spare_zeros_are_not_garbage():
    deframer = Deframer()
    assert deframer.feed(b"\0\0\0" + stuff(seal(1, 0, 0, 0, b"")) + b"\0") != []
    assert deframer.bad == 0


def test_four_bytes_with_a_good_checksum_are_no_frame():
    deframer = Deframer()
    assert deframer.feed(stuff(crc32(b"").to_bytes(4, "little"))) == []
    assert deframer.bad == 1


def test_an_endless_piece_is_counted_once_and_not_hoarded():
    deframer = Deframer()
    for _ in range(100):
        assert deframer.feed(b"\x55" * 100) == []
    assert deframer.bad == 1
    assert deframer.feed(b"\0") == []
    assert deframer.bad == 1
    body = seal(1, 0, 0, 0, b"")
    assert deframer.feed(stuff(body)) == [body]


@given(u8, st.integers(0, 15), st.integers(-5, 2**20), st.integers(-5, 2**40))
def test_a_header_keeps_the_low_bits_of_number_and_time(kind, epoch, seq, t_us):
    opened = unseal(seal(kind, epoch, seq, t_us, b""))
    assert opened == (kind, epoch, seq % 2**16, t_us % 2**32)


def test_flags_of_the_future_do_not_disturb_the_epoch():
    assert unseal(seal(1, 0xA3, 0, 0, b""))[1] == 3


def test_the_bytes_of_a_frame_do_not_change():
    body = seal(0x08, 0, 5, 0, bytes.fromhex("020102"))
    assert body.hex() == "0800050000000000020102" + crc32(body[:-4]).to_bytes(4, "little").hex()
    assert stuff(body).hex() == "020802050101010108020102e591426f00"
