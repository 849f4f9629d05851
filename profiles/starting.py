"""A first file for somebody who begins: commented, and without mistakes."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from .limits import ESTIMATED_SHARE, LIGHT_TO
from .regions import pain_threshold, region_envelope

PAD_CM2 = 10.0
"""The pad that pressures are chosen for (wire: a voice coil's)."""

SHORTEST_MIN, LONGEST_MIN = 5.0, 30.0
"""How long a session may be: deep work needs three minutes of lighter work first (rules)."""

SENSORS = ("emg", "skin_temperature")

LIGHT_KPA, FIRM_KPA = 8.0, 16.0
"""Nobody needs more in a first profile, wherever the body would bear it (E)."""

LONGEST_WORK_S = 780.0
"""A region is worked on for a quarter of an hour at most, with what leads in and out (rules)."""

LONGEST_HOLD_S = 25.0
"""A hold of a first profile (E: the rules allow 90 s)."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants."""

    region: str
    purpose: str
    minutes: float
    sensors: tuple[str, ...] = ()

    @property
    def light_kpa(self) -> float:
        """A pressure that is light for anybody, in this region."""
        return min(LIGHT_KPA, self._share(0.9 * LIGHT_TO))

    @property
    def firm_kpa(self) -> float:
        """A pressure that is moderate for anybody, in this region."""
        return min(FIRM_KPA, self._share(0.9 * ESTIMATED_SHARE))

    @property
    def work_s(self) -> float:
        """How long the work itself takes: a session without its beginning and its end."""
        return min(60.0 * self.minutes, LONGEST_WORK_S + 80.0) - 80.0

    def _share(self, share: float) -> float:
        ceiling = region_envelope(self.region, PAD_CM2).pressure_kpa.value
        threshold = pain_threshold(self.region, PAD_CM2, None).value
        return int(10.0 * min(0.9 * ceiling, share * threshold)) / 10.0


class Purpose(msgspec.Struct, frozen=True):
    """What a session is for: a title, what to know, how deep it goes, and its steps."""

    title: str
    about: str
    level: str
    steps: Callable[[Wishes], Sequence[str]]


def start(wishes: Wishes) -> str:
    """Return a profile's text."""
    purpose = PURPOSES[wishes.purpose]
    place = wishes.region.replace("_", " ")
    depth = wishes.light_kpa if purpose.level == "light" else wishes.firm_kpa
    lines = [
        "# Your profile. `myoloop profile check FILE` tells what it does and what is wrong,",
        "# and `myoloop profile plot FILE --watch` draws it anew whenever you save it.",
        "format: myoloop-profile/1",
        f"id: {wishes.purpose}-{wishes.region.replace('_', '-')}",
        "revision: 1                      # count it up whenever you change what is played",
        f"title: {purpose.title}, {place}",
        f"purpose: {purpose.about}",
        f"level: {purpose.level}",
        f"region: {wishes.region}          # a step may name another",
        *_needs(wishes),
        "# The author's own limits: device, region and person may only lower them.",
        f"limits: {{pressure: {_kpa(1.1 * depth)}, rise: 40 kPa/s, "
        f"session: {_session(wishes)} min}}",
        "parameters:                      # what the operator may choose; written as $depth below",
        f"  depth: {{default: {_kpa(0.85 * depth)}, min: {_kpa(0.5 * depth)}, max: {_kpa(depth)}, "
        "live: true, label: Depth}",
        "steps:",
        "  # The pad arrives lightly, and the body gets used to it.",
        f"  - settle: {{label: Arrive, pressure: 2.5 kPa, for: 20 s{_baseline(wishes)}}}",
        *(f"  {line}" for line in purpose.steps(wishes)),
        "  # Never end abruptly.",
        "  - effleurage: {label: Close, pressure: {from: 4 kPa, to: 2.5 kPa}, rate: 8/min, "
        "length: 80 mm, for: 60 s}",
        *_rules(wishes),
    ]
    return "\n".join(lines) + "\n"


# --- what each purpose does -------------------------------------------------------------------


def _strokes(wishes: Wishes, seconds: float, high_kpa: float, label: str) -> str:
    low = min(4.0, high_kpa)
    return (
        f"- effleurage: {{label: {label}, pressure: {{from: {_kpa(low)}, to: {_kpa(high_kpa)}}}, "
        f"rate: 8/min, length: 80 mm, for: {seconds:.0f} s}}"
    )


def _relax(wishes: Wishes) -> Sequence[str]:
    each_s = wishes.work_s / 3.0
    return (
        "# Long strokes, then slow kneading, then strokes again.",
        _strokes(wishes, each_s, wishes.light_kpa, "Strokes"),
        f"- petrissage: {{label: Kneading, pressure: {{low: 2.5 kPa, high: $depth}}, rate: 0.4 Hz, "
        f"for: {each_s:.0f} s}}",
        _strokes(wishes, each_s, wishes.light_kpa, "Strokes again"),
    )


def _loosen(wishes: Wishes) -> Sequence[str]:
    warm_s = max(70.0, 0.3 * wishes.work_s)
    knead_s = wishes.work_s - warm_s
    lines = [
        "# Lighter work first: a moderate step needs a minute of contact before it.",
        _strokes(wishes, warm_s, wishes.light_kpa, "Warm up"),
        "# The work itself. `for` is the longest it takes.",
        "- petrissage:",
        "    label: Kneading",
        "    pressure: {low: 2.5 kPa, high: $depth}",
        "    rate: 0.5 Hz",
        f"    for: {knead_s:.0f} s",
    ]
    if "emg" in wishes.sensors:
        lines += [
            "    # It ends sooner when the muscle is calmer than at the beginning, for 8 seconds.",
            "    until: {signal: emg, below: 85 %, of: baseline, for: 8 s}",
            "    # And it presses less while the muscle works more.",
            "    adapt:",
            "      pressure: {signal: emg, of: baseline, map: {100 %: 100 %, 150 %: 60 %}, "
            "over: 3 s}",
        ]
    return lines


def _warm_up(wishes: Wishes) -> Sequence[str]:
    each_s = wishes.work_s / 2.0
    return (
        "# Brisk, light and rhythmic, to wake a muscle up before it works.",
        _strokes(wishes, each_s, wishes.light_kpa, "Brisk strokes"),
        f"- petrissage: {{label: Quick kneading, pressure: {{low: 2.5 kPa, high: $depth}}, "
        f"rate: 0.8 Hz, for: {each_s:.0f} s}}",
    )


def _calm(wishes: Wishes) -> Sequence[str]:
    each_s = wishes.work_s / 2.0
    return (
        "# Nothing abrupt: slow strokes, and a hold that yields with the tissue.",
        _strokes(wishes, each_s, wishes.light_kpa, "Slow strokes"),
        f"- myofascial: {{label: Hold, pressure: {_kpa(min(4.0, 0.9 * wishes.light_kpa))}, "
        "drift: 0.5 mm/s, for: 90 s}",
        "- petrissage: {label: Slow rolling, style: rolling, pressure: {low: 2 kPa, high: $depth}, "
        f"rate: 0.2 Hz, for: {max(20.0, each_s - 90.0):.0f} s}}",
    )


def _drain(wishes: Wishes) -> Sequence[str]:
    each_s = wishes.work_s / 2.0
    return (
        "# Very light pulses towards the heart; more pressure would close what should carry.",
        f"- lymph: {{label: Pulses, pressure: 3 kPa, rate: 0.15 Hz, for: {each_s:.0f} s}}",
        _strokes(wishes, each_s, min(4.0, wishes.light_kpa), "Towards the heart"),
    )


def _points(wishes: Wishes) -> Sequence[str]:
    warm_s = max(190.0, 0.5 * wishes.work_s)
    hold_s = min(LONGEST_HOLD_S, max(10.0, (wishes.work_s - warm_s) / 2.0 - 12.0))
    until = ""
    if "emg" in wishes.sensors:
        until = "\n            until: {signal: emg, below: 70 %, of: start, for: 2 s}"
    times = max(1, min(4, int((wishes.work_s - warm_s) / (hold_s + 22.0))))
    return (
        "# Deep work needs three minutes of lighter work on the region first, and a person whose",
        "# pain threshold is known: `myoloop profile check FILE --person simulated` stands in.",
        _strokes(wishes, warm_s, wishes.light_kpa, "Warm up"),
        "- repeat:",
        f"    times: {times}",
        "    steps:",
        "      - trigger_point:",
        "          label: Point",
        "          pressure: $depth",
        "          rise: 6 kPa/s           # slowly in",
        f"          for: {hold_s:.0f} s{until}",
        "          fall: 8 kPa/s           # and slowly out",
        "      - rest: {label: Let blood back in, for: 15 s}",
    )


PURPOSES: Mapping[str, Purpose] = {
    "relax": Purpose("Relaxation", "To come to rest, with strokes and slow kneading.", "moderate",
                     _relax),
    "loosen": Purpose("Loosening", "To loosen a muscle that is tight, by kneading.", "moderate",
                      _loosen),
    "warm-up": Purpose("Warm-up", "To wake a muscle up before it works.", "moderate", _warm_up),
    "calm": Purpose("Calming", "To be gentle with a muscle that is sore or in spasm.", "light",
                    _calm),
    "drain": Purpose("Draining", "To move fluid along, with very little pressure.", "light",
                     _drain),
    "trigger-points": Purpose("Trigger points", "To press on sore points, and to let them go.",
                              "deep", _points),
}  # fmt: skip
"""What a session can be for."""


# --- what there is to listen with -------------------------------------------------------------


def _needs(wishes: Wishes) -> Sequence[str]:
    lines = ["needs:", "  channels: [pressure]           # a position is used where there is one"]
    if wishes.sensors:
        lines.append("  signals:                       # and what happens without them")
    if "emg" in wishes.sensors:
        lines.append("    emg: {missing: timed, lost: ease}")
    if "skin_temperature" in wishes.sensors:
        lines.append("    skin_temperature: {missing: skip, lost: ease}")
    return lines


def _rules(wishes: Wishes) -> Sequence[str]:
    lines = ["rules:                           # they only ever press less; the first one wins"]
    if "emg" in wishes.sensors:
        lines += [
            "  guarding:                      # the muscle defends itself",
            "    when: {signal: emg, above: 160 %, of: baseline, for: 600 ms}",
            "    do: {ease: {to: 50 %, over: 1 s, keep: 5 s}}",
        ]
    if "skin_temperature" in wishes.sensors:
        lines += [
            "  too-warm:",
            "    when: {signal: skin_temperature, above: 40 °C, for: 5 s}",
            "    do: {release: {over: 1 s, then: pause}}",
        ]
    return lines if wishes.sensors else ()


def _baseline(wishes: Wishes) -> str:
    return ", baseline: emg" if "emg" in wishes.sensors else ""


def _session(wishes: Wishes) -> int:
    return int(min(30.0, wishes.minutes + 1.0))


def _kpa(value: float) -> str:
    return f"{round(value, 1):g} kPa"
