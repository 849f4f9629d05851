"""A compiled profile: what is played, in which order, and what may change it on the way."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from .envelope import Envelope, Limit
from .trajectory import Track, Trajectory, presses

Grade = Literal["light", "moderate", "deep"]
GRADES: tuple[Grade, ...] = ("light", "moderate", "deep")


class Signal(msgspec.Struct, frozen=True, tag="signal"):
    """`{signal, above | below, of, for}`: a signal beyond a level for a while.

    `level` is a fraction of `of`, or, with `of` None, an absolute value in `unit`.
    """

    signal: str
    beyond: Literal["above", "below"]
    level: float
    of: Literal["baseline", "start", "mvc"] | None
    unit: str
    for_s: float
    channel: int | None = None


class Button(msgspec.Struct, frozen=True, tag="button"):
    """A person pressed this button."""

    button: str


class Elapsed(msgspec.Struct, frozen=True, tag="elapsed"):
    """This much time has passed since the step began."""

    elapsed_s: float


class AnyOf(msgspec.Struct, frozen=True, tag="any"):
    """One of these holds."""

    conditions: tuple["Condition", ...]


class AllOf(msgspec.Struct, frozen=True, tag="all"):
    """All of these hold."""

    conditions: tuple["Condition", ...]


Condition = Signal | Button | Elapsed | AnyOf | AllOf


class Ease(msgspec.Struct, frozen=True, tag="ease"):
    """Press `to` (0..1) of the programme within `over_s`, for at least `keep_s`."""

    to: float
    over_s: float
    keep_s: float


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """Stay where it is, for at most `for_s`."""

    for_s: float


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Let go within `over_s`, then pause, continue with the next step, or stop."""

    over_s: float
    then: Literal["pause", "continue", "stop"]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End the session now."""


class Mark(msgspec.Struct, frozen=True, tag="mark"):
    """Write a line in the log."""

    text: str = ""


Action = Ease | Hold | Release | Stop | Mark


class Rule(msgspec.Struct, frozen=True):
    """When the condition holds, do. The first rule in the file wins; the log says its name."""

    name: str
    when: Condition
    do: Action
    line: int


class Adapt(msgspec.Struct, frozen=True):
    """Map a signal to a share of the programme's pressure, never over 1, smoothed over `over_s`."""

    signal: str
    of: Literal["baseline", "start", "mvc"]
    map: tuple[tuple[float, float], ...]
    over_s: float


class SignalNeed(msgspec.Struct, frozen=True):
    """What happens when a signal is not there from the start, or is lost on the way."""

    missing: Literal["refuse", "skip", "timed"]
    lost: Literal["ease", "hold", "release", "stop"]


class Wait(msgspec.Struct, frozen=True):
    """Rest without pressure until a person says to go on, at most for the step's `max_s`.

    Whoever plays it asks `say`, goes on to the next step at a person's order once `entry_s` has
    passed, and does `otherwise` when `max_s` is over and nobody has answered.
    """

    say: str
    otherwise: Literal["stop", "continue"]


class Branch(msgspec.Struct, frozen=True):
    """One of the techniques that play at one time: where, and which pressure tracks are its own."""

    technique: str
    region: str
    tracks: tuple[str, ...]


class LeftOut(msgspec.Struct, frozen=True):
    """A step that its author lets be left out where there is no channel for it."""

    line: int
    label: str
    quantity: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One technique on one region, as a trajectory in its own time (0 is where the step begins).

    The first `entry_s` lead from where the step before ends to where this technique begins;
    `limit` is the highest pressure allowed in this step. `region` is that of the first pad, or of
    the only one that works; `regions` has those of the other pressure tracks. What is in `needs` is
    not left out. `slow` is the share of its rate at which a slow device plays it. `branches` is
    empty where one technique plays.
    """

    label: str
    technique: str
    region: str
    line: int
    grade: Grade
    trajectory: Trajectory
    entry_s: float
    limit: Limit
    max_s: float
    baseline: str | None = None
    until: Condition | None = None
    adapt: Adapt | None = None
    scale: float = 1.0
    slow: float = 1.0
    wait: Wait | None = None
    needs: tuple[str, ...] = ()
    regions: dict[str, str] = {}
    branches: tuple[Branch, ...] = ()

    @property
    def techniques(self) -> tuple[str, ...]:
        """Each technique that plays."""
        return tuple(dict.fromkeys(one.technique for one in self.branches)) or (self.technique,)

    @property
    def all_regions(self) -> tuple[str, ...]:
        """Each region that is worked on, that of the first pad first."""
        return tuple(dict.fromkeys((self.region, *self.regions.values())))

    def pressures(self) -> Iterator[tuple[str, Track]]:
        """Yield the region and the curve of every pad."""
        for name, track in self.trajectory.tracks.items():
            if presses(name):
                yield self.regions.get(name, self.region), track


class Parameter(msgspec.Struct, frozen=True):
    """A value the operator may choose, in SI units (kPa, s, Hz, mm, 1 for per cent)."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    live: bool
    label: str


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A profile, compiled for one envelope. `worst_case_s` counts every step at its longest.

    Every step has a track for each channel that any step uses.
    """

    id: str
    title: str
    revision: int
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    parameters: tuple[Parameter, ...]
    signals: dict[str, SignalNeed]
    channels: tuple[str, ...]
    worst_case_s: float
    peak_kpa: float
    peak_rise_kpa_s: float
    envelope: Envelope
    left_out: tuple[LeftOut, ...] = ()
