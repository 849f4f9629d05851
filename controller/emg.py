"""The streaming EMG front end: samples in, features, flags and events out.

Any cut of the same samples into pieces gives the same events, bit by bit: work is done in whole
hops, counted from the first sample. Nothing looks ahead, nothing is withdrawn. It has a memory and
no clock: the same stream gives the same answers, and `state` lets a replay start in its middle.
"""

import math
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

import msgspec
import numpy as np

from .emg_bands import BandMemory, Bands, Sums
from .emg_compiled import Kernel, compiled
from .emg_filters import Array
from .emg_heartbeat import Beat, Heart, beat, beat_level
from .emg_hops import Gap, Numbers, Tail, cut, number, numbers
from .emg_onsets import Hop, Muscle, Step, learn_again, listen, relax, rising_hops, rules
from .emg_plan import Plan, plan
from .emg_quality import (
    ACTUATOR,
    HEARTBEAT,
    LOST,
    MOTION,
    QUALITIES,
    SETTLING,
    UNTRUSTED,
    Electrode,
    Sight,
    examine,
    hold,
    level,
    unsettled_uv,
)
from .emg_settings import EmgSettings
from .emg_spectrum import LEAST_SHARE, median_hz
from .emg_words import EmgFeatures, Offset, Onset, Quality

Facts: TypeAlias = tuple[tuple[bool, ...], tuple[Quality, ...], tuple[bool, ...], tuple[bool, ...]]

SAME_HZ = 0.005
"""An actuator this near to its old frequency is still inside the comb (D, from its width)."""


class Channel(msgspec.Struct):
    """What is remembered of one channel, but for its filters; and what its newest hop said."""

    muscle: Muscle
    heart: Heart
    electrode: Electrode
    powers: list[float]
    flags: int = SETTLING
    fast_uv: float = 0.0
    slow_uv: float = 0.0
    let_go_s: float = 0.0
    steady_hops: int = 0


class Said(msgspec.Struct):
    """What the hops of one piece say, all together."""

    flags: list[int]
    crossing: list[bool]
    median_hz: list[float | None]
    events: list[Onset | Offset]
    hops: int = 0


class Memory(msgspec.Struct):
    """Everything that changes while a stream is heard."""

    bands: BandMemory
    tail: Tail
    channels: list[Channel]
    hops: int = 0
    settle_hops: int = 0
    actuator_hz: float | None = None
    begun: bool = False


