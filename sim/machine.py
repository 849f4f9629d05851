"""What the virtual device does, and when it stops doing it: its states, limits and reflexes."""

from collections.abc import Callable, Mapping
from math import inf

from firmware_bridge.codes import Buttons, Cause, Fault, Gesture, Refusal, Source, State
from firmware_bridge.knots import Knot
from firmware_bridge.messages import Arm
from firmware_bridge.setpoints import CAP, GAIN

from . import voice_coil
from .beside import Beside
from .coil import LOST_KPA
from .curves import value_at
from .hardware import BuiltIn, Pad
from .latch import Latch
from .life import EFFORTS, Life
from .motion import Motion
from .pads import Pads
from .truth import TruthRecord
from .voice_coil import POSITION, PRESSURE
from .watch import NEVER, Occlusion, Watch

EASE_S = 0.4
"""How long the device takes to reach zero by itself: a fade has 450 ms, pain 500 (wire)."""

ARM_KPA = 1.0
"""Only a device that presses less than this is armed, or idle (wire)."""

MOVING = frozenset({State.ARMED, State.FADING, State.PAIN_HOLD})
LATCHED = frozenset({State.STOPPED, State.LINK_LOST, State.FAULT})

_LATCHES = {Cause.LINK_LOST: State.LINK_LOST, Cause.FAULT: State.FAULT}


