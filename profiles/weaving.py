"""From judged steps to what every channel does: shapes side by side, and rests where none is."""

from collections.abc import Iterator, Sequence

import msgspec

from .asks import Ask, Chambers, Heat, leaves_pressure
from .findings import Findings
from .judging import Judged
from .limits import Body
from .pace import (
    FALL_KPA_S,
    RISE_HEADROOM,
    RISE_LEVEL_KPA_S,
    Pace,
    Shape,
    Unplayable,
    change_s,
    must_fit,
)
from .parameters import Chosen, Mode
from .problems import Path, Reason
from .quantities import shown
from .rig import Rig
from .shapes import Curve
from .techniques import shape
from .trajectory import Track, Trajectory, pad_track

LEVEL_KPA_S = RISE_HEADROOM * RISE_LEVEL_KPA_S
"""How fast levels are planned to rise: somewhat less than may be (D)."""


class Woven(msgspec.Struct, frozen=True):
    """What plays at one time, as one trajectory; `own` are the shapes of its branches."""

    path: Path
    branches: tuple[Judged, ...]
    own: tuple[Shape, ...]
    trajectory: Trajectory

    @property
    def entry_s(self) -> float:
        """How long the longest way into a branch takes."""
        return max(one.entry_s for one in self.own)


class Loom:
    """Shapes the steps of one compilation, in one mode."""

    def __init__(
        self, chosen: Chosen, mode: Mode, body: Body, rig: Rig, findings: Findings
    ) -> None:
        self._chosen = chosen
        self._mode: Mode = mode
        self._rig = rig
        self._findings = findings
        envelope = body.envelope
        self._pace = Pace(
            start_kpa=0.0,
            rise_level_kpa_s=min(LEVEL_KPA_S, RISE_HEADROOM * envelope.rise_level_kpa_s.value),
            fall_kpa_s=min(FALL_KPA_S, envelope.fall_kpa_s.value),
        )
        self._starts: dict[str, float] = {}

    def weave(self, groups: Sequence[tuple[Path, tuple[Judged, ...]]]) -> list[Woven]:
        """Return the steps that have a shape, each beginning where the one before ends."""
        found: list[Woven] = []
        for index, (path, branches) in enumerate(groups):
            after = groups[index + 1][1] if index + 1 < len(groups) else None
            woven = self._woven(path, branches, after)
            if woven is not None:
                found.append(woven)
                tracks = woven.trajectory.tracks
                self._starts = {name: track.value[-1] for name, track in tracks.items()}
        return list(self._filled(found))

    def _woven(
        self, path: Path, branches: tuple[Judged, ...], after: tuple[Judged, ...] | None
    ) -> Woven | None:
        own: list[Shape] = []
        tracks: dict[str, Track] = {}
        for judged in branches:
            pace = self._pace_of(judged, after)
            one = self._shape(judged, judged.planned.ask(self._chosen, self._mode), pace)
            if one is None:
                return None
            own.append(one)
            self._lay(judged, one, tracks)
        if len(branches) > 1:
            self._check_abreast(branches, own)
        pressed = {name: track for name, track in tracks.items() if _is_pressure(name)}
        if not self._rest_elsewhere(path, pressed, own[0].trajectory.duration_s):
            return None
        return Woven(path, branches, tuple(own), Trajectory({**pressed, **tracks}))

    def _pace_of(self, judged: Judged, after: tuple[Judged, ...] | None) -> Pace:
        return msgspec.structs.replace(
            self._pace,
            start_kpa=self._starts.get(judged.pad, 0.0),
            start_of={
                site: self._starts.get(pad_track(site if place else ""), 0.0)
                for place, site in enumerate(self._rig.sites)
                if site
            },
            last=after is None,
            start_degc=self._starts.get("temperature", 0.0),
            warm_after=any(
                isinstance(one.planned.ask(self._chosen, self._mode), Heat) for one in after or ()
            ),
        )

    def _shape(self, judged: Judged, ask: Ask, pace: Pace) -> Shape | None:
        """Shape a step as its author wrote it, then as it can be played here."""
        written = msgspec.structs.replace(pace, rise_level_kpa_s=LEVEL_KPA_S, fall_kpa_s=FALL_KPA_S)
        try:
            one = shape(ask, written)
        except Unplayable as error:
            when = {"played": "", "worst": " (live parameters at their highest)"}
            tail = when.get(self._mode, " (live parameters at their lowest)")
            self._findings.problem((*judged.planned.path, *error.at), error.sentence, tail)
            return None
        less = judged.lessened(ask)
        if less == ask and pace == written:
            return one
        try:
            return shape(less, pace)
        except Unplayable as error:
            self._findings.refuse(
                Reason.UNPLAYABLE, judged.planned.path, _lessened(judged, pace) + error.sentence
            )
            return one

    def _lay(self, judged: Judged, one: Shape, tracks: dict[str, Track]) -> None:
        """Put a shape's tracks where its pads are; two steps cannot move one thing."""
        ask = judged.planned.ask(self._chosen, self._mode)
        silent = leaves_pressure(ask)
        for name, track in one.trajectory.tracks.items():
            if name == "pressure" and silent:
                continue
            key = self._key(judged, ask, name)
            if key in tracks and tracks[key] != track:
                sentence = f"a step beside it moves the {key} too; let one of them stand still"
                self._findings.problem(judged.planned.path, sentence)
            tracks[key] = track

    def _key(self, judged: Judged, ask: Ask, name: str) -> str:
        if isinstance(ask, Chambers) and ask.sites:
            return self._rig.pad(name.partition(":")[2]) or name
        return judged.pad if name == "pressure" else name

    def _check_abreast(self, branches: tuple[Judged, ...], own: list[Shape]) -> None:
        first_s = own[0].trajectory.duration_s
        for judged, one in zip(branches[1:], own[1:], strict=True):
            if abs(one.trajectory.duration_s - first_s) > 1e-6:
                sentence = (
                    "steps that play together last equally long; "
                    f"the first takes {shown(first_s, 'time')}"
                )
                self._findings.problem((*judged.planned.path, "for"), sentence)

    def _rest_elsewhere(self, path: Path, pressed: dict[str, Track], duration_s: float) -> bool:
        """Let go with every pad that does not work in a step. Say whether there is time for it."""
        for name in {"pressure", *filter(_is_pressure, self._starts)} - pressed.keys():
            start_kpa = self._starts.get(name, 0.0)
            needed_s = change_s(start_kpa, 0.0, self._pace)
            try:
                must_fit(needed_s, duration_s)
            except Unplayable as error:
                self._findings.problem((*path, "for"), f"another pad lets go: {error.sentence}")
                return False
            curve = Curve(start_kpa)
            curve.swing_to(0.0, needed_s)
            curve.rest_until(duration_s)
            pressed[name] = curve.track()
        return True

    def _filled(self, found: list[Woven]) -> Iterator[Woven]:
        """Give every step a track for each channel that any of them uses: the others rest."""
        names = {name for woven in found for name in woven.trajectory.tracks}
        order = sorted(names, key=lambda name: (name != "pressure", name))
        for woven in found:
            rest = Curve(0.0)
            rest.rest_until(woven.trajectory.duration_s)
            tracks = {name: woven.trajectory.tracks.get(name, rest.track()) for name in order}
            yield msgspec.structs.replace(woven, trajectory=Trajectory(tracks))


def _is_pressure(name: str) -> bool:
    return name.partition(":")[0] == "pressure"


def _lessened(judged: Judged, pace: Pace) -> str:
    rise = shown(pace.rise_level_kpa_s, "pressure rate")
    made = "made by pressure, " if judged.by_pressure else ""
    slow = f"{judged.slow:.0%} of its rate, " if judged.slow < 1.0 else ""
    return f"{made}at {judged.scale:.0%}, {slow}and rises of {rise} at most: "
