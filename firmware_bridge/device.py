"""The second seam: whose language. What the rest of the house may ask of any device."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from .capabilities import Capabilities
from .codes import Cause, Gesture, Source
from .errors import BridgeError
from .readings import Reading
from .setpoints import ArmedLimits, Setpoint

OnReading = Callable[[Reading], None]
OnFailure = Callable[[BridgeError], None]
"""Called once, when the device can no longer be spoken to, or is not the one it was."""


class Halted(msgspec.Struct, frozen=True):
    """A stop that the device has confirmed: who latched it, and the nonce that CLEAR must name."""

    path: Cause
    nonce: int


class LinkStats(msgspec.Struct, frozen=True, kw_only=True):
    """What the link has done since it was opened. Times in milliseconds, None unmeasured.

    `sample_age_p99_ms` is how old the newest sample of a batch is when it arrives; how often
    something arrives is `event_spacing_ms`, over Bluetooth the connection interval. A change shows
    in time over round trips up to `rtt_most_ms`, which is None where nothing shows it.
    """

    frames_sent: int
    frames_received: int
    frames_bad: int
    samples_lost: int
    rtt_p50_ms: float | None
    rtt_p99_ms: float | None
    values_lost: int = 0
    event_spacing_ms: float | None = None
    sample_age_p99_ms: float | None = None
    rtt_most_ms: float | None = None


class Clock(Protocol):
    """The device's clock, as far as the host knows it."""

    @property
    def now_s(self) -> float:
        """Device time now, seconds since its boot."""
        ...

    @property
    def uncertainty_s(self) -> float:
        """How far `now_s` may be off."""
        ...

    @property
    def lead_s(self) -> float:
        """How far ahead anything that raises must be sent."""
        ...


class Device(Protocol):
    """A connected device. Verbs on the moving path never wait."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def bytes_s(self) -> float:
        """How much the wire to it carries in a second; infinite where it is not known."""
        ...

    @property
    def stats(self) -> LinkStats: ...

    def count_anew(self) -> None:
        """Measure the link from now on: what opening it took says nothing of what comes."""
        ...

    async def arm(self, limits: ArmedLimits) -> None:
        """Lower the device to this session. Raises `DeviceRefused`, `LinkTimeout`."""
        ...

    @property
    def credit(self) -> int:
        """How many more setpoints there is room for."""
        ...

    def extend(self, setpoints: Sequence[Setpoint]) -> int:
        """Continue the queue, in time order over all channels; return how many had credit."""
        ...

    def splice(self, at_s: float, setpoints: Sequence[Setpoint]) -> None:
        """Replace the queue from `at_s` on. Every channel in use is named at least once."""
        ...

    def halt(self, source: Source) -> None:
        """Stop, ahead of everything, repeated until acknowledged. Never raises."""
        ...

    async def halted(self) -> Halted:
        """Wait until a stop is acknowledged. Raises `LinkTimeout`, `LinkClosed`."""
        ...

    async def disarm(self) -> None:
        """Ease to zero and be idle; return when it is. Raises `LinkTimeout`, `LinkClosed`."""
        ...

    async def clear(self, nonce: int) -> None:
        """Leave the latch of this nonce. Raises `DeviceRefused`, `LinkTimeout`."""
        ...

    def beat(self, judged: int) -> None:
        """The control task lives, and has judged the batch of this number."""
        ...

    async def act(self, gesture: Gesture) -> None:
        """The simulated person of an emulated device does this. Raises `DeviceRefused`."""
        ...

    def listen(self, on_reading: OnReading, on_failure: OnFailure) -> None:
        """From now on, call these. The newest listener replaces the one before."""
        ...

    async def aclose(self) -> None:
        """Hang up. A device that is still armed lets go by itself."""
        ...
