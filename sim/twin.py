"""The firmware's twin: the same frames, the same promises, over a virtual body."""

import struct

import msgspec
import numpy as np

from firmware_bridge.capabilities import Capabilities, encode_capabilities
from firmware_bridge.clock import unwrap
from firmware_bridge.codes import Cause, Gesture, Refusal, Role, State
from firmware_bridge.errors import BadFrame, LinkError, UnknownMessage
from firmware_bridge.framing import MAX_PAYLOAD_DOWN, MAX_PAYLOAD_UP, OVERHEAD, seal, unseal
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
    Ping,
    Pong,
    Samples,
    Splice,
    Stop,
    StopAck,
    decode,
)

from . import motion, muscle, voice_coil
from .artefacts import disturb
from .beside import beside_pads
from .body import Person
from .clockwork import Clockwork, DeviceTime
from .latch import Latch
from .life import Life
from .machine import LATCHED, Machine
from .mischief import Mischief
from .motion import serial
from .muscle import Muscle
from .pads import pad_over
from .papers import Papers
from .rounds import SAMPLES_EVERY, SAMPLES_PHASE, STATUS_EVERY, STATUS_PHASE, next_due
from .status import status_report
from .traits import Traits

EPOCHS = 15
"""Epochs are numbered from 1: 0 is nobody's, and four bits hold no more (wire, *Frames*)."""

_BOUND = (Arm, Disarm, Clear, Knots, Splice, Beat)
"""What counts only under the owner's epoch."""

_FEEDING = (Knots, Splice, Beat)
"""What feeds the watchdog."""

_FREE_TO_TAKE = LATCHED | {State.IDLE}


