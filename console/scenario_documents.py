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


SCENARIO_DOCUMENTS: tuple[type[Document], ...] = (ScenarioRun, ScenarioList)