class Machine:
    """The device without its wire. It lives in ticks of 1 ms; `run_to` makes them pass.

    `actuator` is the first pad; `more_pads` are the others, by channel.
    """

    def __init__(
        self,
        actuator: Pad,
        latch: Latch,
        life: Life,
        *,
        boot_us: int,
        stroke: bool,
        beside: Beside,
        more_pads: Mapping[int, Pad] | None = None,
        built_in: BuiltIn = voice_coil.BUILT_IN,
    ) -> None:
        self.pads = Pads({PRESSURE: actuator, **(more_pads or {})})
        resolution = {GAIN: 0.001, CAP: 0.01, **dict.fromkeys(self.pads.by_channel, 0.01)}
        resolution |= {POSITION: 0.01} if stroke else {}
        resolution |= beside.resolution
        self.beside = beside
        self._built_in = built_in
        self._also = bool(beside.resolution or more_pads)
        self.actuator = actuator
        self.latch = latch
        self.life = life
        self.motion = Motion(resolution)
        self.watch = Watch()
        self.truth = TruthRecord()
        self.state = State.IDLE
        self.faults, self.buttons = Fault.NONE, Buttons.NONE
        self.pain_count = self.fades = 0
        self.tick = -1
        self.on_latched: Callable[[], None] = lambda: None
        self._boot_us = boot_us
        self._jumped_us = 0
        self._occlusion = Occlusion()
        self._static_max_s = inf
        self._order: Arm | None = None
        self.starved = False
        self._vented = True
        self.carriage_mm: float | None = 0.0 if stroke else None

    @property
    def now_us(self) -> int:
        """Device time of the newest tick."""
        return self._boot_us + self.tick * 1000

    @property
    def true_us(self) -> int:
        """The same on a clock that nobody has made jump: that of TRUTH."""
        return self.now_us - self._jumped_us

    def jump(self, by_us: int) -> None:
        """Say another time from now on."""
        self._boot_us += by_us
        self._jumped_us += by_us
        self.pads.jump(by_us)

    def lose_power(self) -> None:
        """Let go, and forget what was to come."""
        self._let_go()
        self._enter(State.IDLE)

    def reset(self) -> None:
        """Begin anew: nothing queued, nothing latched, the coil let go, a clock at zero."""
        self._let_go()
        self.jump(-self.now_us)
        self.latch.forget()
        self.faults, self.buttons = Fault.NONE, Buttons.NONE
        self.pain_count = self.fades = 0
        self._order = None
        self._vented = True
        self._enter(State.IDLE)

    # --- orders ---------------------------------------------------------------------------

    def arm(self, order: Arm) -> Refusal | None:
        """Lower the device to this session's limits and be ready to move."""
        if self.state is State.ARMED and not self.motion.queued:
            return None if order == self._order else Refusal.BAD_STATE
        if self.state is not State.IDLE or self.pads.measured_kpa >= ARM_KPA:
            return Refusal.BAD_STATE
        ceilings = dict(order.ceilings)
        if not ceilings.keys() <= self.motion.lanes.keys():
            return Refusal.UNKNOWN_CHANNEL
        self._order = order
        self._limit(order, ceilings)
        for channel, lane in self.motion.lanes.items():
            lane.place(0.0 if channel != POSITION else self.carriage_mm or 0.0)
        self.pads.energise()
        self.watch.arm(self.tick, min(order.session_max_s, self._built_in.session_max_s))
        self._enter(State.ARMED)
        return None

    def disarm(self) -> Refusal | None:
        """Ease to zero and be idle."""
        if self.state in LATCHED:
            return Refusal.BAD_STATE
        if self.state in MOVING:
            self._ease(State.EASING)
            self._settle()
        return None

    def splice(
        self, revision: int, first_index: int, at_us: int, knots: list[Knot]
    ) -> Refusal | None:
        """Replace the queue. From a fade or from pain this takes over at what is pressed."""
        if self.state not in MOVING:
            return Refusal.BAD_STATE
        if self.state is not State.ARMED:
            for channel, pad in self.pads.by_channel.items():
                self.motion.lanes[channel].place(self._reached(pad))
        refusal = self.motion.splice(revision, first_index, at_us, knots, self.now_us)
        if refusal is None:
            self.watch.move(self.tick)
            self._take_over()
        return refusal

    def extend(self, first_index: int, base_us: int, knots: list[Knot]) -> Refusal | None:
        """Continue the queue."""
        if self.state is not State.ARMED:
            return Refusal.BAD_STATE
        refusal = self.motion.extend(first_index, base_us, knots, self.now_us)
        if refusal is None:
            self.watch.move(self.tick)
        return refusal

    def stop(self, cause: Cause, source: Source, stop_id: int | None = None) -> None:
        """Let go, and stay so until CLEAR."""
        self.truth.tell(self.true_us, f"stop {cause.name}")
        if self.latch.close(cause, source, stop_id):
            self._let_go()
            self._vented = False
            self._enter(_LATCHES.get(cause, State.STOPPED))
            self.on_latched()

    def clear(self, nonce: int) -> Refusal | None:
        """Leave the latch, for IDLE."""
        if self.state is State.IDLE and self.latch.was_cleared(nonce):
            return None
        if self.state not in LATCHED | {State.IDLE} or self.buttons & Buttons.STOP:
            return Refusal.BAD_STATE
        if not self.latch.clear(nonce):
            return Refusal.STALE_NONCE
        self.faults = Fault.NONE
        self._enter(State.IDLE)
        return None

    def hang_up(self) -> None:
        """The last host has closed the port."""
        if self.state is not State.IDLE and self.state not in LATCHED:
            self.stop(Cause.LAST_CLOSE, Source.DEVICE)

    def act(self, gesture: Gesture) -> None:
        """The simulated person does something."""
        match gesture:
            case Gesture.PAD_OFF | Gesture.PAD_ON:
                self.pads.put_on(on=gesture is Gesture.PAD_ON)
            case Gesture.PAIN_PRESS:
                self._hurt()
            case Gesture.PAIN_RELEASE:
                self.buttons &= ~Buttons.PAIN
            case Gesture.STOP_PRESS:
                self.buttons |= Buttons.STOP
                self.stop(Cause.STOP_BUTTON, Source.DEVICE)
            case Gesture.STOP_RELEASE:
                self.buttons &= ~Buttons.STOP
            case Gesture.CRAMP:
                self.life.cramp(self.true_us)
            case _ if gesture in EFFORTS:
                self.life.tense(self.true_us, EFFORTS[gesture])
            case _:  # leads are no business of the machine
                pass

    # --- time -----------------------------------------------------------------------------

    def run_to(self, tick: int) -> None:
        """Make ticks pass."""
        while self.tick < tick:
            self._run(min(tick, self._keep_watch()))
            trip = self.pads.trip
            if trip:
                self._fail(trip)
            elif self.state is State.EASING:
                self._settle()
            elif not self._vented:
                self._look_for_vent()

    def keep_truth(self) -> None:
        """Let the body live, and note what is true now. Called every 10 ms."""
        actuator, life = self.actuator, self.life
        self._live()
        self.truth.sample(
            self.true_us, actuator.true_kpa, self.carriage_mm, life.activation, life.threshold_kpa
        )
        if self._also:
            self.truth.also(self._also_true())
        self._occlusion.feel(self.pads.measured_kpa)
        if actuator.live and self._occlusion.seconds >= self._static_max_s:
            self._fail(Fault.STATIC_TOO_LONG)

    def _live(self) -> None:
        """Let the body live for 10 ms; a hand at the pain button takes the button's own way."""
        life, now_us = self.life, self.true_us
        held = life.holding
        under_degc = life.skin_degc if self.actuator.pad_on else None
        armed = self.state is State.ARMED
        surface_degc = self.beside.live(self.motion.lanes, self.now_us, under_degc, armed=armed)
        life.live(now_us, self.pads.true_kpa, self.carriage_mm, surface_degc)
        self.pads.feel_body(life.stiffness, life.lifted_m)
        for at_us, text in (*life.happened, *self.beside.take_happened(now_us)):
            self.truth.tell(at_us, text)
        life.happened.clear()
        if life.pressing:
            self.act(Gesture.PAIN_PRESS)
        elif held and not life.holding:
            self.act(Gesture.PAIN_RELEASE)

    def _also_true(self) -> dict[str, float]:
        """Return what further pads press, and what else there is does."""
        pads = self.pads.by_channel.items()
        others = {f"pad {channel}": pad.true_kpa for channel, pad in pads if channel != PRESSURE}
        armed = self.state is State.ARMED
        return others | self.beside.true(self.motion.lanes, self.now_us, armed=armed)

    def _run(self, end: int) -> None:
        """Run towards tick `end`, under one set of curves."""
        now_us = self.now_us
        n = end - self.tick
        if self.state is State.ARMED:
            until_us = (
                self.motion.select(now_us + 1000) if self.motion.queued else now_us + n * 1000
            )
            if until_us is None:
                self.starved = True
                self._ease(State.FADING)
                return
            n = min(n, (until_us - now_us) // 1000)
            self.pads.run(n, now_us, self.motion.lanes)
            self.tick += n
            if self.carriage_mm is not None:
                self._move_carriage(self.carriage_mm, n)
        else:
            self.pads.fall(n, now_us)
            self.tick += n

    def _keep_watch(self) -> int:
        """Act on whatever watch has run out; return the tick at which the next one does."""
        if self.state not in MOVING:
            return NEVER
        watch, tick = self.watch, self.tick
        fades_at, lost_at = watch.silence()
        ends_at, lapses_at = watch.ends_at, watch.lapses_at
        if tick >= lost_at:
            self.stop(Cause.LINK_LOST, Source.DEVICE)
            return NEVER
        if tick >= ends_at:
            self._fail(Fault.SESSION_TOO_LONG)
            return NEVER
        if tick >= lapses_at:
            self.truth.tell(self.true_us, "lapsed")
            self._ease(State.EASING)
            return NEVER
        next_tick = min(lost_at, ends_at, lapses_at)
        if self.state is not State.ARMED:
            return next_tick
        if tick >= fades_at:
            heard_us = self._boot_us - self._jumped_us + watch.heard * 1000
            self.truth.tell(heard_us, "silent since")
            self._ease(State.FADING)
            return next_tick
        return min(next_tick, fades_at)

    # --- changes of state -----------------------------------------------------------------

    def _enter(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.truth.tell(self.true_us, f"state {state.name}")

    def _ease(self, state: State) -> None:
        """Fall to zero from what is pressed; every channel stands where it is."""
        now_us = self.now_us
        if self.state is State.ARMED:
            for lane in self.motion.lanes.values():
                lane.place(value_at(lane.cubic, min(now_us, lane.until_us)))
            self.pads.ease(now_us, EASE_S)
        self.motion.empty()
        self._enter(state)

    def _settle(self) -> None:
        """Be idle as soon as nothing is pressed."""
        if not self.pads.pressing and self.pads.measured_kpa < ARM_KPA:
            self._let_go()
            self._enter(State.IDLE)

    def _let_go(self) -> None:
        self.pads.release()
        self.motion.empty()
        self.starved = False

    def _take_over(self) -> None:
        if self.state is State.FADING:
            self.fades = (self.fades + 1) & 0xFF
            if self.watch.take_over(self.tick):
                self.stop(Cause.LINK_LOST, Source.DEVICE)
                return
        self.starved = False
        self._enter(State.ARMED)

    def _reached(self, pad: Pad) -> float:
        """Return the pressure that the trajectory would have to say for what is pressed now."""
        gain = self.motion.lanes[GAIN].cubic[1]
        return pad.pressed_kpa / gain if gain > 0.0 else 0.0

    def _hurt(self) -> None:
        self.buttons |= Buttons.PAIN
        self.pain_count = (self.pain_count + 1) & 0xFF
        self.truth.tell(self.true_us, "pain")
        if self.state in MOVING:
            self.starved = False
            self._ease(State.PAIN_HOLD)

    def _fail(self, faults: Fault) -> None:
        self.pads.forgive()
        self.faults |= faults
        self.stop(Cause.FAULT, Source.DEVICE)

    def _look_for_vent(self) -> None:
        if self.pads.measured_kpa < LOST_KPA:
            self._vented = True
            self.truth.tell(self.true_us, "vented")

    # --- the rest -------------------------------------------------------------------------

    def _limit(self, order: Arm, ceilings: dict[int, int]) -> None:
        """Take the smaller of the order's limits and the compiled ones."""
        built_in = self._built_in
        cap_kpa = ceilings.get(CAP, 32767) * 0.01
        for channel, pad in self.pads.by_channel.items():
            ceiling_kpa = ceilings.get(channel, 32767) * 0.01
            pad.limit(
                max(0.0, min(ceiling_kpa, cap_kpa, built_in.high_kpa)),
                min(order.rise_level * 0.01, built_in.rise_level_kpa_s),
                min(order.rise_rhythm * 0.01, built_in.rise_rhythm_kpa_s),
                min(order.fall_max * 0.01, built_in.fall_kpa_s),
                min(order.effort_percent, 100) * 0.01,
            )
        self._static_max_s = min(order.static_max_s, built_in.static_max_s)
        gain = min(ceilings.get(GAIN, 1000), 1000) * 0.001
        stroke_mm = min(ceilings.get(POSITION, 32767) * 0.01, voice_coil.STROKE_MM)
        highest = {GAIN: gain, POSITION: stroke_mm, **self.beside.arm(ceilings)}
        self.motion.arm(order.revision, {name: max(0.0, most) for name, most in highest.items()})

    def _move_carriage(self, carriage_mm: float, ticks: int) -> None:
        lane = self.motion.lanes[POSITION]
        step_mm = value_at(lane.cubic, self.now_us) - carriage_mm
        most_mm = voice_coil.STROKE_MM_S * ticks * 1e-3
        self.carriage_mm = carriage_mm + max(-most_mm, min(most_mm, step_mm))