class Twin:
    """A virtual device with a person under it. Attach a link, and start it.

    `time` is its crystal, `muscle` what its electrodes are on.
    """

    def __init__(
        self, person: Person, dice: np.random.Generator, time: DeviceTime, traits: Traits
    ) -> None:
        self.time = time
        self._traits = traits
        body_dice, muscle_dice = dice.spawn(2)  # what one draws must not change the others
        outfit = traits.outfit
        self.muscle = Muscle(muscle_dice, outfit.emg_channels, ecg=traits.ecg)
        _, *others = outfit.pads
        self._machine = Machine(
            pad_over(person, dice, traits),
            Latch(lambda: int(dice.integers(1, 1 << 32))),
            Life(person, body_dice),
            boot_us=traits.boot_us,
            stroke=outfit.stroke,
            beside=beside_pads(outfit, dice),
            more_pads={channel: pad_over(person, dice, traits) for channel in others},
            built_in=outfit.built_in,
        )
        self._machine.on_latched = self._end_epoch
        self._capabilities = voice_coil.capabilities(person.ppt_kpa, outfit=outfit)
        self._papers = Papers(encode_capabilities(self._capabilities), lambda: self.truth)
        self._clockwork = Clockwork(time, self._next_due, self.run_to)
        self._link: Link | None = None
        self._greeted = False
        self._epoch = self._last_epoch = 0
        self._owner: int | None = None
        self._seq = 0
        self._frames_stale = self._frames_odd = 0
        self._unknown: set[int] = set()
        self._dark = False
        self._mischief: Mischief | None = None
        self._major = MAJOR
        self._schema_off = 0

    @property
    def machine(self) -> Machine:
        """The device without its wire."""
        return self._machine

    def suffer(self, mischief: Mischief) -> None:
        """From now on things go wrong, as planned; the plan begins when it is first armed."""
        self._mischief = mischief
        mischief.prepare(self)

    def misfit(self, *, version: bool, capabilities: bool) -> None:
        """Speak another major version, or announce other capabilities than it has."""
        self._major = MAJOR + 1 if version else MAJOR
        self._schema_off = 1 if capabilities else 0

    def catch_up(self, at_s: float) -> None:
        """Live up to a time of the loop."""
        self.run_to(self.time.tick(at_s))

    def go_dark(self) -> None:
        """Lose power: nothing is pressed, heard or said."""
        self._dark = True
        self._machine.lose_power()

    def restart(self) -> None:
        """Boot anew, with another nonce and a clock at zero."""
        self._dark = False
        self.time.jump(-self._machine.now_us)
        self._machine.reset()
        self._end_epoch()
        self._greeted = False
        nonce = self._traits.boot_nonce % 0xFFFFFFFF + 1
        self._traits = msgspec.structs.replace(self._traits, boot_nonce=nonce)

    def jump(self, by_us: int) -> None:
        """Let its clock say another time from now on."""
        self.time.jump(by_us)
        self._machine.jump(by_us)

    @property
    def truth(self) -> bytes:
        """The TRUTH document as it is now."""
        return self._machine.truth.document(self._machine.life.told())

    def attach(self, link: Link) -> None:
        """Listen to a link; a lost one may be followed by another."""
        self._link = link
        self._machine.watch.air = link.kind == "ble"
        link.listen(self._hear, self._lose)

    def abandon(self) -> None:
        """The owner has hung up, whether or not others still listen."""
        self._clockwork.wake(self._clockwork.now_s)
        self.run_to(self.time.tick(self._clockwork.now_s))
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
            if self._mischief is not None:
                self._mischief.strike(self, machine.tick)
            if machine.tick % SAMPLES_EVERY == SAMPLES_PHASE:
                machine.keep_truth()
                if machine.beside.empty:
                    self.go_dark()
                if machine.watch.air:
                    self._send_status()
                self._send_samples()
            elif machine.tick % STATUS_EVERY == STATUS_PHASE and not machine.watch.air:
                self._send_status()

    def _next_due(self) -> int:
        after = self._machine.tick + 1
        due = next_due(after)
        return due if self._mischief is None else min(due, max(after, self._mischief.next_tick))

    # --- what the host says ---------------------------------------------------------------

    def _hear(self, body: bytes, at_s: float) -> None:
        if self._dark:
            return
        kind, epoch, seq, t_us = unseal(body)
        message = self._understand(kind, seq, body)
        if message is None:
            return
        bound = isinstance(message, _BOUND)
        if bound and (epoch != self._epoch or epoch == 0):
            self._frames_stale = (self._frames_stale + 1) & 0xFFFF
            return
        self._clockwork.wake(at_s)
        tick = max(self._machine.tick, self.time.tick(at_s))
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
                received_us = self.time.us(at_s)
                self._say(Pong(message.host_us, received_us, received_us, self._boot16))
            case Ask():
                self._say(
                    self._papers.piece(message, self._room)
                    or Nak(message.KIND, seq, Refusal.MALFORMED)
                )
            case Act():
                self.act(message.gesture)
                self._say(Ack(message.KIND, seq))
            case Arm():
                self._reply(message.KIND, seq, self._arm(message))
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

    def _arm(self, message: Arm) -> Refusal | None:
        refusal = self._machine.arm(message)
        if refusal is None and self._mischief is not None:
            self._mischief.begin(self._machine.tick)
        return refusal

    def act(self, gesture: Gesture) -> None:
        """Let the simulated person do something."""
        machine = self._machine
        if disturb(self.muscle.leads, gesture, self.muscle.sampled):
            machine.truth.tell(machine.true_us, f"leads {gesture.name}")
        else:
            machine.act(gesture)

    def _greet(self, hello: Hello) -> HelloAck:
        machine = self._machine
        self._greeted = True
        role = Role.OWNER
        if hello.major != self._major:
            role = Role.VERSION
        elif self._owner not in (None, hello.host_nonce) and machine.state not in _FREE_TO_TAKE:
            role = Role.BUSY
        elif self._owner != hello.host_nonce or self._epoch == 0:
            self._owner = hello.host_nonce
            self._epoch = self._last_epoch = self._last_epoch % EPOCHS + 1
        return HelloAck(
            major=self._major,
            boot_nonce=self._traits.boot_nonce,
            clock_us=machine.now_us,
            schema_crc=self._papers.schema_crc ^ self._schema_off,
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
    def _room(self) -> int:
        """The longest payload that the link carries."""
        return MAX_PAYLOAD_UP if self._link is None else self._link.max_frame - OVERHEAD

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
        sunk_mm: list[float] = []
        for pad in self._machine.pads.by_channel.values():
            regulated, independent = pad.taken
            taken += regulated
            taken += independent
            pad.taken = ([], [])
            sunk_mm += pad.sunk_mm
            pad.sunk_mm = []
        emg = self.muscle.hop(self._machine.life.emg_uv)
        if not self._greeted:
            return
        numbers = [round(read * 100.0) for read in (*taken, *sunk_mm)]
        first = self._machine.tick - SAMPLES_PHASE
        numbers += self._machine.beside.readings(first)
        data = emg + struct.pack(f"<{len(numbers)}h", *numbers)
        start_us = self._machine.now_us - SAMPLES_PHASE * 1000
        self._say(Samples(0, first & 0xFFFFFFFF, muscle.HOP, data), start_us)

    def _send_status(self) -> None:
        if not self._greeted:
            return
        link = self._link
        bad = self._frames_odd + (link.frames_bad if link is not None else 0)
        report = status_report(self._machine, bad & 0xFFFF, self._frames_stale, self._boot16)
        self._say(report, self._machine.now_us)

    def _say(self, message: Message, t_us: int | None = None) -> None:
        """Send last, when all state is complete: the far end may answer before this returns."""
        if self._link is None or self._dark:
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
