"""The firmware's twin: the same frames, the same promises, over a virtual body."""

import struct
from zlib import crc32

import msgspec
import numpy as np

from firmware_bridge.capabilities import Capabilities, encode_capabilities
from firmware_bridge.clock import unwrap
from firmware_bridge.codes import Cause, Document, Gesture, Refusal, Role, State
from firmware_bridge.errors import BadFrame, LinkError, UnknownMessage
from firmware_bridge.framing import MAX_PAYLOAD_DOWN, OVERHEAD, seal, unseal
from firmware_bridge.link import Link
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
    Message,
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

from . import motion, muscle, voice_coil
from .actuator import Actuator
from .airbag import Airbag
from .artefacts import disturb
from .body import Person
from .clockwork import Clockwork, DeviceTime
from .hardware import Pad
from .latch import Latch
from .life import Life
from .machine import LATCHED, Machine
from .motion import serial
from .muscle import Muscle
from .sensors import NoisySensor

SAMPLES_EVERY, SAMPLES_PHASE = 10, 9
STATUS_EVERY, STATUS_PHASE = 20, 14
"""Ticks after which a frame is due; STATUS comes 5 ms after SAMPLES. Over Bluetooth LE it comes
with each SAMPLES, so that the newest can lead every notification."""

PIECE_BYTES = 200
"""Bytes of a document in one PIECE, where the link carries as many."""

EPOCHS = 15
"""Epochs are numbered from 1: 0 is nobody's, and four bits hold no more (wire, *Frames*)."""

_BOUND = (Arm, Disarm, Clear, Knots, Splice, Beat)
"""What counts only under the owner's epoch."""

_FEEDING = (Knots, Splice, Beat)
"""What feeds the watchdog."""

_FREE_TO_TAKE = LATCHED | {State.IDLE}


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """How one twin differs from the next. `correction` switches the regulator's feedback off.

    `emg_channels` electrode pairs listen to the muscle, and with `ecg` to the heart as well.
    """

    boot_nonce: int
    boot_us: int = 0
    outfit: voice_coil.Outfit = voice_coil.Outfit()
    correction: bool = True
    ecg: bool = False


