"""Hypothesis strategies for everything that can be said on the wire."""

from hypothesis import strategies as st

from firmware_bridge import messages as m
from firmware_bridge.codes import Cause, Document, Gesture, Refusal, Role, Source, State

u8, u16, u32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
u64 = st.integers(0, 2**64 - 1)
i16 = st.integers(-(2**15), 2**15 - 1)
knots = st.lists(st.tuples(u8, u16, i16, i16), max_size=m.MAX_KNOTS)


def data(longest):
    return st.binary(max_size=longest)


BY_TYPE = {
    m.Hello: st.builds(m.Hello, u32, u8, u8),
    m.HelloAck: st.builds(
        m.HelloAck,
        major=u8, minor=u8, boot_nonce=u32, clock_us=u64, schema_crc=u32, features=u32,
        host_nonce=u32, latch_nonce=u32, max_payload=u16, queue_slots=u8,
        role=st.sampled_from(Role), state=st.sampled_from(State), cause=st.sampled_from(Cause),
        source=st.sampled_from(Source), epoch=u8,
    ),
    m.Ask: st.builds(m.Ask, st.sampled_from(Document), u16),
    m.Piece: st.builds(m.Piece, st.sampled_from(Document), u16, u16, data(200)),
    m.Ping: st.builds(m.Ping, u64),
    m.Pong: st.builds(m.Pong, u64, u64, u64, u16),
    m.Ack: st.builds(m.Ack, u8, u16),
    m.Nak: st.builds(m.Nak, u8, u16, st.sampled_from(Refusal)),
    m.Arm: st.builds(
        m.Arm,
        rise_level=u16, rise_rhythm=u16, fall_max=u16, static_max_s=u16, session_max_s=u16,
        effort_percent=u8, revision=u16,
        ceilings=st.lists(st.tuples(u8, i16), max_size=60).map(tuple),
    ),
    m.Disarm: st.builds(m.Disarm),
    m.Knots: st.builds(m.Knots, u16, u16, knots),
    m.Splice: st.builds(m.Splice, u16, u16, knots),
    m.StatusReport: st.builds(
        m.StatusReport,
        u16, u16, u16, u8, u8, u8, u32, u8, u8, u32, u8, u8, u16, u16, u16, u16, u8, u16,
    ),
    m.Samples: st.builds(m.Samples, u8, u32, u8, data(222)),
    m.Beat: st.builds(m.Beat, u32),
    m.Stop: st.builds(m.Stop, u16, st.sampled_from(Source)),
    m.StopAck: st.builds(
        m.StopAck, u16, st.sampled_from(Source), st.sampled_from(Cause), u32
    ),
    m.Clear: st.builds(m.Clear, u32),
    m.Act: st.builds(m.Act, st.sampled_from(Gesture)),
}  # fmt: skip

any_message = st.one_of(list(BY_TYPE.values()))
