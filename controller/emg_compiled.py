"""The hops of one `Emg`, heard by the compiled kernel: the arithmetic of emg.py, and its bits.

While hops are heard, the kernel remembers; `home` brings what it knows to the plain `Memory`, where
everything that happens rarely is done in Python, and `take` carries it out again.
"""

import math
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from firmware_bridge.kernels import kernel, unwanted

from . import emg_filters, emg_heartbeat, emg_hops, emg_onsets, emg_quality, emg_spectrum
from .emg_bands import FILTERS, Bands
from .emg_filters import Array
from .emg_onsets import Rules, Step
from .emg_plan import Plan

if TYPE_CHECKING:
    from .emg import Memory

NAME = "controller._emg_hop"

_STEPS = tuple(Step)
_CONSTANTS = {
    **vars(emg_heartbeat), **vars(emg_hops), **vars(emg_onsets), **vars(emg_quality),
    **vars(emg_spectrum),
}  # fmt: skip


class Kernel:
    """Hears hops of all channels. Made for one plan; what it points to lives as long as it does."""

    def __init__(self, module: Any, plan: Plan, rules: Rules) -> None:  # noqa: ANN401  cffi has no types
        self._ffi, self._lib = module.ffi, module.lib
        self._doubles = self._ffi.typeof("double[]")
        self._channels = plan.channels
        self._held: dict[str, Any] = {}
        ear = self._ear = self._ffi.new("ear_t *")
        self._fill(ear.plan, partial(getattr, plan))
        self._fill(ear.settings, partial(getattr, plan.settings))
        self._fill(ear.rules, partial(getattr, rules))
        self._fill(ear.constants, _CONSTANTS.__getitem__)
        ear.low_rail_uv, ear.high_rail_uv = plan.settings.rail_uv or (-math.inf, math.inf)
        for name in ("trace", "heard"):
            setattr(ear, name, self._hold(name, np.empty(plan.hop)))
        ear.rows_uv = self._hold("rows_uv", np.empty(plan.hop * plan.channels))
        ear.taken = self._hold("taken", np.empty(plan.channels))
        ear.halves_uv = self._hold("halves_uv", np.empty(2 * plan.lines))
        ear.notched = self._hold("notched", np.empty(plan.lines * plan.hop))
        self._levels = ear.levels = self._new("levels", "double[]", 3 * plan.channels)
        self._facts = ear.facts = self._new("facts", "int64_t[]", 3 * plan.channels)
        self._said = ear.said = self._new("said", "said_t[]", plan.channels)
        self._heard = ear.channel = self._new("channel", "channel_t[]", plan.channels)
        for index in range(plan.channels):
            self._make_room(self._heard[index], plan, str(index))

    def hear(self, rows_uv: Array, patched: bool) -> bool:
        """Hear one hop, (samples, channels); say whether there is `news` of it."""
        rows = self._ffi.from_buffer(self._doubles, rows_uv)
        return self._lib.emg_hear(self._ear, rows, patched) > 0

    def news(self) -> tuple[list[tuple[int, Step]], list[int]]:
        """Return the channels of which something became in the newest hop, and what.

        And those of which it ends a whole second of clean activity.
        """
        told: list[tuple[int, int]] = [(said.step, said.second) for said in self._said]
        steps = [(index, _STEPS[step]) for index, (step, _) in enumerate(told) if step]
        return steps, [index for index, (_, second) in enumerate(told) if second]

    def told(self) -> tuple[list[float], list[int]]:
        """Return what the hops since the last time say, each for all channels.

        That is fast RMS, slow RMS and resting level; and flags, crossing and active.
        """
        self._lib.emg_tell(self._ear)
        unpack, count = self._ffi.unpack, 3 * self._channels
        return unpack(self._levels, count), unpack(self._facts, count)

    def take(self, memory: "Memory", bands: Bands) -> None:
        """Go on from `memory`; its arrays are shared from now on."""
        ear, held = self._ear, memory.bands
        for name, sections in zip(FILTERS, bands.sections, strict=True):
            it = getattr(ear, name)
            it.sections = len(sections)
            it.numbers = self._hold(f"{name} numbers", sections)
            it.memory = self._hold(name, getattr(held, name))
        ear.line_hops, ear.line = len(bands.line), self._hold("line", bands.line)
        ear.fit = self._hold("fit", bands.fit)
        for name in ("zero_uv", "sums", "raw"):
            setattr(ear, name, self._hold(name, getattr(held, name)))
        ear.hops, ear.bands_hops, ear.settle_hops = memory.hops, held.hops, memory.settle_hops
        ear.begun, ear.shaken = memory.begun, memory.actuator_hz is not None
        for it, channel in zip(self._heard, memory.channels, strict=True):
            self._put(it, channel)

    def has_room(self, memory: "Memory") -> bool:
        """Say whether what is remembered there is no longer than it can be here."""
        pairs = zip(self._heard, memory.channels, strict=True)
        return all(self._has_room(it, channel) for it, channel in pairs)

    def home(self, memory: "Memory") -> None:
        """Bring everything that is remembered to `memory`."""
        self.bring_counts(memory)
        for it, channel in zip(self._heard, memory.channels, strict=True):
            self._get(it, channel)

    def bring_counts(self, memory: "Memory") -> None:
        """Bring how many hops there were, and no channel."""
        ear = self._ear
        memory.hops, memory.settle_hops, memory.begun = ear.hops, ear.settle_hops, bool(ear.begun)
        memory.bands.hops = ear.bands_hops

    # --- between Python and C -----------------------------------------------------------------

    def _hold(self, name: str, array: Array) -> Any:  # noqa: ANN401  cffi has no types
        """Return where the numbers of `array` are, which stays alive under this name."""
        self._held[name] = self._ffi.from_buffer(self._doubles, array)
        return self._held[name]

    def _new(self, name: str, kind: str, count: int) -> Any:  # noqa: ANN401  cffi has no types
        self._held[name] = self._ffi.new(kind, count)
        return self._held[name]

    def _fill(self, told: Any, value: Any) -> None:  # noqa: ANN401  cffi has no types
        """Fill a struct by the names of its fields; `short` is a word of C."""
        for name, _ in self._ffi.typeof(told).fields:
            setattr(told, name, value(name.rstrip("_")))

    def _make_room(self, channel: Any, plan: Plan, index: str) -> None:  # noqa: ANN401  cffi has no types
        lag = emg_heartbeat.lag_hops(plan.hop_s)
        for row, most in (
            (channel.powers, plan.back), (channel.electrode.lines_uv, 2 * plan.lines),
            (channel.muscle.heard, plan.warm_up), (channel.muscle.recent, plan.split + plan.fast),
            (channel.heart.means, 2 * lag + 1), (channel.heart.slopes, emg_heartbeat.SLOPES_KEPT),
            (channel.heart.levels, 4 * lag), (channel.heart.swings, 4 * lag),
        ):  # fmt: skip
            row.most = most
            row.at = self._new(f"row {index} {len(self._held)}", "double[]", most)

    def _put(self, it: Any, value: msgspec.Struct) -> None:  # noqa: ANN401  cffi has no types
        for name in value.__struct_fields__:
            field = getattr(value, name)
            if isinstance(field, msgspec.Struct):
                self._put(getattr(it, name), field)
            elif isinstance(field, list):
                numbers = cast("list[float]", field)
                row = getattr(it, name)
                row.count = len(numbers)
                row.at[0 : row.count] = numbers
            else:
                setattr(it, name, field)

    def _has_room(self, it: Any, value: msgspec.Struct) -> bool:  # noqa: ANN401  cffi has no types
        for name in value.__struct_fields__:
            field = getattr(value, name)
            if isinstance(field, msgspec.Struct) and not self._has_room(getattr(it, name), field):
                return False
            if isinstance(field, list):
                numbers = cast("list[float]", field)
                if len(numbers) > getattr(it, name).most:
                    return False
        return True

    def _get(self, it: Any, value: msgspec.Struct) -> None:  # noqa: ANN401  cffi has no types
        for name in value.__struct_fields__:
            old, new = getattr(value, name), getattr(it, name)
            if isinstance(old, msgspec.Struct):
                self._get(new, old)
            elif isinstance(old, list):
                setattr(value, name, self._ffi.unpack(new.at, new.count))
            else:
                setattr(value, name, type(old)(new))


