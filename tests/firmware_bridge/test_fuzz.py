"""A million frames that are random, harmed, or well-formed nonsense."""

import random

import pytest

from firmware_bridge import messages
from firmware_bridge.errors import BadFrame, UnknownMessage
from firmware_bridge.framing import MAX_BODY, MAX_PAYLOAD_UP, Deframer, seal, stuff, unseal

pytestmark = pytest.mark.slow


def flip(rng, frame):
    place = rng.randrange(len(frame))
    return frame[:place] + bytes([frame[place] ^ 1 << rng.randrange(8)]) + frame[place + 1 :]


def lose(rng, frame):
    place = rng.randrange(len(frame))
    return frame[:place] + frame[place + rng.randrange(1, 5) :]


def stutter(rng, frame):
    place = rng.randrange(len(frame))
    return frame[:place] + frame[max(0, place - 4) :]


def burst(rng, frame):
    place = rng.randrange(len(frame))
    return frame[:place] + rng.randbytes(8) + frame[place + 8 :]


def run_together(rng, frame):
    return frame[: rng.randrange(len(frame))] + frame


HARMS = [flip, lose, stutter, burst, run_together]


def test_half_a_million_harmed_frames_pass_for_no_other():
    rng = random.Random(1)
    bodies = [
        seal(rng.randrange(256), 3, i, rng.getrandbits(32), rng.randbytes(rng.randrange(64)))
        for i in range(256)
    ]
    frames = [stuff(body) for body in bodies]
    genuine = set(bodies)
    deframer = Deframer()
    came_through = 0
    for i in range(500_000):
        harmed = HARMS[i % 5](rng, frames[rng.getrandbits(8)])
        received = deframer.feed(harmed + b"\0")
        came_through += len(received)
        assert genuine.issuperset(received)
    assert deframer.bad > 300_000
    assert came_through < 200_000


def test_a_quarter_million_pieces_of_noise_are_no_frames():
    rng = random.Random(2)
    deframer = Deframer()
    while deframer.bad < 250_000:
        noise = rng.randbytes(60_000)
        assert deframer.feed(noise.replace(b"\x07", b"\0").replace(b"\x0b", b"\0")) == []


def test_a_quarter_million_well_formed_nonsenses_decode_or_say_why():
    rng = random.Random(3)
    kinds = [*messages.MESSAGES, 0x7F]
    understood = refused = 0
    for i in range(250_000):
        kind = kinds[i % len(kinds)]
        body = seal(kind, 0, i, 0, rng.randbytes(rng.randrange(MAX_PAYLOAD_UP)))
        assert len(body) <= MAX_BODY
        try:
            message = messages.decode(unseal(body)[0], body)
            assert kind == message.KIND
            understood += 1
        except (BadFrame, UnknownMessage):
            refused += 1
    assert understood > 100_000
    assert refused > 50_000
