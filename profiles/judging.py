"""How hard, how steep and how fast a step may be, here: judged before it has a shape."""

import math

import msgspec

from .asks import (
    Ask,
    Chambers,
    Heat,
    Oscillation,
    Rhythm,
    fastest_hz,
    peak_kpa,
    rate_hz,
    rhythm_rise_kpa_s,
    scaled,
    slowed,
)
from .envelope import Limit
from .findings import Findings
from .limits import DEEP_BY_NAME, LEAST_SCALE, SCREENING, Body, authored, grade
from .model import Profile
from .oscillation import by_pressure
from .parameters import Chosen
from .problems import Path, Reason
from .quantities import Dimension, shown
from .rig import Rig
from .steps import CurveText, Cycle, PercussionText, PromptText, VibrationText
from .unrolling import Planned

NEEDS = {"friction": ("position",), "stripping": ("position",)}
"""What a technique cannot do without, besides pressure: strokes that do not move are holds."""
HEAD = ("frequency", "amplitude")
"""What vibration and percussion need, where pressure is not to make their rhythm."""
SPOT_MAX_S = 10.0
"""Longest percussion on one spot (E, physiology 1.2)."""

_SCALED = f"a step is scaled to {LEAST_SCALE:.0%} at least"


class Judged(msgspec.Struct, frozen=True):
    """A planned step: which pads play it, what they may press, how it is lessened for that."""

    planned: Planned
    pads: tuple[str, ...]
    limit: Limit
    threshold_kpa: float
    scale: float
    slow: float
    by_pressure: bool
    needs: tuple[str, ...]

    @property
    def pad(self) -> str:
        """The pad that begins."""
        return self.pads[0]

    def lessened(self, ask: Ask) -> Ask:
        """Return what is played of what was asked for."""
        less = scaled(slowed(ask, self.slow), self.scale)
        return by_pressure(less) if self.by_pressure and isinstance(less, Oscillation) else less


