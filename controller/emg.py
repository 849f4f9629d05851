"""The streaming EMG front end: samples in, features, flags and events out.

Any cut of the same samples into pieces gives the same events, bit by bit: work is done in whole
hops, counted from the first sample. Nothing looks ahead, nothing is withdrawn. It has a memory and
no clock: the same stream gives the same answers, and `state` lets a replay start in its middle.
"""

import math
from typing import Any

import msgspec
import numpy as np

from .emg_bands import BandMemory, Bands, Sums
from .emg_filters import Array
from .emg_heartbeat import Heart, beat, beat_level
from .emg_hops import Gap, Tail, cut
from .emg_onsets import Hop, Muscle, Step, learn_again, listen, relax, rising_hops, rules
from .emg_plan import plan
from .emg_quality import HARMLESS, Electrode, Sight, examine, hold, level, unsettled_uv
from .emg_settings import EmgSettings
from .emg_spectrum import LEAST_SHARE, median_hz
from .emg_words import EmgFeatures, Offset, Onset, Quality


class Channel(msgspec.Struct):
    """What is remembered of one channel, but for its filters; and what its newest hop said."""

    muscle: Muscle
    heart: Heart
    electrode: Electrode
    powers: list[float]
    flags: Quality = Quality.SETTLING
    fast_uv: float = 0.0
    slow_uv: float = 0.0
    let_go_s: float = 0.0
    steady_hops: int = 0
    crossed: bool = False
    median_hz: float | None = None


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
            channels=[Channel(Muscle(), Heart(), Electrode(), []) for _ in range(channels)],
        )

    def feed(
        self, samples_uv: Array, lost: int = 0, actuator_hz: float | None = None
    ) -> EmgFeatures:
        """Return what `samples_uv` (samples, channels) say; `lost` are missing before them.

        `actuator_hz` is how fast the device itself beats or shakes, None where it does not. Raises
        `ValueError` for another number of channels.
        """
        if samples_uv.ndim != 2 or samples_uv.shape[1] != self.plan.channels:
            raise ValueError(f"EMG of shape {samples_uv.shape}: needs {self.plan.channels} columns")
        memory = self._memory
        self._follow(actuator_hz)
        for channel in memory.channels:
            channel.crossed, channel.median_hz = False, None
        events: list[Onset | Offset] = []
        for piece in cut(memory.tail, samples_uv, lost, self.plan):
            if isinstance(piece, Gap):
                self._begin_anew(piece)
            else:
                self._hop(*_numbers(piece.rows_uv, piece.patched, memory), events)
        return self._features((len(samples_uv) + lost) / self.plan.rate_hz, events)

    def onset_band_uv(self, channel: int) -> tuple[float, float]:
        """Return a channel's level in the onset band, in its newest hop, and the threshold then."""
        heard = self._memory.channels[channel]
        level_uv = math.sqrt(heard.powers[-1]) if heard.powers else 0.0
        return level_uv, math.exp(heard.muscle.threshold)

    def state(self) -> bytes:
        """Return everything remembered, for `restore`."""
        return msgspec.msgpack.encode(self._memory, enc_hook=_spelled)

    def restore(self, state: bytes) -> None:
        """Go on as the one whose `state` it was, made for the same channels, rate and settings."""
        self._memory = msgspec.msgpack.decode(state, type=Memory, dec_hook=_read)
        self._bands.remember(self._memory.bands, self._memory.actuator_hz)

    # --- a hop --------------------------------------------------------------------------------

    def _hop(self, rows_uv: Array, patched: bool, events: list[Onset | Offset]) -> None:
        memory, bands = self._memory, self._bands
        if not memory.begun:
            bands.begin(rows_uv[0])
            memory.begun = True
        sums = bands.hear(rows_uv)
        memory.hops += 1
        memory.settle_hops = max(0, memory.settle_hops - 1)
        for index, channel in enumerate(memory.channels):
            self._listen(index, channel, rows_uv, patched, sums, events)

    def _listen(
        self, index: int, channel: Channel, rows_uv: Array, patched: bool, sums: Sums,
        events: list[Onset | Offset],
    ) -> None:  # fmt: skip
        """Let one channel hear its hop."""
        plan, memory = self.plan, self._memory
        muscle, heart, electrode = channel.muscle, channel.heart, channel.electrode
        short, fast, shown = sums.short[index], sums.fast[0][index], sums.fast[1][index]
        loud = level(math.sqrt(short))
        beating = beat(heart, sums.mean_uv[index], loud, sums.swing_uv[index], plan.hop_s)
        sight = self._sight(index, rows_uv, sums, heart)
        flags = examine(electrode, sight, not muscle.active, plan)
        if hold(electrode, flags, sight.clipped, plan):
            self._bands.restart(index, float(rows_uv[-1, index]))
        held = electrode.hold_hops > 0 or memory.settle_hops > 0
        clean = not (patched or held or electrode.faults)
        tenth = sums.tenth
        mains_uv = unsettled_uv(electrode, tenth[3][index], tenth[4][index], plan)
        leak_uv = max(
            plan.settings.mains_leak * mains_uv,
            plan.settings.slope_leak * beating.slope_uv,
            plan.settings.actuator_leak * math.sqrt(sums.taken[index]),
        )
        leak = max(level(leak_uv), beat_level(heart, beating, plan.settings))
        step = listen(
            muscle,
            Hop(
                short=loud,
                fast=level(math.sqrt(fast)),
                slow_uv=math.sqrt(sums.slow[0][index]),
                leak=leak,
                clean=clean,
                moving=bool(flags & Quality.MOTION),
                line_like=sight.cycle_share > plan.settings.line_share,
                plain=sight.cycle_share < plan.settings.plain_share,
            ),
            plan,
            self._rules,
        )
        channel.powers.append(short)
        if len(channel.powers) > plan.back:
            del channel.powers[0]
        if step is not Step.NOTHING:
            self._tell(index, channel, step, events)
        if held or muscle.learning:
            flags |= Quality.SETTLING
        if patched:
            flags |= Quality.LOST
        if beating.expected:
            flags |= Quality.HEARTBEAT
        if memory.actuator_hz is not None:
            flags |= Quality.ACTUATOR
        channel.flags = flags
        channel.fast_uv = math.sqrt(shown)
        channel.slow_uv = math.sqrt(sums.slow[1][index])
        channel.crossed = channel.crossed or muscle.over
        self._tire(index, channel)

    def _sight(self, index: int, rows_uv: Array, sums: Sums, heart: Heart) -> Sight:
        low_uv, high_uv = sums.low_uv[index], sums.high_uv[index]
        clipped = 0
        rail_uv = self.plan.settings.rail_uv
        if rail_uv is not None and (low_uv <= rail_uv[0] or high_uv >= rail_uv[1]):
            column = rows_uv[:, index]
            clipped = int(np.count_nonzero((column <= rail_uv[0]) | (column >= rail_uv[1])))
        cycle, tenth = sums.cycle, sums.tenth
        mains = 2.0 * (tenth[3][index] ** 2 + tenth[4][index] ** 2)
        return Sight(
            span_uv=high_uv - low_uv,
            clipped=clipped,
            cycle_share=2.0
            * (cycle[1][index] ** 2 + cycle[2][index] ** 2)
            / (cycle[0][index] + 1e-9),
            mains_share=mains / (tenth[2][index] + 1e-9),
            mains_uv=math.sqrt(mains),
            band_uv=math.sqrt(tenth[0][index]),
            swing_uv=sums.swing_uv[index],
            beat_swing_uv=heart.swing_uv if heart.regular else 0.0,
            fast_uv=math.sqrt(sums.fast[1][index]),
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

    def _tire(self, index: int, channel: Channel) -> None:
        """Take the median frequency of each whole second of clean activity."""
        muscle = channel.muscle
        loud = channel.slow_uv > LEAST_SHARE * muscle.usual_uv
        steady = muscle.active and loud and not channel.flags & ~HARMLESS
        channel.steady_hops = channel.steady_hops + 1 if steady else 0
        if channel.steady_hops == self.plan.second:
            channel.steady_hops = 0
            second_uv = self._bands.last_second(index)
            channel.median_hz = median_hz(second_uv, self.plan.rate_hz, self.plan.settings)

    # --- what changes between hops ------------------------------------------------------------

    def _follow(self, actuator_hz: float | None) -> None:
        """Follow the actuator; what rest is while it shakes is learnt anew."""
        if actuator_hz is not None and actuator_hz < self.plan.settings.actuator_least_hz:
            actuator_hz = None
        memory = self._memory
        if actuator_hz == memory.actuator_hz:
            return
        memory.actuator_hz = actuator_hz
        last_uv = memory.tail.last_uv
        self._bands.tune(actuator_hz, np.zeros(self.plan.channels) if last_uv is None else last_uv)
        memory.settle_hops = self.plan.actuator_settle if actuator_hz else self.plan.hold
        if actuator_hz is not None:
            for channel in memory.channels:
                learn_again(channel.muscle)

    def _begin_anew(self, gap: Gap) -> None:
        """Go on after a gap: time has passed, and no filter remembers what was before."""
        memory = self._memory
        memory.hops += gap.hops
        memory.settle_hops = max(memory.settle_hops, self.plan.gap_hold)
        self._bands.begin(gap.first_uv)
        memory.begun = True

    def _features(self, duration_s: float, events: list[Onset | Offset]) -> EmgFeatures:
        channels = self._memory.channels
        return EmgFeatures(
            duration_s=duration_s,
            fast_uv=tuple(c.fast_uv for c in channels),
            slow_uv=tuple(c.slow_uv for c in channels),
            floor_uv=tuple(math.exp(c.muscle.rest) for c in channels),
            trusted=tuple(not c.flags & ~HARMLESS for c in channels),
            flags=tuple(c.flags for c in channels),
            crossing=tuple(c.crossed for c in channels),
            active=tuple(c.muscle.active for c in channels),
            events=tuple(events),
            median_hz=tuple(c.median_hz for c in channels),
        )


def _numbers(rows_uv: Array, patched: bool, memory: Memory) -> tuple[Array, bool]:
    """Return a hop with numbers only: what is none is lost, and 0 stands for it."""
    if math.isfinite(float(np.add.reduce(rows_uv, axis=None))):
        return rows_uv, patched
    zero_uv = memory.bands.zero_uv
    return np.where(np.isfinite(rows_uv), rows_uv, zero_uv), True


def _spelled(value: Any) -> Any:  # noqa: ANN401  msgspec's hook
    array: Array = value
    return (array.shape, np.ascontiguousarray(array).tobytes())


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401  msgspec's hook
    del kind
    shape, data = value
    return np.frombuffer(data, np.float64).reshape(shape).copy()