class Emg:
    """Listens to the EMG of one device or recording, 1 to 64 channels at 250 to 4000 Hz."""

    def __init__(self, rate_hz: float, channels: int, settings: EmgSettings | None = None) -> None:
        self.plan = plan(rate_hz, channels, settings or EmgSettings())
        self._rules = rules(self.plan)
        self._bands = Bands(self.plan)
        self._memory = Memory(
            bands=self._bands.memory,
            tail=Tail(np.zeros((0, channels))),
            channels=[_channel(self.plan) for _ in range(channels)],
        )
        self._kernel = compiled(self.plan, self._rules)
        self._hear, self._features = self._hop, self._told
        self._known: tuple[list[int], Facts] = ([], ((), (), (), ()))
        if self._kernel is not None:
            self._kernel.take(self._memory, self._bands)
            self._hear = partial(self._hop_by, self._kernel)
            self._features = partial(self._told_by, self._kernel)

    def feed(
        self, samples_uv: Array, lost: int = 0, actuator_hz: float | None = None
    ) -> EmgFeatures:
        """Return what `samples_uv` (samples, channels) say; `lost` are missing before them.

        `actuator_hz` is how fast the device itself beats or shakes, None where it does not. Raises
        `ValueError` for another number of channels.
        """
        samples_uv = np.asarray(samples_uv, np.float64, "C")
        if samples_uv.ndim != 2 or samples_uv.shape[1] != self.plan.channels:
            raise ValueError(f"EMG of shape {samples_uv.shape}: needs {self.plan.channels} columns")
        memory = self._memory
        self._follow(actuator_hz)
        channels = self.plan.channels
        said = Said([0] * channels, [False] * channels, [None] * channels, [])
        for piece in cut(memory.tail, samples_uv, lost, self.plan):
            if isinstance(piece, Gap):
                self._begin_anew(piece)
            else:
                self._hear(piece.rows_uv, piece.patched, said)
        return self._features((len(samples_uv) + lost) / self.plan.rate_hz, said)

    def onset_band_uv(self, channel: int) -> tuple[float, float]:
        """Return a channel's level in the onset band, in its newest hop, and the threshold then."""
        with self._at_home() as memory:
            heard = memory.channels[channel]
        level_uv = math.sqrt(heard.powers[-1]) if heard.powers else 0.0
        return level_uv, math.exp(heard.muscle.threshold)

    def state(self) -> bytes:
        """Return everything remembered, for `restore`."""
        with self._at_home() as memory:
            return msgspec.msgpack.encode(memory, enc_hook=_spelled)

    def restore(self, state: bytes) -> None:
        """Go on as the one whose `state` it was, made for the same channels, rate and settings.

        Raises `ValueError` for what is no such state.
        """
        try:
            memory = msgspec.msgpack.decode(state, type=Memory, dec_hook=_read)
        except msgspec.MsgspecError as error:
            raise ValueError("these bytes are no EMG state") from error
        alike = (
            len(memory.channels) == self.plan.channels
            and self._bands.fits(memory.bands, memory.actuator_hz)
            and all(len(c.electrode.lines_uv) == 2 * self.plan.lines for c in memory.channels)
            and (self._kernel is None or self._kernel.has_room(memory))
        )
        if not alike:
            raise ValueError("this EMG state is of other channels, or of another rate")
        with self._at_home():
            self._memory = memory
            self._bands.remember(memory.bands, memory.actuator_hz)

    @contextmanager
    def _at_home(self) -> Generator[Memory]:
        """Have everything in the plain memory meanwhile, whoever hears."""
        if self._kernel is None:
            yield self._memory
            return
        self._kernel.home(self._memory)
        yield self._memory
        self._kernel.take(self._memory, self._bands)

    # --- a hop --------------------------------------------------------------------------------

    def _hop(self, rows_uv: Array, patched: bool, said: Said) -> None:
        memory, bands = self._memory, self._bands
        heard = numbers(rows_uv, memory.bands.zero_uv)
        if not memory.begun:
            bands.begin(heard.rows_uv[0])
            memory.begun = True
        sums = bands.hear(heard.rows_uv, [channel.electrode.line for channel in memory.channels])
        memory.hops += 1
        said.hops += 1
        memory.settle_hops = max(0, memory.settle_hops - 1)
        for index, channel in enumerate(memory.channels):
            self._listen(index, channel, heard, patched, sums[index], said)

    def _listen(
        self, index: int, channel: Channel, heard: Numbers, patched: bool, sums: Sums, said: Said
    ) -> None:  # fmt: skip
        """Let one channel hear its hop."""
        patched = patched or heard.lost[index]
        plan, muscle, electrode = self.plan, channel.muscle, channel.electrode
        loud = level(sums.short_uv)
        beating = beat(channel.heart, sums.mean_uv, loud, sums.swing_uv, plan.hop_s)
        sight = self._sight(index, heard, sums, channel.heart)
        flags = examine(electrode, sight, not muscle.active, plan)
        if hold(electrode, flags, sight.clipped, plan):
            self._bands.restart(index, float(heard.rows_uv[-1, index]))
        held = electrode.hold_hops > 0 or self._memory.settle_hops > 0
        hop = Hop(
            short=loud,
            fast=level(sums.fast_uv),
            slow_uv=sums.slow_uv,
            leak=self._leak(channel, beating, sums),
            clean=not (patched or held or electrode.faults),
            moving=bool(flags & MOTION),
            line_like=sight.cycles_share > plan.settings.line_share,
            plain=sight.cycle_share < plan.settings.plain_share
            and sight.half_share < plan.settings.half_plain_share,
        )
        step = listen(muscle, hop, plan, self._rules)
        channel.powers.append(sums.short)
        if len(channel.powers) > plan.back:
            del channel.powers[0]
        if step is not Step.NOTHING:
            self._tell(index, channel, step, said.events)
        channel.flags = (
            flags
            | (SETTLING if held or muscle.learning else 0)
            | (LOST if patched else 0)
            | (HEARTBEAT if beating.expected else 0)
            | (ACTUATOR if self._memory.actuator_hz is not None else 0)
        )
        channel.fast_uv = sums.shown_fast_uv
        channel.slow_uv = sums.shown_slow_uv
        said.flags[index] |= channel.flags
        said.crossing[index] |= muscle.crossing
        self._tire(index, channel, said)

    def _leak(self, channel: Channel, beating: Beat, sums: Sums) -> float:
        """Return the level that mains, cable, heart or actuator may have put into the band."""
        s = self.plan.settings
        mains_uv = unsettled_uv(channel.electrode, sums.halves_uv, sums.whole, self.plan)
        leak_uv = max(
            s.mains_leak * mains_uv,
            s.mains_leak * sums.ringing_uv,
            s.slope_leak * beating.slope_uv,
            s.actuator_leak * sums.taken_uv,
        )
        return max(level(leak_uv), beat_level(channel.heart, beating, s))

    def _sight(self, index: int, heard: Numbers, sums: Sums, heart: Heart) -> Sight:
        low_uv, high_uv = heard.low_uv[index], heard.high_uv[index]
        clipped = 0
        rail_uv = self.plan.settings.rail_uv
        if rail_uv is not None and (low_uv <= rail_uv[0] or high_uv >= rail_uv[1]):
            column = heard.rows_uv[:, index]
            clipped = int(np.count_nonzero((column <= rail_uv[0]) | (column >= rail_uv[1])))
        return Sight(
            span_uv=high_uv - low_uv,
            clipped=clipped,
            half_share=sums.half_share,
            cycle_share=sums.cycle_share,
            cycles_share=sums.cycles_share,
            mains_share=sums.mains_share,
            mains_uv=sums.mains_uv,
            band_uv=sums.tenth_uv,
            swing_uv=sums.swing_uv,
            beat_swing_uv=heart.swing_uv if heart.regular else 0.0,
            fast_uv=sums.shown_fast_uv,
        )

    def _tell(self, index: int, channel: Channel, step: Step, events: list[Onset | Offset]) -> None:
        """Put times to what has become of a hop: when it was, and when it is known."""
        now_s = self._memory.hops * self.plan.hop / self.plan.rate_hz
        muscle = channel.muscle
        if step is Step.ENDED:
            channel.let_go_s = now_s - muscle.low_hops * self.plan.hop_s
            relax(muscle, self.plan)
            events.append(Offset(index, channel.let_go_s, now_s))
            return
        at_s = now_s - rising_hops(channel.powers) * self.plan.hop_s
        at_s = max(at_s, channel.let_go_s)
        if step is Step.BEGAN_ANEW:
            events.append(Offset(index, at_s, now_s))
        events.append(Onset(index, at_s, now_s))

    def _tire(self, index: int, channel: Channel, said: Said) -> None:
        """Take the median frequency of each whole second of clean activity."""
        muscle = channel.muscle
        loud = channel.slow_uv > LEAST_SHARE * muscle.usual_uv
        steady = muscle.active and loud and not channel.flags & UNTRUSTED
        channel.steady_hops = channel.steady_hops + 1 if steady else 0
        if channel.steady_hops == self.plan.second:
            channel.steady_hops = 0
            self._take_median(index, said)

    def _take_median(self, index: int, said: Said) -> None:
        second_uv = self._bands.last_second(index)
        said.median_hz[index] = median_hz(second_uv, self.plan.rate_hz, self.plan.settings)

    def _hop_by(self, kernel: Kernel, rows_uv: Array, patched: bool, said: Said) -> None:
        """Let the kernel hear a hop; what comes of it now and then is Python's."""
        if not kernel.hear(rows_uv, patched):
            return
        steps, seconds = kernel.news()
        if steps:
            with self._at_home() as memory:
                for index, step in steps:
                    self._tell(index, memory.channels[index], step, said.events)
        kernel.bring_counts(self._memory)
        for index in seconds:
            self._take_median(index, said)

    # --- what changes between hops ------------------------------------------------------------

    def _follow(self, actuator_hz: float | None) -> None:
        """Follow the actuator; what rest is while it shakes is learnt anew."""
        if actuator_hz is not None and actuator_hz < self.plan.settings.actuator_least_hz:
            actuator_hz = None
        memory = self._memory
        before_hz = memory.actuator_hz
        if actuator_hz == before_hz or (
            actuator_hz and before_hz and math.isclose(actuator_hz, before_hz, rel_tol=SAME_HZ)
        ):
            return
        last_uv = memory.tail.last_uv
        if last_uv is None:
            last_uv = np.zeros(self.plan.channels)
        with self._at_home():
            memory.actuator_hz = actuator_hz
            self._bands.tune(actuator_hz, number(last_uv, memory.bands.zero_uv))
            memory.settle_hops = self.plan.actuator_settle if actuator_hz else self.plan.hold
            for channel in memory.channels if actuator_hz is not None else ():
                learn_again(channel.muscle)

    def _begin_anew(self, gap: Gap) -> None:
        """Go on after a gap: time has passed, and no filter remembers what was before."""
        with self._at_home() as memory:
            memory.hops += gap.hops
            memory.settle_hops = max(memory.settle_hops, self.plan.gap_hold)
            self._bands.begin(number(gap.first_uv, memory.bands.zero_uv))
            memory.begun = True
            for channel in memory.channels:
                channel.flags |= LOST | SETTLING
                channel.steady_hops = 0

    def _told(self, duration_s: float, said: Said) -> EmgFeatures:
        channels = self._memory.channels
        if not said.hops:
            said.flags = [channel.flags for channel in channels]
        return EmgFeatures(
            duration_s=duration_s,
            fast_uv=tuple([c.fast_uv for c in channels]),
            slow_uv=tuple([c.slow_uv for c in channels]),
            floor_uv=tuple([math.exp(c.muscle.rest) for c in channels]),
            trusted=tuple([not flags & UNTRUSTED for flags in said.flags]),
            flags=tuple([QUALITIES[flags] for flags in said.flags]),
            crossing=tuple(said.crossing),
            active=tuple([c.muscle.active for c in channels]),
            events=tuple(said.events),
            median_hz=tuple(said.median_hz),
        )

    def _told_by(self, kernel: Kernel, duration_s: float, said: Said) -> EmgFeatures:
        levels, facts = kernel.told()
        one, two = self.plan.channels, 2 * self.plan.channels
        if facts != self._known[0]:  # they change seldom
            self._known = facts, _read_facts(facts, one)
        trusted, flags, crossing, active = self._known[1]
        return EmgFeatures(
            duration_s=duration_s,
            fast_uv=tuple(levels[:one]),
            slow_uv=tuple(levels[one:two]),
            floor_uv=tuple(levels[two:]),
            trusted=trusted,
            flags=flags,
            crossing=crossing,
            active=active,
            events=tuple(said.events),
            median_hz=tuple(said.median_hz),
        )


def _channel(plan: Plan) -> Channel:
    """Return a channel that has heard nothing yet."""
    return Channel(Muscle(), Heart(), Electrode(lines_uv=[0.0] * (2 * plan.lines)), [])


def _read_facts(facts: list[int], channels: int) -> Facts:
    """Return what the kernel's numbers say: trusted, flags, crossing and active."""
    flags = facts[:channels]
    return (
        tuple(not one & UNTRUSTED for one in flags),
        tuple(QUALITIES[one] for one in flags),
        tuple(map(bool, facts[channels : 2 * channels])),
        tuple(map(bool, facts[2 * channels :])),
    )


def _spelled(value: Any) -> Any:  # noqa: ANN401  msgspec's hook
    array: Array = value
    return (array.shape, np.ascontiguousarray(array).tobytes())


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401  msgspec's hook
    del kind
    shape, data = value
    return np.frombuffer(data, np.float64).reshape(shape).copy()
