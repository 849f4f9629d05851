"""Typed values to payloads and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import framing, messages
from firmware_bridge.codes import Cause, Refusal, Role, Source, State
from firmware_bridge.errors import BadFrame, UnknownMessage
from tests.firmware_bridge.strategies import BY_TYPE, any_message

OPEN_ENDED = (messages.Piece, messages.Samples)
"""Messages whose last field runs to the end of the frame."""


def body_of(message):
    return framing.seal(message.KIND, 3, 77, 123_456_789, message.pack())


def with_payload(kind, payload):
    return framing.seal(kind, 0, 0, 0, payload)


def test_every_message_has_a_strategy():
    assert set(BY_TYPE) == set(messages.MESSAGES.values())


@given(any_message)
def test_a_message_comes_back_as_it_was(message):
    assert messages.decode(message.KIND, body_of(message)) == message


@given(any_message)
def test_no_payload_is_longer_than_its_direction_allows(message):
    down = (messages.Arm, messages.Knots, messages.Splice)
    most = framing.MAX_PAYLOAD_DOWN if isinstance(message, down) else framing.MAX_PAYLOAD_UP
    assert len(message.pack()) <= most


@given(st.integers(0, 255), st.binary(max_size=framing.MAX_PAYLOAD_UP))
def test_any_payload_decodes_or_says_why(kind, payload):
    try:
        message = messages.decode(kind, with_payload(kind, payload))
        assert kind == message.KIND
    except UnknownMessage:
        assert kind not in messages.MESSAGES
    except BadFrame:
        assert kind in messages.MESSAGES


@given(any_message.filter(lambda m: not isinstance(m, OPEN_ENDED)), st.binary(max_size=20))
def test_fields_that_a_newer_version_appends_are_ignored(message, appended):
    body = with_payload(message.KIND, message.pack() + appended)
    assert messages.decode(message.KIND, body) == message


@given(any_message.filter(lambda m: m.pack() and not isinstance(m, OPEN_ENDED)), st.data())
def test_a_message_that_lacks_a_byte_is_bad(message, data):
    payload = message.pack()
    kept = data.draw(st.integers(0, len(payload) - 1))
    with pytest.raises(BadFrame):
        messages.decode(message.KIND, with_payload(message.KIND, payload[:kept]))


@pytest.mark.parametrize("kind", OPEN_ENDED)
def test_an_open_ended_message_needs_its_head(kind):
    head = bytes(kind.LAYOUT.size)
    assert messages.decode(kind.KIND, with_payload(kind.KIND, head)).data == b""
    with pytest.raises(BadFrame):
        messages.decode(kind.KIND, with_payload(kind.KIND, head[:-5]))


@pytest.mark.parametrize("kind", [messages.Hello, messages.HelloAck])
def test_a_greeting_without_the_magic_word_is_bad(kind):
    with pytest.raises(BadFrame, match="0x4c4d"):
        messages.decode(kind.KIND, with_payload(kind.KIND, bytes(kind.LAYOUT.size)))


def test_greetings_stops_beats_and_pings_fit_the_smallest_bluetooth_value():
    small = (messages.Hello, messages.Stop, messages.StopAck, messages.Beat, messages.Ping)
    assert max(kind.LAYOUT.size for kind in small) <= 8


def test_a_stop_counts_even_from_a_source_of_the_future():
    stop = messages.decode(messages.Stop.KIND, with_payload(messages.Stop.KIND, b"\x07\x00\xee"))
    assert stop == messages.Stop(7, Source.BYSTANDER)


def test_numbers_of_the_future_are_taken_for_the_most_careful_known_one():
    assert State(200) is State.FAULT
    assert Role(200) is Role.VERSION
    assert Cause(200) is Cause.FAULT
    assert Refusal(200) is Refusal.UNSUPPORTED


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        (messages.Hello(0x11223344), "4d4c010244332211"),
        (messages.Stop(0x0102, Source.OPERATOR), "020102"),
        (messages.StopAck(0x0102, Source.OPERATOR, Cause.STOP_BREAK, 5), "0201020205000000"),
        (messages.Beat(1000), "e8030000"),
        (messages.Nak(0x10, 2, Refusal.TOO_FAR), "10020005"),
        (
            messages.Splice(2, 9, [(0x40, 250, 1000, -1)]),
            "0200" "0900" "01" "40fa00e803ffff",
        ),
        (messages.Samples(0, 20, 10, b"\xfe\xff"), "00140000000afeff"),
    ],
)  # fmt: skip
def test_the_bytes_of_the_wire_do_not_change(message, payload):
    assert message.pack().hex() == payload