_KEPT = {
    "muscle_t": emg_onsets.Muscle,
    "heart_t": emg_heartbeat.Heart,
    "electrode_t": emg_quality.Electrode,
}


def compiled(plan: Plan, rules: Rules) -> Kernel | None:
    """Return a kernel for `plan`, None where none was built, wanted, or gives the same bits."""
    if unwanted() or not available():
        return None
    return Kernel(kernel(NAME), plan, rules)


@cache
def available() -> bool:
    """Say whether the kernel was built, and filters and takes logarithms as Python does here."""
    module = kernel(NAME)
    if module is None:
        return False
    numbers = [k * 0.37 + 1e-9 for k in range(200)]
    return (
        all(_remembers(module, struct, kind) for struct, kind in _KEPT.items())
        and all(module.lib.emg_log(x) == math.log(x) for x in numbers)
        and all(module.lib.emg_exp(x - 30.0) == math.exp(x - 30.0) for x in numbers)
        and emg_filters.agree(_filter(module), emg_filters.kernel())
    )


def _remembers(module: Any, struct: str, kind: type[msgspec.Struct]) -> bool:  # noqa: ANN401  cffi has no types
    """Say whether this struct of C has a place for all that Python remembers."""
    return set(kind.__struct_fields__) <= {name for name, _ in module.ffi.typeof(struct).fields}


def _filter(module: Any) -> emg_filters.Kernel:  # noqa: ANN401  cffi has no types
    ffi = module.ffi

    def run(sections: Array, samples: Array, memory: Array) -> None:
        held = [ffi.from_buffer("double[]", array) for array in (sections, memory, samples)]
        it = ffi.new("filter_t *", (len(sections), held[0], held[1]))
        module.lib.emg_filter(it, held[2], *samples.shape)

    return run