class Judge:
    """Judges the steps of one compilation."""

    def __init__(
        self, profile: Profile, chosen: Chosen, body: Body, rig: Rig, findings: Findings
    ) -> None:
        self._profile = profile
        self._chosen = chosen
        self._body = body
        self._rig = rig
        self._findings = findings

    def judge(self, step: Planned) -> Judged:
        """Return what becomes of a step."""
        asks = {mode: step.ask(self._chosen, mode) for mode in self._chosen.modes}
        worst = asks.get("worst", asks["played"])
        spoken = self._by_pressure(step, worst)
        rhythm = by_pressure(worst) if spoken and isinstance(worst, Oscillation) else worst
        author = authored(self._profile.limits.pressure, step.region, self._body.area_cm2)
        allowed = self._body.allowing(step.kind, step.region, author)
        peak = peak_kpa(worst)
        if peak > author.value + 1e-9:
            sentence = f"reaches {shown(peak, 'pressure')}; {allows(author, 'pressure')}"
            self._findings.problem((*step.path, *_pressure_word(step)), sentence)
        least = asks.get("least", worst)
        slow = self._slow(step, rhythm, spoken=spoken)
        rise = self._check_rise(step, _steepest_of(rhythm, least), slow, spoken=spoken)
        threshold = self._body.pain_threshold(step.region)
        judged = Judged(
            planned=step,
            pads=self._pads(step, worst),
            limit=allowed if allowed.value < author.value else author,
            threshold_kpa=threshold.value,
            scale=min(rise, allowed.value / peak if peak > allowed.value else 1.0),
            slow=slow,
            by_pressure=spoken,
            needs=self._check_channels(step, worst, spoken=spoken),
        )
        self._check_person(judged, allowed, peak)
        return judged

    # --- channels -------------------------------------------------------------------------

    def _by_pressure(self, step: Planned, ask: Ask) -> bool:
        """Whether the pressure makes the rhythm of a head that is not there."""
        if not isinstance(ask, Oscillation):
            return False
        lacking = self._rig.lacking(HEAD)
        if lacking is None or (ask.swing_kpa > 0.0 and ask.pressure_kpa is not None):
            return lacking is not None
        sentence = (
            f"{step.technique} needs a channel of {lacking}, which is not there; "
            "write a `swing` to let the pressure make its rhythm, as swing: 1 kPa"
        )
        self._findings.refuse(Reason.NO_CHANNEL, step.path, sentence)
        return False

    def _check_channels(self, step: Planned, ask: Ask, *, spoken: bool) -> tuple[str, ...]:
        """Refuse what has no channel here; return what the step cannot do without."""
        needs = NEEDS.get(step.technique, ())
        if isinstance(ask, Oscillation):
            needs = () if spoken else HEAD
            needs += ("position",) if ask.length_mm and ask.for_s > SPOT_MAX_S else ()
        if isinstance(ask, Heat):
            needs = ("temperature",)
            self._check_warmth(step, ask)
        lacking = self._rig.lacking(needs)
        if lacking is not None and lacking not in HEAD:
            sentence = f"{step.technique} needs a channel of {lacking}, which is not there"
            hint = "; write `missing: skip` to leave it out" if lacking == "temperature" else ""
            self._findings.refuse(Reason.NO_CHANNEL, step.path, sentence + hint)
        return needs

    def _check_warmth(self, step: Planned, ask: Heat) -> None:
        """A temperature is not scaled: what the device does not allow is refused."""
        allowed = self._body.envelope.temperature_degc
        if ask.temperature_degc > allowed.value + 1e-9:
            warmth = shown(ask.temperature_degc, "temperature")
            sentence = f"warms to {warmth}; {allows(allowed, 'temperature')}"
            path = (*step.path, "temperature")
            self._findings.refuse(Reason.DEVICE_LIMIT, path, sentence)

    def _pads(self, step: Planned, ask: Ask) -> tuple[str, ...]:
        sites = ask.sites if isinstance(ask, Chambers) and ask.sites else (step.site,)
        word = "chambers" if isinstance(ask, Chambers) and ask.sites else "channel"
        for site in sites:
            if self._rig.pad(site) is None:
                sentence = f'there is no pad at "{site}"; {self._rig.pads()}'
                self._findings.refuse(Reason.NO_CHANNEL, (*step.path, word), sentence)
        return tuple(self._rig.pad(site) or "pressure" for site in sites)

    # --- how fast -------------------------------------------------------------------------

    def _slow(self, step: Planned, ask: Ask, *, spoken: bool) -> float:
        """Return the share of its rate at which the pressure can follow a rhythm."""
        device, rate = self._body.envelope.bandwidth_hz, rate_hz(ask)
        allowed = Limit(fastest_hz(ask, device.value), device.owner)
        if rate <= allowed.value:
            return 1.0
        if spoken or rate * LEAST_SCALE > allowed.value:
            kind = "by pressure, " if spoken else ""
            sentence = f"{kind}a rhythm of {shown(rate, 'rate')}; {allows(allowed, 'rate')}"
            least = "" if spoken else f", and it is slowed to {LEAST_SCALE:.0%} at least"
            reason = Reason.NO_CHANNEL if spoken else Reason.DEVICE_LIMIT
            self._findings.refuse(reason, (*step.path, _rate_word(step)), sentence + least)
        return allowed.value / rate

    def _check_rise(self, step: Planned, steepest: Ask, slow: float, *, spoken: bool) -> float:
        """Check the author's rhythmic rise; return the scale at which the device's allows it."""
        rise, limit = rhythm_rise_kpa_s(steepest), self._profile.limits.rise
        if rise > limit + 1e-9 and isinstance(steepest, Rhythm):
            gentle = limit * 2.0 / math.pi * steepest.rise_share
            sentence = (
                f"rises at {shown(rise, 'pressure rate')}; "
                f"limits.rise is {shown(limit, 'pressure rate')}: "
                f"at most {_floor3(gentle / steepest.depth_kpa):g} Hz at this depth, or "
                f"{_floor3(gentle / steepest.rate_hz):g} kPa of depth at this rate"
            )
            if spoken:
                sentence = f"by pressure, it {sentence}"
                self._findings.refuse(Reason.NO_CHANNEL, (*step.path, "frequency"), sentence)
            else:
                self._findings.problem((*step.path, "rate"), sentence)
        allowed, rise = self._body.envelope.rise_rhythm_kpa_s, rise * slow
        if rise * LEAST_SCALE > allowed.value:
            self._findings.refuse(
                Reason.DEVICE_LIMIT,
                step.path,
                f"rises at {shown(rise, 'pressure rate')}; {allows(allowed, 'pressure rate')}, "
                f"and {_SCALED}",
            )
        return min(1.0, allowed.value / rise) if rise else 1.0

    # --- how hard -------------------------------------------------------------------------

    def _check_person(self, judged: Judged, allowed: Limit, peak: float) -> None:
        step = judged.planned
        depth = grade(step.technique, peak * judged.scale, judged.threshold_kpa)
        if depth == "deep" and not self._body.watched:
            sentence = (
                "deep work needs a device with an independent second pressure sensor; "
                f"without one {self._shallow(step)} is allowed there"
            )
            self._findings.refuse(Reason.DEVICE_LIMIT, step.path, sentence)
        elif depth == "deep" and not self._body.knows(step.region):
            sentence = (
                f"deep work on {step.region} needs a person whose pain threshold is known; "
                f"without one {self._shallow(step)} is allowed there"
            )
            self._findings.refuse(Reason.NO_PERSON, step.path, sentence)
        elif peak * LEAST_SCALE > allowed.value:
            owners = (SCREENING, self._body.pain_threshold(step.region).owner)
            person = allowed.owner in owners
            sentence = (
                f"reaches {shown(peak, 'pressure')}; {allows(allowed, 'pressure')}, and {_SCALED}"
            )
            self._findings.refuse(
                Reason.PERSON_LIMIT if person else Reason.DEVICE_LIMIT, step.path, sentence
            )

    def _shallow(self, step: Planned) -> str:
        """Return what may be pressed where deep work may not: kneading bears most."""
        limit = self._body.pressing("petrissage", step.region)
        other = " by another technique" if step.kind in DEEP_BY_NAME else ""
        return f"up to {shown(_floor3(limit.value), 'pressure')}{other}"


def allows(limit: Limit, dimension: Dimension) -> str:
    """Return who allows how much, in words."""
    return f"{limit.owner} allows {shown(limit.value, dimension)}"


def _pressure_word(step: Planned) -> Path:
    body = step.body
    if isinstance(body, CurveText):
        return ("points",)
    if isinstance(body, PromptText):
        return ()
    return ("pressure", "high") if isinstance(body.pressure, Cycle) else ("pressure",)


def _rate_word(step: Planned) -> str:
    return "frequency" if isinstance(step.body, VibrationText | PercussionText) else "rate"


def _steepest_of(worst: Ask, least: Ask) -> Ask:
    """Return a rhythm between the lowest valley and the highest peak, at the fastest rate."""
    if isinstance(worst, Rhythm) and isinstance(least, Rhythm):
        return msgspec.structs.replace(worst, low_kpa=least.low_kpa)
    return worst


def _floor3(value: float) -> float:
    """Round down to three digits, so that what is advised is allowed."""
    digits = 2 - math.floor(math.log10(value))
    return math.floor(value * 10.0**digits) / 10.0**digits
