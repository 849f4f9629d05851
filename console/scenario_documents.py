"""What `--json` prints of scenarios and campaigns."""

import msgspec

from .document import Document


class PlayedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario: what it expected, what was seen, and where each was missed.

    `trace_sha256` is of every frame both ways: in virtual time the same for the same seed.
    """

    name: str
    title: str
    passed: bool
    expected: str
    seen: str
    missed: tuple[str, ...]
    simulated_s: float
    wall_s: float
    trace_sha256: str
    picture: str | None = None


class ScenarioRun(Document, frozen=True, kw_only=True, tag="myoloop.scenario_run/1"):
    """Scenarios that were played."""

    rig: str
    passed: int
    failed: int
    scenarios: tuple[PlayedScenario, ...]


class ListedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that comes along."""

    name: str
    title: str
    hazards: tuple[str, ...]


class ScenarioList(Document, frozen=True, kw_only=True, tag="myoloop.scenario_list/1"):
    """The library of scenarios."""

    scenarios: tuple[ListedScenario, ...]


class CampaignFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A session that the oracle has something against, and the command that plays it alone.

    Where there is a file for the rows, `recording` has its signals and events, and `picture` shows
    the first of them.
    """

    number: int
    seed: int
    why: str
    replay: str
    recording: str | None = None
    picture: str | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The second programme minus the first, on the same bodies, with its interval of 95 %."""

    measure: str
    pairs: int
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    answer: str


class Spread(msgspec.Struct, frozen=True):
    """How a number is spread over the sessions."""

    p5: float
    p50: float
    p95: float
    most: float


class Campaign(Document, frozen=True, kw_only=True, tag="myoloop.scenario_campaign/1"):
    """How a campaign went. `resumed` sessions were there already.

    Where it was held `against` another, the sessions of both are counted.

    `spreads` are of the measures by name; `fault_counts` how often each kind of fault began that
    could be drawn. `rows` and `page` are files: what is told of each session, and all of it to look
    at.
    """

    campaign: str
    against: str | None = None
    sessions: int
    resumed: int
    over_envelope: int
    unsafe: int
    failures: tuple[CampaignFailure, ...]
    outcomes: dict[str, int]
    fault_counts: dict[str, int]
    spreads: dict[str, Spread]
    real_time_factor: float | None
    wall_s: float
    rows: str | None
    page: str | None = None
    compared: tuple[Compared, ...] = ()


class CampaignShrunk(Document, frozen=True, kw_only=True, tag="myoloop.scenario_shrunk/1"):
    """What a failing session comes down to: `faults` of those it `had` are enough.

    `played` sessions told so; `file` is the scenario, None where the session does not fail.
    """

    campaign: str
    number: int
    seed: int
    had: tuple[str, ...]
    faults: tuple[str, ...]
    why: str
    played: int
    file: str | None


SCENARIO_DOCUMENTS: tuple[type[Document], ...] = (
    ScenarioRun,
    ScenarioList,
    Campaign,
    CampaignShrunk,
)
