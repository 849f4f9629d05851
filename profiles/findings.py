"""What a compilation finds wrong: the author's mistakes, all of them, and the first refusal."""

from .model import Profile
from .problems import Path, Problem, ProfileProblems, Reason, Refused


class Findings:
    """Collects while a profile is compiled."""

    def __init__(self, profile: Profile) -> None:
        self._places = profile.places
        self._problems: list[Problem] = []
        self._refusals: list[Refused] = []

    def problem(self, path: Path, sentence: str, when: str = "") -> None:
        """Note a mistake of the author's, once; not again for `when`, if it is there always."""
        always = self._places.problem(path, sentence)
        problem = self._places.problem(path, sentence + when)
        if always not in self._problems and problem not in self._problems:
            self._problems.append(problem)

    def refuse(self, reason: Reason, path: Path, sentence: str) -> None:
        """Note that this person or device allows less than the profile needs."""
        self._refusals.append(Refused(reason, self._places.problem(path, sentence, at_key=True)))

    def stop_if_wrong(self) -> None:
        """Raise `ProfileProblems` if there are mistakes."""
        if self._problems:
            raise ProfileProblems(self._problems)

    def stop_if_refused(self) -> None:
        """Raise the first refusal, if there is one."""
        if self._refusals:
            raise self._refusals[0]
