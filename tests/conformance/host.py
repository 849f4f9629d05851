"""A host that knows nothing but the wire: it says one message at a time, and keeps all it hears."""

import asyncio
from collections import Counter
from typing import NamedTuple

from firmware_bridge.clock import unwrap
from firmware_bridge.codes import Document, Role, Source, State
from firmware_bridge.framing import seal, unseal
from firmware_bridge.knots import END, RHYTHMIC
from firmware_bridge.messages import (
    MAJOR,
    Ack,
    Act,
    Arm,
    Ask,
    Beat,
    Clear,
    Disarm,
    Hello,
    HelloAck,
    Knots,
    Nak,
    Piece,
    Ping,
    Pong,
    Samples,
    Splice,
    StatusReport,
    Stop,
    StopAck,
    decode,
)
from firmware_bridge.setpoints import CAP, GAIN
from tests.conformance.truth import read_truth

PRESSURE = 2
RESOLUTION = {GAIN: 0.001, CAP: 0.01, PRESSURE: 0.01}
BOUND = (Arm, Disarm, Knots, Splice, Beat, Clear)
ANSWERS = {Hello: HelloAck, Ping: Pong, Ask: Piece, Stop: StopAck}

SEGMENT_MS = 50
AHEAD_US = 250_000
PATIENCE_S = 0.02


class Heard(NamedTuple):
    """A message, when it came (loop's time), its header, its stamp in 64 bits."""

    message: object
    at_s: float
    epoch: int
    seq: int
    stamp_us: int


def knot(channel, after_ms, value, slope=0.0, *, rhythmic=False, end=False):
    """Return a knot as the wire has it, from SI units."""
    unit = RESOLUTION.get(channel, 0.01)
    head = channel | (RHYTHMIC if rhythmic else 0) | (END if end else 0)
    limited = max(-32768, min(32767, round(slope / unit)))
    return head, round(after_ms * 10), round(value / unit), limited


def level(kpa, after_ms=100, *, gain=1.0, cap=40.0):
    """Return one knot for each channel that every session uses."""
    return [knot(GAIN, after_ms, gain), knot(CAP, after_ms, cap), knot(PRESSURE, after_ms, kpa)]


def arm_order(**changed):
    """Return an ARM that leaves all limits where they are compiled, but for what is changed."""
    said = {
        "rise_level": 1000, "rise_rhythm": 10000, "fall_max": 20000, "static_max_s": 300,
        "session_max_s": 2400, "effort_percent": 100, "revision": 0,
        "ceilings": ((PRESSURE, 4000),),
    } | changed  # fmt: skip
    return Arm(**said)


def _answers(answer, message, seq):
    if isinstance(answer, Ack | Nak):
        return (answer.kind, answer.seq) == (message.KIND, seq)
    return isinstance(answer, ANSWERS.get(type(message), ()))


def _function(curve):
    return curve if callable(curve) else lambda _: curve


