"""Setpoints that wait for their time, and what the curve through them says in between."""

from bisect import bisect_right
from collections.abc import Iterable

from .setpoints import Setpoint


class Pending:
    """The curve of each channel. What has passed is forgotten, but for where it came from.

    The `stepped` ones go from value to value: there is nothing in between two techniques.
    """

    def __init__(self, stepped: Iterable[int] = ()) -> None:
        self._stepped = frozenset(stepped)
        self._lanes: dict[int, list[Setpoint]] = {}

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def extend(self, setpoints: Iterable[Setpoint]) -> None:
        """Continue, in time order over all channels."""
        for setpoint in setpoints:
            self._lanes.setdefault(setpoint.channel, []).append(setpoint)

    def splice(self, at_s: float, setpoints: Iterable[Setpoint]) -> None:
        """Replace what comes after `at_s`, from where each channel then is."""
        for channel, lane in self._lanes.items():
            value, slope = self._locate(channel, at_s)
            del lane[bisect_right(lane, at_s, key=_at_s) :]
            lane.append(Setpoint(channel, at_s, value, slope))
        self.extend(setpoints)

    def clear(self) -> None:
        self._lanes.clear()

    def forget_before(self, at_s: float) -> None:
        """Keep one setpoint before `at_s`, for the way to the next."""
        for lane in self._lanes.values():
            del lane[: max(bisect_right(lane, at_s, key=_at_s) - 1, 0)]

    def value_at(self, channel: int, at_s: float) -> float:
        """Return where a channel is; 0 where it was never told."""
        return self._locate(channel, at_s)[0]

    @property
    def ends_s(self) -> float:
        """Until when every channel that was ever told knows where to go; never told: for ever."""
        return min((lane[-1].at_s for lane in self._lanes.values()), default=float("inf"))

    def _locate(self, channel: int, at_s: float) -> tuple[float, float]:
        lane = self._lanes.get(channel, [])
        i = bisect_right(lane, at_s, key=_at_s)
        if i == 0:
            return 0.0, 0.0
        if i == len(lane) or channel in self._stepped:
            return lane[i - 1].value, 0.0
        return _between(lane[i - 1], lane[i], at_s)


def _at_s(setpoint: Setpoint) -> float:
    return setpoint.at_s


def _between(one: Setpoint, two: Setpoint, at_s: float) -> tuple[float, float]:
    """Return value and slope of the cubic, kept between its ends whatever the slopes say."""
    length_s = two.at_s - one.at_s
    u = (at_s - one.at_s) / length_s
    rise = two.value - one.value
    value = (
        one.value
        + rise * u * u * (3.0 - 2.0 * u)
        + length_s * u * (1.0 - u) * (one.slope * (1.0 - u) - two.slope * u)
    )
    slope = (
        6.0 * rise * u * (1.0 - u) / length_s
        + one.slope * (1.0 - u) * (1.0 - 3.0 * u)
        + two.slope * u * (3.0 * u - 2.0)
    )
    low, high = sorted((one.value, two.value))
    return min(max(value, low), high), slope
