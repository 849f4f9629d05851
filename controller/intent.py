"""Everything the controller knows and intends, as one frozen value."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import msgspec

from profiles.program import Program

from .alarms import Alarms
from .battery import Charge
from .factors import CAP_RISE_KPA_S, Course, Factors, begin, steer
from .glide import Glide
from .hearing import Hearing, deaf
from .heating import Heat
from .pausing import Pausing
from .player import Playhead, at_beginning, part_at, rhythmic_at, value_at
from .references import Values
from .safety import Watch
from .stiffness import Pad, Probe
from .timekeeping import Spent
from .tracking import BANDWIDTH_HZ, MISSED_KPA, TOUCHING_KPA, Asked
from .words import Mode, Reason, Verdict

Early: TypeAlias = Literal["done", "released", "stopped"]

Phase: TypeAlias = Literal["playing", "paused", "releasing", "over"]

NEVER_S = float("inf")
"""Later than everything; for a limit, more than anything."""

GROW_KPA_S = 2.0
"""How fast a live parameter may raise what is pressed (E, rules)."""


class Mount(msgspec.Struct, frozen=True):
    """What the mind must know of the device: its first pad, what its channel follows, other pads.

    `more_pads` are the tracks of the others, and `probes` the pads whose depth is measured; `heats`
    says that the programme moves a heater.
    """

    area_cm2: float = 10.0
    bandwidth_hz: float = BANDWIDTH_HZ
    more_pads: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    heats: bool = False


class Mind(msgspec.Struct, frozen=True):
    """Everything the controller knows and intends.

    `well_at_s` is when a freeze may end and `frozen_s` since when it holds, `acted` the last cause
    that acted and when, `approach_s` since when contact is felt for, `growth` how a raised
    parameter comes about, `hurt` whether somebody has said that it hurts, `pain_told` how often by
    an order, and `early` which step was ended before its time, and how.
    """

    program: Program
    mount: Mount
    playhead: Playhead
    factors: Factors
    course: Course
    watch: Watch = Watch()
    heat: Heat = Heat()
    charge: Charge = Charge()
    hearing: Hearing = Hearing()
    early: tuple[int, Early] = (-1, "released")
    mode: Mode = "closed_loop"
    trusted_again: bool = False
    alarms: Alarms = ()
    phase: Phase = "playing"
    why: Verdict | None = None
    well_at_s: float = NEVER_S
    frozen_s: float = NEVER_S
    acted: tuple[Reason, float] = (Reason.COMPLETE, -NEVER_S)
    approach_s: float | None = None
    pause: Pausing | None = None
    spent: Spent = Spent()
    growth: Glide = Glide(0.0, 0.0, 0.0)
    hurt: bool = False
    pain_told: int = 0
    over_at_s: float = NEVER_S

    def grows(self, at_s: float) -> bool:
        """Whether a raised parameter is still coming about."""
        return at_s < self.growth.at_s + self.growth.over_s

    def grown_kpa(self, at_s: float) -> float:
        """Return how high a raised parameter presses so far; where none is raised, any height."""
        return self.growth.value_at(at_s) if self.grows(at_s) else NEVER_S

    @property
    def heats(self) -> bool:
        """Whether a surface may be warm: while all is well, on a body, and never after pain."""
        well = self.phase == "playing" and self.approach_s is None
        return well and not self.heat.off and not self.hurt

    def asked_degc(self, at_s: float) -> float:
        """Return how warm a surface is asked to be at `at_s`, 0 for off."""
        return value_at(self.playhead, "temperature", at_s)[0] if self.heats else 0.0

    def waits(self, at_s: float) -> bool:
        """Whether the step that plays lets nothing press and waits for a person to answer."""
        if self.phase != "playing" or not 0.0 <= at_s < self.playhead.end_s:
            return False
        part = self.playhead.parts[part_at(self.playhead, at_s)]
        step = self.program.steps[part.index]
        since_s = at_s - part.origin_s
        return step.wait is not None and part.goal_s is None and since_s >= step.entry_s

    def shakes_hz(self, at_s: float) -> float | None:
        """Return how fast a head oscillates, None where it is still."""
        amplitude_mm, _ = value_at(self.playhead, "amplitude", at_s)
        frequency_hz, _ = value_at(self.playhead, "frequency", at_s)
        return frequency_hz if amplitude_mm > 0.0 and frequency_hz > 0.0 else None

    def target_kpa(self, at_s: float) -> float:
        """Return the pressure asked for at `at_s`, of the pad that is asked for most."""
        return max(self._pressed_kpa("pressure", at_s), self.others_kpa(at_s))

    def others_kpa(self, at_s: float) -> float:
        """Return the pressure asked for at `at_s` of the further pads, 0 where there are none."""
        pads = self.mount.more_pads
        return max(self._pressed_kpa(pad, at_s) for pad in pads) if pads else 0.0

    def probed(self) -> tuple[Pad, ...]:
        """Return where each pad works whose depth is measured."""
        steps = self.program.steps
        step = steps[min(max(self.playhead.index, 0), len(steps) - 1)]
        return tuple(
            [Pad(step.regions.get(p.track, step.region), p.area_cm2) for p in self.mount.probes]
        )

    def _pressed_kpa(self, track: str, at_s: float) -> float:
        wanted_kpa, _ = value_at(self.playhead, track, at_s)
        return self.course.pressed_kpa(wanted_kpa, at_s)

    def asked(self, from_s: float, to_s: float) -> Asked:
        """Return what was asked for between two instants: pressure, and how fast it may rise.

        Who only waits or lets go makes nothing rise; a body that moves may.
        """
        target_kpa, others_kpa = self._pressed_kpa("pressure", to_s), self.others_kpa(to_s)
        if self.phase != "playing":
            return Asked(target_kpa, NEVER_S, others_kpa=others_kpa)
        envelope = self.program.envelope
        rhythm = rhythmic_at(self.playhead, to_s) or rhythmic_at(self.playhead, from_s)
        limit = envelope.rise_rhythm_kpa_s if rhythm else envelope.rise_level_kpa_s
        touch_kpa = MISSED_KPA if self.approach_s is None else TOUCHING_KPA
        return Asked(target_kpa, limit.value, touch_kpa, others_kpa)


def wake(
    program: Program,
    mount: Mount | None = None,
    noise_uv: tuple[float, ...] = (),
    rest_uv: Values = (),
    strongest: Mapping[str, Values] = MappingProxyType({}),
) -> Mind:
    """Return the mind that will play `program` from session time 0 on.

    `noise_uv` is what of each EMG channel is noise, and `rest_uv` what it was at rest, as
    pre-flight has heard it; `strongest` is how strong the muscles of regions are.
    """
    factors = Factors(limit_kpa=program.envelope.pressure_kpa.value)
    playhead = at_beginning(program)
    return Mind(
        program=program,
        mount=mount or Mount(),
        playhead=playhead,
        factors=factors,
        course=begin(factors),
        hearing=deaf(program, noise_uv, rest_uv, strongest),
        over_at_s=playhead.end_s,
    )


def with_factors(mind: Mind, **changes: float) -> Mind:
    """Return the mind with other factors; what is pressed changes when it is steered."""
    return msgspec.structs.replace(mind, factors=msgspec.structs.replace(mind.factors, **changes))


def steered(mind: Mind, at_s: float, over_s: float) -> Mind:
    """Return the mind whose gain and cap go where its factors say."""
    rise = GROW_KPA_S if mind.grows(at_s) else CAP_RISE_KPA_S
    course = steer(mind.course, mind.factors, at_s, over_s, rise)
    return msgspec.structs.replace(mind, course=course)