class Twin:
    """A virtual device with a person under it. Attach a link, and start it."""

    def __init__(
        self, person: Person, dice: np.random.Generator, time: DeviceTime, traits: Traits
    ) -> None:
        self._time = time
        self._traits = traits
        body_dice, muscle_dice = dice.spawn(2)  # what one draws must not change the others
        outfit = traits.outfit
        self._muscle = Muscle(muscle_dice, outfit.emg_channels, ecg=traits.ecg)
        _, *others = outfit.pads
        self._machine = Machine(
            _pad(person, dice, traits),
            Latch(lambda: int(dice.integers(1, 1 << 32))),
            Life(person, body_dice),
            boot_us=traits.boot_us,
            stroke=outfit.stroke,
            head=outfit.head,
            more_pads={channel: _pad(person, dice, traits) for channel in others},
            built_in=outfit.built_in,
        )
        self._machine.on_latched = self._end_epoch
        self._capabilities = voice_coil.capabilities(person.ppt_kpa, outfit=outfit)
        self._documents = {Document.CAPABILITIES: encode_capabilities(self._capabilities)}
        self._schema_crc = crc32(self._documents[Document.CAPABILITIES])
        self._clockwork = Clockwork(time, self._next_due, self.run_to)
        self._link: Link | None = None
        self._piece_bytes = PIECE_BYTES
        self._greeted = False
        self._epoch = self._last_epoch = 0
        self._owner: int | None = None
        self._seq = 0
        self._frames_stale = self._frames_odd = 0
        self._unknown: set[int] = set()

    def attach(self, link: Link) -> None:
        """Listen to a link; a lost one may be followed by another."""
        self._link = link
        self._machine.watch.air = link.kind == "ble"
        link.listen(self._hear, self._lose)

    def abandon(self) -> None:
        """The owner has hung up, whether or not others still listen."""
        self.run_to(self._time.tick(self._clockwork.now_s))
        self._machine.hang_up()
        self._end_epoch()

    @property
    def capabilities(self) -> Capabilities:
        """What it says of itself."""
        return self._capabilities

    @property
    def boot_nonce(self) -> int:
        """Tells this life from the next."""
        return self._traits.boot_nonce

    def start(self) -> None:
        """Let time pass."""
        self._clockwork.start()

    def stop(self) -> None:
        """Let no more time pass."""
        self._clockwork.stop()

    def run_to(self, tick: int) -> None:
        """Make ticks pass, and send what falls due on the way."""
        machine = self._machine
        while machine.tick < tick:
            machine.run_to(min(tick, self._next_due()))
            if machine.tick % SAMPLES_EVERY == SAMPLES_PHASE:
                machine.keep_truth()
                if machine.watch.air:
                    self._send_status()
                self._send_samples()
            elif machine.tick % STATUS_EVERY == STATUS_PHASE and not machine.watch.air:
                self._send_status()

    def _next_due(self) -> int:
        after = self._machine.tick + 1
        samples = after + (SAMPLES_PHASE - after) % SAMPLES_EVERY
        status = after + (STATUS_PHASE - after) % STATUS_EVERY
        return min(samples, status)

    # --- what the host says ---------------------------------------------------------------

    def _hear(self, body: bytes, at_s: float) -> None:
        kind, epoch, seq, t_us = unseal(body)
        message = self._understand(kind, seq, body)
        if message is None:
            return
        bound = isinstance(message, _BOUND)
        if bound and (epoch != self._epoch or epoch == 0):
            self._frames_stale = (self._frames_stale + 1) & 0xFFFF
            return
        tick = max(self._machine.tick, self._time.tick(at_s))
        if isinstance(message, _FEEDING):  # before time passes: a twin that slept must not fade
            self._machine.watch.hear(tick)
        self.run_to(tick)
        if not bound or epoch == self._epoch:
            self._answer(message, seq, t_us, at_s)

    def _understand(self, kind: int, seq: int, body: bytes) -> Message | None:
        try:
            return decode(kind, body)
        except UnknownMessage:
            self._wonder(kind, seq)
        except BadFrame:
            self._frames_odd = (self._frames_odd + 1) & 0xFFFF
            self._say(Nak(kind, seq, Refusal.MALFORMED))
        return None

    def _wonder(self, kind: int, seq: int) -> None:
        """Refuse a type once: a wire that echoes must not be answered for ever."""
        self._frames_odd = (self._frames_odd + 1) & 0xFFFF
        if kind not in self._unknown:
            self._unknown.add(kind)
            self._say(Nak(kind, seq, Refusal.UNSUPPORTED))

    def _answer(self, message: Message, seq: int, t_us: int, at_s: float) -> None:  # noqa: C901
        machine = self._machine
        match message:
            case Stop():
                machine.stop(Cause.STOP_FRAME, message.source, message.stop_id)
                latch = machine.latch
                self._say(StopAck(message.stop_id, message.source, latch.cause, latch.nonce))
            case Hello():
                self._say(self._greet(message))
            case Ping():
                received_us = self._time.us(at_s)
                self._say(Pong(message.host_us, received_us, received_us, self._boot16))
            case Ask():
                self._say(self._piece(message) or Nak(message.KIND, seq, Refusal.MALFORMED))
            case Act():
                self._act(message.gesture)
                self._say(Ack(message.KIND, seq))
            case Arm():
                self._reply(message.KIND, seq, machine.arm(message))
            case Disarm():
                self._reply(message.KIND, seq, machine.disarm())
            case Clear():
                self._reply(message.KIND, seq, machine.clear(message.nonce))
            case Beat():
                machine.watch.beat(machine.tick, message.judged)
            case Knots():
                self._extend(message, seq, t_us)
            case Splice():
                self._splice(message, seq, t_us)
            case _:  # what only a device says
                self._wonder(message.KIND, seq)

    def _act(self, gesture: Gesture) -> None:
        machine = self._machine
        if disturb(self._muscle.leads, gesture, self._muscle.sampled):
            machine.truth.tell(machine.now_us, f"leads {gesture.name}")
        else:
            machine.act(gesture)

    def _greet(self, hello: Hello) -> HelloAck:
        self._greeted = True
        role = Role.OWNER
        if hello.major != MAJOR:
            role = Role.VERSION
        elif self._owner not in (None, hello.host_nonce) and not self._may_be_taken:
            role = Role.BUSY
        elif self._owner != hello.host_nonce or self._epoch == 0:
            self._owner = hello.host_nonce
            self._epoch = self._last_epoch = self._last_epoch % EPOCHS + 1
        machine = self._machine
        return HelloAck(
            boot_nonce=self._traits.boot_nonce,
            clock_us=machine.now_us,
            schema_crc=self._schema_crc,
            features=0,
            host_nonce=hello.host_nonce,
            latch_nonce=machine.latch.nonce,
            max_payload=MAX_PAYLOAD_DOWN,
            queue_slots=motion.SLOTS,
            role=role,
            state=machine.state,
            cause=machine.latch.cause,
            source=machine.latch.source,
            epoch=self._epoch,
        )

    @property
    def _may_be_taken(self) -> bool:
        return self._machine.state in _FREE_TO_TAKE

    def _extend(self, message: Knots, seq: int, t_us: int) -> None:
        machine = self._machine
        if message.revision != machine.motion.revision:
            self._frames_stale = (self._frames_stale + 1) & 0xFFFF
            return
        refusal = machine.extend(message.first_index, unwrap(t_us, machine.now_us), message.knots)
        if refusal is not None:
            self._say(Nak(message.KIND, seq, refusal))

    def _splice(self, message: Splice, seq: int, t_us: int) -> None:
        machine = self._machine
        newer = serial(message.revision, machine.motion.revision)
        if newer < 0:
            self._frames_stale = (self._frames_stale + 1) & 0xFFFF
        elif newer > 0:
            at_us = unwrap(t_us, machine.now_us)
            refusal = machine.splice(message.revision, message.first_index, at_us, message.knots)
            if refusal is not None:
                self._say(Nak(message.KIND, seq, refusal))

    def _piece(self, ask: Ask) -> Piece | None:
        if ask.document is Document.TRUTH and ask.piece == 0:
            self._documents[Document.TRUTH] = self._truth()
        if ask.piece == 0 and self._link is not None:
            room = self._link.max_frame - OVERHEAD - Piece.LAYOUT.size
            self._piece_bytes = max(1, min(PIECE_BYTES, room))
        document = self._documents.get(ask.document, b"")
        start = ask.piece * self._piece_bytes
        pieces = -(-len(document) // self._piece_bytes)
        if ask.piece >= pieces:
            return None
        return Piece(ask.document, ask.piece, pieces, document[start : start + self._piece_bytes])

    def _truth(self) -> bytes:
        return self._machine.truth.document(self._machine.life.told())

    def _lose(self, error: LinkError) -> None:
        del error
        self._link = None
        self._greeted = False
        self.abandon()

    def _end_epoch(self) -> None:
        self._owner, self._epoch = None, 0

    # --- what the device says -------------------------------------------------------------

    def _reply(self, kind: int, seq: int, refusal: Refusal | None) -> None:
        self._say(Ack(kind, seq) if refusal is None else Nak(kind, seq, refusal))

    def _send_samples(self) -> None:
        taken: list[float] = []
        for pad in self._machine.pads.by_channel.values():
            regulated, independent = pad.taken
            taken += regulated
            taken += independent
            pad.taken = ([], [])
        emg = self._muscle.hop(self._machine.life.emg_uv)
        if not self._greeted:
            return
        pressures = [round(kpa * 100.0) for kpa in taken]
        data = emg + struct.pack(f"<{len(pressures)}h", *pressures)
        first = self._machine.tick - SAMPLES_PHASE
        start_us = self._machine.now_us - SAMPLES_PHASE * 1000
        self._say(Samples(0, first & 0xFFFFFFFF, muscle.HOP, data), start_us)

    def _send_status(self) -> None:
        if not self._greeted:
            return
        machine = self._machine
        queue, latch = machine.motion, machine.latch
        link = self._link
        bad = self._frames_odd + (link.frames_bad if link is not None else 0)
        report = StatusReport(
            queue.revision, queue.last_index, queue.gap_bitmap, queue.free_slots, machine.state,
            machine.flags, machine.now_us & 0xFFFFFFFF, latch.cause, latch.source, latch.nonce,
            machine.buttons, machine.pain_count, machine.faults, bad & 0xFFFF,
            self._frames_stale, queue.knots_lost, machine.fades, self._boot16,
        )  # fmt: skip
        self._say(report, machine.now_us)

    def _say(self, message: Message, t_us: int | None = None) -> None:
        """Send last, when all state is complete: the far end may answer before this returns."""
        if self._link is None:
            return
        self._seq = (self._seq + 1) & 0xFFFF
        stamp_us = self._machine.now_us if t_us is None else t_us
        body = seal(message.KIND, self._epoch, self._seq, max(0, stamp_us), message.pack())
        try:
            self._link.send(body)
        except LinkError:
            self._link = None

    @property
    def _boot16(self) -> int:
        return self._traits.boot_nonce & 0xFFFF


def _pad(person: Person, dice: np.random.Generator, traits: Traits) -> Pad:
    """Return a pad of the twin's kind, over a tissue of the person's."""
    sensors = NoisySensor(dice), NoisySensor(dice)
    if traits.outfit.device == "airbag":
        return Airbag(*sensors, dump=traits.outfit.dump)
    return Actuator(person.tissue, *sensors, correction=traits.correction)
