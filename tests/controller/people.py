"""People for tests: screened, rehearsed, and programmes to admit them to."""

import msgspec

from controller.ledger import Entry
from controller.person import ANY_DEVICE, Contraction, Pad, Person, Unlock
from controller.screening import BY_ID, Answer, Screening
from profiles.compiler import compile_profile
from profiles.dose import Dose
from profiles.envelope import Envelope, Limit
from profiles.library import library_text
from profiles.load import read
from profiles.model import Profile

NOW_S = 1_800_000_000.0
HOUR_S = 3600.0
PAD = Pad("test device", 10.0)
DEVICE = Envelope(
    pressure_kpa=Limit(60.0, "device"),
    rise_level_kpa_s=Limit(10.0, "device"),
    rise_rhythm_kpa_s=Limit(60.0, "device"),
    session_max_s=Limit(1800.0, "device"),
)
TECHNIQUES = ("settle", "effleurage", "petrissage", "trigger_point", "rest")
UPPER = "upper_trapezius"


def screening(at_s=NOW_S - 60.0, **yes):
    """Return answers that are all no, but for those named."""
    answers = dict.fromkeys(BY_ID, Answer("no"))
    return Screening(at_s, answers | yes)


def person(screened=None, *entries, **changes):
    """Return a person who may be treated."""
    one = Person(
        id="p1",
        screenings=(screened or screening(),),
        unlocked=frozenset(Unlock(name, ANY_DEVICE, "simulator") for name in TECHNIQUES),
    )
    one = msgspec.structs.replace(one, **changes)
    ledger = msgspec.structs.replace(one.ledger, entries=entries)
    return msgspec.structs.replace(one, ledger=ledger)


def entry(hours_ago, region=UPPER, kind="session", **dose):
    """Return something that was booked a while ago; None: it is still open."""
    ended_s = None if hours_ago is None else NOW_S - hours_ago * HOUR_S
    return Entry(
        at_s=(ended_s or NOW_S) - 600.0,
        device="test device",
        profile="kneading",
        area_cm2=10.0,
        doses={region: Dose(**dose)},
        kind=kind,
        state="open" if ended_s is None else "booked",
        ended_s=ended_s,
    )


def programme(name="kneading", thresholds=None):
    profile = read(library_text(name), Profile)
    return compile_profile(profile, {}, DEVICE, thresholds=thresholds)


def contraction(**changes):
    """Return how strong a muscle was a minute ago."""
    one = Contraction(
        at_s=NOW_S - 60.0, region=UPPER, side="left", model="voice_coil", sensors=(0, 1),
        uv=(180.0, 160.0),
    )  # fmt: skip
    return msgspec.structs.replace(one, **changes)
