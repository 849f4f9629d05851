"""The virtual device's own watches over its host and over time, in ticks of 1 ms."""

from collections import deque

SILENT_TICKS, LOST_TICKS = 100, 250
"""Silence that starts a fade, and that ends the session, on a serial line (wire)."""

JUDGED_TICKS = 200
"""A BEAT whose number stands still this long is silence (wire)."""

AIR_SILENT_TICKS, AIR_LOST_TICKS, AIR_JUDGED_TICKS = 300, 700, 400
"""The same over Bluetooth LE (wire). The number may stand still for longer than the silence that
fades, or a silence of 200 ms, in which no number can change, would fade too (E)."""

_WIRE = SILENT_TICKS, LOST_TICKS, JUDGED_TICKS
_AIR = AIR_SILENT_TICKS, AIR_LOST_TICKS, AIR_JUDGED_TICKS

LAPSE_TICKS = 30_000
"""An arming without motion lapses after this (wire)."""

TAKEOVERS, TAKEOVER_TICKS = 3, 60_000
"""The third take-over from a fade within a minute ends the session (wire)."""

NEVER = 1 << 62
"""A tick that no clock reaches (D)."""


class Watch:
    """When the host was heard, what it has judged, how often it took over from a fade.

    `air` says that it speaks over Bluetooth LE.
    """

    def __init__(self) -> None:
        self.air = False
        self.heard = 0
        self._judged: int | None = None
        self._judged_at = NEVER
        self._moved = 0
        self._session_ends = NEVER
        self._takeovers: deque[int] = deque(maxlen=TAKEOVERS)

    def arm(self, tick: int, session_max_s: float) -> None:
        """A session begins."""
        self.heard = self._moved = tick
        self._judged, self._judged_at = None, NEVER
        self._session_ends = tick + round(session_max_s * 1000)
        self._takeovers.clear()

    def hear(self, tick: int) -> None:
        """A frame that feeds the watch came."""
        self.heard = max(self.heard, tick)

    def move(self, tick: int) -> None:
        """Knots were taken."""
        self._moved = tick

    def beat(self, tick: int, judged: int) -> None:
        """A BEAT came: the control task has judged samples up to `judged`."""
        if judged != self._judged:
            self._judged, self._judged_at = judged, tick

    def take_over(self, tick: int) -> bool:
        """Count a take-over. Say whether it is one too many."""
        self._takeovers.append(tick)
        return len(self._takeovers) == TAKEOVERS and tick - self._takeovers[0] <= TAKEOVER_TICKS

    def silence(self) -> tuple[int, int]:
        """Return when silence starts a fade, and when it ends the session.

        It counts from the last frame, or from before the number stood still too long.
        """
        silent, lost, judged = _AIR if self.air else _WIRE
        since = self._judged_at + judged - silent
        if since > self.heard:
            since = self.heard
        return since + silent, since + lost

    @property
    def lapses_at(self) -> int:
        return self._moved + LAPSE_TICKS

    @property
    def ends_at(self) -> int:
        return self._session_ends


RELIEF_KPA = 4.3
"""Pressure under which blood flows (M, physiology 2.7)."""

_PERIOD_TICKS = 10
_WINDOW = 500
_RELIEF = 50
"""Half a second below it in total, within any 5 s, is relief (E, rules)."""


class Occlusion:
    """How long tissue has gone without relief from pressure. Told the pressure every 10 ms."""

    def __init__(self) -> None:
        self._low = deque([True] * _WINDOW, maxlen=_WINDOW)
        self._count = _WINDOW
        self._ticks = 0

    def feel(self, pressure_kpa: float) -> None:
        low = pressure_kpa < RELIEF_KPA
        self._count += low - self._low[0]
        self._low.append(low)
        relieved = low and self._count >= _RELIEF
        self._ticks = 0 if relieved else self._ticks + _PERIOD_TICKS

    @property
    def seconds(self) -> float:
        """Time since there last was relief."""
        return self._ticks * 1e-3
