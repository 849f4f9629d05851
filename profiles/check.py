"""check_profile: everything that can be said about a profile without playing it."""

from collections.abc import Callable, Mapping

import msgspec

from . import meaning
from .compiler import compile_profile
from .dose import Dose
from .envelope import Envelope
from .load import read
from .loads import Load, loads
from .model import Profile
from .problems import Problem, ProfileProblems, Refused
from .program import Program, SignalNeed
from .regions import Thresholds
from .rig import Rig


class Needs(msgspec.Struct, frozen=True):
    """What a device must have, and what happens without each signal."""

    channels: tuple[str, ...] = ()
    signals: dict[str, SignalNeed] = {}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a profile does at its worst: with every live parameter at its highest.

    `refused` names the reason if the profile is sound but not for this person or device; the
    sentence is then the only problem. `program` is what is played, `worst` the same with every live
    parameter at its highest.
    """

    problems: tuple[Problem, ...] = ()
    refused: str | None = None
    worst_case_s: float = 0.0
    peak_kpa: float = 0.0
    peak_rise_kpa_s: float = 0.0
    regions: dict[str, Load] = {}
    needs: Needs = Needs()
    program: Program | None = None
    worst: Program | None = None

    @property
    def dose(self) -> dict[str, Dose]:
        """How much is pressed on each region in all, at worst."""
        return {region: load.dose for region, load in self.regions.items()}

    @property
    def ok(self) -> bool:
        """Whether it may be played."""
        return not self.problems


def check_profile(
    text: str | bytes,
    file: str,
    values: Mapping[str, str | float],
    envelope: Envelope,
    *,
    area_cm2: float = 10.0,
    thresholds: Thresholds | None = None,
    emulated: bool = False,
    closed_loop: bool = False,
    measured: bool = True,
    watched: bool = True,
    rig: Rig | None = None,
    hears: Callable[[str], bool] = lambda _: True,
) -> Check:
    """Return what a profile would do, or every problem it has. It never raises for bad input.

    `hears` says whether the device gives a signal.
    """
    needs = Needs()

    def compiled(chosen: Mapping[str, str | float]) -> Program:
        return compile_profile(
            profile,
            chosen,
            envelope,
            area_cm2=area_cm2,
            thresholds=thresholds,
            emulated=emulated,
            closed_loop=closed_loop,
            measured=measured,
            watched=watched,
            rig=rig,
            lacking=[name for name in profile.needs.signals if not hears(name)],
        )

    try:
        profile = read(text, Profile, file=file)
        needs = _needs(profile)
        program, most = compiled(values), highest(profile)
        worst = compiled({**values, **most}) if most else program
    except ProfileProblems as error:
        return Check(problems=error.problems, needs=needs)
    except Refused as error:
        return Check(problems=(error.problem,), refused=error.reason.value, needs=needs)
    return Check(
        worst_case_s=program.worst_case_s,
        peak_kpa=program.peak_kpa,
        peak_rise_kpa_s=program.peak_rise_kpa_s,
        regions=loads(worst, envelope, area_cm2, thresholds),
        needs=needs,
        program=program,
        worst=worst,
    )


def highest(profile: Profile) -> dict[str, str | float]:
    """Return every live parameter at the most that its author lets an operator choose."""
    return {name: text.max.value for name, text in profile.parameters.items() if text.live}


def _needs(profile: Profile) -> Needs:
    return Needs(tuple(profile.needs.channels), meaning.signals(profile))
