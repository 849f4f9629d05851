"""Motion on its way to the device: how far it is planned, what is sent next, what is replaced."""

from firmware_bridge.device import Device
from firmware_bridge.setpoints import Setpoint
from profiles.trajectory import MAX_SEGMENT_S, Track

from .fitting import Fit, setpoints
from .intent import Mind
from .player import ahead, value_at

HORIZON_S = 0.35
"""How far ahead motion is sent; 0.5 s is the most a device takes (E)."""

TOP_UP_S = 0.05
"""How much of the horizon may pass before it is extended (E)."""

MIN_SEGMENT_S = 0.005
"""Shortest way from a splice to its first knots (E)."""

SLOW_LEAD_S = 0.05
"""A link that needs more lead than this delivers a splice after 5 ms have long passed: over
Bluetooth the first knots lie as far ahead as the lead, or the device would starve (E)."""


_TINY_S = 1e-6
"""Less than any two knots are apart."""

FOLLOWED_BYTES = 6 * 57
"""What a splice may have to wait for before the device knows how to go on, on a slow line: the
frame that is under way, its own, and four of KNOTS, the longest that 115200 baud allows (E)."""


class Streamer:
    """Sends what a mind intends. `offset_s` is the device time of session time 0."""

    def __init__(self, device: Device, fit: Fit, offset_s: float) -> None:
        self._device = device
        self._fit = fit
        self._offset_s = offset_s
        self._planned_s = 0.0
        self._silent = False

    def extend(self, mind: Mind, now_s: float) -> None:
        """Continue to the horizon, if enough of it has passed and the device has room."""
        if self._silent or self._planned_s - now_s > HORIZON_S - TOP_UP_S:
            return
        until_s = now_s + HORIZON_S
        planned = setpoints(self._tracks(mind, self._planned_s, until_s), self._fit, self._offset_s)
        fitting = _whole_instants(planned, self._device.credit)
        if len(fitting) < len(planned):
            until_s = fitting[-1].at_s - self._offset_s if fitting else self._planned_s
        self._planned_s = until_s  # before sending: the far end may answer within the call
        if fitting:
            self._device.extend(fitting)

    def splice(self, mind: Mind, at_s: float, over_s: float) -> None:
        """Replace what is queued from `at_s` on: one knot for each channel, then the rest."""
        soon_s = self._first_s(mind, at_s, over_s, self._least_segment_s)
        until_s = max(soon_s, self._first_s(mind, at_s, over_s, self._followed_s))
        first = {quantity: self._knot(mind, quantity, until_s) for quantity in self._quantities}
        if until_s > soon_s:  # the line is slow: what lowers acts as soon as on any other
            first |= self._lowering(mind, at_s, soon_s, first)
        spelled = setpoints(first, self._fit, self._offset_s)
        self._planned_s = until_s
        self._silent = False
        self._device.splice(at_s + self._offset_s, spelled)
        self.extend(mind, at_s)

    def fall_silent(self) -> None:
        """Send no more motion until the next splice: the device lets go by itself."""
        self._silent = True

    def _first_s(self, mind: Mind, at_s: float, over_s: float, least_s: float) -> float:
        """Return when the first knots after `at_s` are due, if none may come before `least_s`."""
        soon_s = at_s + max(min(over_s, MAX_SEGMENT_S), least_s)
        coming = ahead(mind.playhead, "pressure", at_s, soon_s)
        return next((s for s in coming.at_s if s - at_s >= least_s), soon_s)

    def _lowering(
        self, mind: Mind, at_s: float, soon_s: float, first: dict[str, Track]
    ) -> dict[str, Track]:
        """Return the tracks that must not wait for `first`: a way past them would press more."""
        until_s = first["cap"].at_s[0]
        between = ahead(mind.playhead, "pressure", soon_s - _TINY_S, until_s - _TINY_S)
        more = {"pressure": between, "cap": self._knot(mind, "cap", soon_s)}
        gain = mind.course.gain
        if gain.locate(at_s) != gain.locate(until_s):
            more["gain"] = self._knot(mind, "gain", soon_s)
        return {quantity: _both(track, first[quantity]) for quantity, track in more.items()}

    @property
    def _followed_s(self) -> float:
        """How long it takes until more knots than those of a splice have arrived."""
        on_the_wire_s = FOLLOWED_BYTES / self._device.bytes_s
        return max(self._least_segment_s, min(on_the_wire_s, MAX_SEGMENT_S))

    @property
    def _least_segment_s(self) -> float:
        lead_s = self._device.clock.lead_s
        return lead_s if lead_s > SLOW_LEAD_S else MIN_SEGMENT_S

    @property
    def _quantities(self) -> tuple[str, ...]:
        return ("gain", "cap", *self._fit.channel_of)

    def _tracks(self, mind: Mind, after_s: float, until_s: float) -> dict[str, Track]:
        return {
            "gain": mind.course.gain.track(after_s, until_s),
            "cap": mind.course.cap.track(after_s, until_s),
            **{
                quantity: _allowed(mind, quantity, ahead(mind.playhead, quantity, after_s, until_s))
                for quantity in self._fit.channel_of
            },
        }

    def _knot(self, mind: Mind, quantity: str, at_s: float) -> Track:
        if quantity in ("gain", "cap"):
            glide = mind.course.gain if quantity == "gain" else mind.course.cap
            value, slope, rhythmic = *glide.locate(at_s), False
        else:
            value, slope = value_at(mind.playhead, quantity, at_s)
            coming = ahead(mind.playhead, quantity, at_s - 1e-9, at_s + MAX_SEGMENT_S)
            rhythmic = bool(coming.rhythmic and coming.rhythmic[0])
        return _allowed(mind, quantity, Track((at_s,), (value,), (slope,), (rhythmic,)))


def _allowed(mind: Mind, quantity: str, track: Track) -> Track:
    """Return a track as it may be sent: of a temperature nothing, where heat must be off."""
    if quantity != "temperature" or mind.heats:
        return track
    off = (0.0,) * len(track.at_s)
    return Track(track.at_s, off, off, track.rhythmic)


def _both(one: Track, other: Track) -> Track:
    return Track(
        one.at_s + other.at_s,
        one.value + other.value,
        one.slope + other.slope,
        one.rhythmic + other.rhythmic,
    )


def _whole_instants(planned: list[Setpoint], credit: int) -> list[Setpoint]:
    """Return as many as there is credit for, all channels of an instant or none."""
    if credit >= len(planned):
        return planned
    while credit > 0 and planned[credit - 1].at_s == planned[credit].at_s:
        credit -= 1
    return planned[:credit]