class Host:
    """One host at one link. `epoch` is what HELLO_ACK gave it."""

    def __init__(self, far_end, nonce=0x1001):
        self.far_end = far_end
        self.nonce = nonce
        self.epoch = 0
        self.revision = self.index = 0
        self.heard = []
        self.stamp_us = 0
        self._stamped_s = 0.0
        self._latest = {}
        self._count = Counter()
        self._seq = 0
        self._loop = asyncio.get_running_loop()
        self._curves = {}
        self.listen()

    def listen(self):
        """Use the link that is open now."""
        self._link = self.far_end.link
        self._link.listen(self._hear, lambda _: None)

    def _hear(self, body, at_s):
        kind, epoch, seq, t_us = unseal(body)
        message = decode(kind, body)
        if isinstance(message, HelloAck):
            self.stamp_us = message.clock_us
        stamp_us = unwrap(t_us, self.stamp_us)
        if not isinstance(message, Samples):  # theirs is that of their first sample
            self.stamp_us, self._stamped_s = stamp_us, at_s
        self._latest[type(message)] = message
        self._count[type(message)] += 1
        self.heard.append(Heard(message, at_s, epoch, seq, stamp_us))

    # --- saying ---------------------------------------------------------------------------

    def say(self, message, *, epoch=None, t_us=0, more=b""):
        """Send one message, `more` appended to its payload; return its sequence number."""
        if epoch is None:
            epoch = self.epoch if isinstance(message, BOUND) else 0
        return self.say_raw(message.KIND, message.pack() + more, epoch=epoch, t_us=t_us)

    def say_raw(self, kind, payload, *, epoch=0, t_us=0):
        self._seq += 1
        self._link.send(seal(kind, epoch, self._seq, t_us, payload))
        return self._seq

    async def ask(self, message, **how):
        """Send one message and return what answers it; None if nothing does."""
        before = len(self.heard)
        seq = self.say(message, **how)
        until_s = self._loop.time() + PATIENCE_S
        while self._loop.time() < until_s:
            for heard in self.heard[before:]:
                if _answers(heard.message, message, seq):
                    return heard.message
            await self.far_end.wait(0.001)
        return None

    async def greet(self, nonce=None, major=MAJOR):
        """Say HELLO; keep the epoch if it makes an owner of us."""
        answer = await self.ask(Hello(self.nonce if nonce is None else nonce, major))
        if answer.role is Role.OWNER:
            self.epoch = answer.epoch
        return answer

    async def arm(self, **limits):
        """Greet and arm."""
        await self.greet()
        self.revision = self.index = 0
        assert isinstance(await self.ask(arm_order(**limits)), Ack)
        await self.report()

    async def splice(self, knots, *, after_ms=0.0, revision=None):
        """Replace the queue, `after_ms` from now; return NAK or None."""
        self.revision = (self.revision + 1 if revision is None else revision) & 0xFFFF
        first = (self.index + 1) & 0xFFFF
        self.index += len(knots)
        at_us = self.now_us + round(after_ms * 1000)
        return await self.ask(Splice(self.revision, first, knots), t_us=at_us)

    async def extend(self, knots, *, base_us=None, skip=0, revision=None):
        """Continue the queue, `skip` knots left out before; return NAK or None."""
        first = (self.index + 1 + skip) & 0xFFFF
        self.index += len(knots) + skip
        base_us = self.now_us if base_us is None else base_us
        revision = self.revision if revision is None else revision
        return await self.ask(Knots(revision, first, knots), t_us=base_us)

    async def stop(self, stop_id=1, source=Source.OPERATOR):
        return await self.ask(Stop(stop_id, source))

    async def clear(self, nonce=None):
        """Greet, then leave the latch."""
        await self.greet()
        return await self.ask(Clear(self.status.latch_nonce if nonce is None else nonce))

    async def act(self, gesture):
        return await self.ask(Act(gesture))

    def beat(self):
        """Say that we live, and have judged all that came."""
        self.say(Beat(self.last(Samples).first))

    # --- hearing --------------------------------------------------------------------------

    @property
    def now_us(self):
        """The device's clock, as far as we know."""
        return self.stamp_us + round((self._loop.time() - self._stamped_s) * 1e6)

    def all(self, kind):
        return [heard for heard in self.heard if isinstance(heard.message, kind)]

    def last(self, kind):
        return self._latest[kind]

    @property
    def status(self):
        return self.last(StatusReport)

    @property
    def state(self):
        return State(self.status.state)

    async def report(self):
        """Return the next STATUS."""
        before = self._count[StatusReport]
        while self._count[StatusReport] == before:
            await self.far_end.wait(0.001)
        return self.status

    async def wait(self, seconds):
        """Say nothing for a while."""
        await self.far_end.wait(seconds)

    async def live(self, seconds):
        """Say nothing but that we live."""
        until_s = self._loop.time() + seconds
        while self._loop.time() < until_s - 1e-9:
            self.beat()
            await self.far_end.wait(min(0.02, until_s - self._loop.time()))

    async def document(self, document):
        """Fetch a document, piece by piece."""
        first = await self.ask(Ask(document, 0))
        rest = [(await self.ask(Ask(document, piece))).data for piece in range(1, first.of)]
        return b"".join([first.data, *rest])

    async def truth(self):
        """Return what really happened under the pad."""
        return read_truth(await self.document(Document.TRUTH))

    # --- playing --------------------------------------------------------------------------

    async def play(self, seconds, *, pressure, gain=1.0, cap=40.0, rhythmic=False):
        """Play curves, numbers or functions of the seconds since the start, in a new revision.

        What is queued reaches a quarter of a second beyond the end. Return the device time of
        the start.
        """
        self._curves = {
            GAIN: _function(gain), CAP: _function(cap), PRESSURE: _function(pressure)
        }  # fmt: skip
        self._rhythmic = rhythmic
        start_us = self.now_us + 20_000
        self._origin_us, self._queued_us = start_us, start_us
        self.revision = (self.revision + 1) & 0xFFFF
        self._say_segment(Splice)
        while self.now_us < start_us + seconds * 1e6 - 500:
            while self._queued_us < self.now_us + AHEAD_US:
                self._say_segment(Knots)
            self.beat()
            await self.far_end.wait(min(0.02, (start_us - self.now_us) * 1e-6 + seconds))
        return start_us * 1e-6

    def _say_segment(self, kind):
        base_us = self._queued_us
        self._queued_us += SEGMENT_MS * 1000
        s, h = (self._queued_us - self._origin_us) * 1e-6, 1e-4
        knots = [
            knot(
                channel, SEGMENT_MS, curve(s), (curve(s + h) - curve(s - h)) / (2 * h),
                rhythmic=self._rhythmic and channel == PRESSURE,
            )
            for channel, curve in self._curves.items()
        ]  # fmt: skip
        first = (self.index + 1) & 0xFFFF
        self.index += len(knots)
        self.say(kind(self.revision, first, knots), t_us=base_us)
