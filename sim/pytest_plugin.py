"""Lets pytest collect `*.scenario.yaml`: each file is a test of its name, in virtual time."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest._code.code import TerminalRepr

SUFFIX = ".scenario.yaml"
"""Also in `sim.scenario`, which is not loaded for every run of pytest."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the rig be chosen."""
    parser.addoption(
        "--rig",
        default="virtual",
        metavar="virtual|pty|ble|URL",
        help="on what *.scenario.yaml files are played",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a rig that is none before anything is collected."""
    rig = str(config.getoption("--rig"))
    if rig == "virtual":
        return
    from .rigs import no_rig

    if (why_not := no_rig(rig)) is not None:
        raise pytest.UsageError(f"--rig {why_not}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario."""
    if file_path.name.endswith(SUFFIX):
        made: pytest.Collector = _made(ScenarioFile, parent, path=file_path)
        return made
    return None


class ScenarioFile(pytest.File):
    """A file with one scenario."""

    def collect(self) -> "Iterator[pytest.Item]":
        name = self.path.name.removesuffix(SUFFIX)
        item: pytest.Item = _made(ScenarioItem, self, name=name)
        yield item


def _made(kind: Any, parent: pytest.Collector, **said: object) -> Any:  # noqa: ANN401  pytest's are partly unknown
    return kind.from_parent(parent, **said)


class Missed(Exception):
    """A scenario did not end as it expects."""


class ScenarioItem(pytest.Item):
    """One scenario, played and judged."""

    def runtest(self) -> None:
        from .judging import judge
        from .scenario import load_scenario
        from .staging import perform

        rig = str(self.config.getoption("--rig"))
        story = load_scenario(self.path)
        missed = judge(story.expect, perform(story, rig), waits=rig != "virtual")
        if missed:
            raise Missed("\n".join(map(str, missed)))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None
    ) -> "str | TerminalRepr":
        """Return every mistake of the file, or every expectation that was missed."""
        from profiles.problems import ProfileProblems

        if isinstance(excinfo.value, ProfileProblems):
            return str(excinfo.value)
        if isinstance(excinfo.value, Missed):
            return f"{excinfo.value}\nsee it: myoloop scenario run {self.path} --plot"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name
