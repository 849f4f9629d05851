"""A story beside its profile, before anything moves: whether it can be played as it is written."""

from collections.abc import Iterator, Mapping

from controller.fitting import Fit
from controller.play import prepare, read_profile
from firmware_bridge.capabilities import Capabilities
from profiles.load import read
from profiles.model import Profile
from profiles.parameters import wrong_value
from profiles.problems import Path, Problem, ProfileProblems
from profiles.quantities import quoted

from .foretold import impossible, unfelt, unplayed
from .happenings import Moved, Settings
from .scenario import Story


def rehearse(story: Story, capabilities: Capabilities) -> Fit:
    """Return what a story plays on a device, with all that it moves on the way tried out.

    Raises:
        ProfileProblems: it cannot be played as it is written; each is told by its place in the
            story, and what is wrong with the profile itself by its place there as well.
        Refused, CannotPlay: this person or this device allows less.
    """
    profile = _profile(story)
    problems = [
        *_wrong(story, profile),
        *impossible(story, profile),
        *unfelt(story, capabilities),
    ]
    if problems:
        raise ProfileProblems(problems)
    values = dict(story.values)
    fit = _compiled(story, capabilities, values, ("profile",))
    if problems := list(unplayed(story, fit.program)):
        raise ProfileProblems(problems)
    for number, moved in _moves(story):
        values |= moved.values  # what was moved before stays moved
        _compiled(story, capabilities, values, ("timeline", number, "set"))
    return fit


def prepared(story: Story, capabilities: Capabilities, values: Settings) -> Fit:
    """Return a story's profile compiled for a device with these values. Raises as `rehearse`."""
    text, name = read_profile(story.profile)
    return prepare(text, name, capabilities, values)


def _profile(story: Story) -> Profile:
    try:
        text, name = read_profile(story.profile)
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        sentence = (
            f"{story.profile}: {why}; a path counts from the folder of this file, and the "
            "library's profiles are written library:NAME"
        )
        raise ProfileProblems([story.places.problem(("profile",), sentence)]) from error
    try:
        return read(text, Profile, file=name)
    except ProfileProblems as error:
        raise _of_its_own(story, ("profile",), error) from error


def _compiled(story: Story, capabilities: Capabilities, values: Settings, blamed: Path) -> Fit:
    try:
        return prepared(story, capabilities, values)
    except ProfileProblems as error:
        raise _of_its_own(story, blamed, error) from error


def _of_its_own(story: Story, blamed: Path, error: ProfileProblems) -> ProfileProblems:
    """Return a profile's mistakes behind the place of the story that asks for it."""
    sentence = (
        f"{story.profile} cannot be played like this; what follows is wrong there, and "
        f"`myoloop profile check {story.profile}` tells more"
    )
    return ProfileProblems([story.places.problem(blamed, sentence), *error.problems])


def _moves(story: Story) -> Iterator[tuple[int, Moved]]:
    """Yield what a story moves on the way, by the number of its entry, the earliest first."""
    moves = [(n, one.at_s, one.what) for n, one in enumerate(story.happens)]
    for number, _, what in sorted(moves, key=lambda move: move[1] or 0.0):
        if isinstance(what, Moved):
            yield number, what


def _wrong(story: Story, profile: Profile) -> Iterator[Problem]:
    """Yield what is set to something that the profile does not have, or does not allow."""
    yield from _wrong_values(story, profile, story.values, ("set",))
    for number, moved in _moves(story):
        blamed = ("timeline", number, "set")
        yield from _wrong_values(story, profile, moved.values, blamed)
        for name in moved.values:
            text = profile.parameters.get(name)
            if text is not None and not text.live:
                sentence = (
                    f"{quoted(name)} cannot be moved on the way; set it from the beginning, or "
                    "write live: true in the profile"
                )
                yield story.places.problem((*blamed, name), sentence)


def _wrong_values(
    story: Story, profile: Profile, values: Mapping[str, str | float], blamed: Path
) -> Iterator[Problem]:
    for name, written in values.items():
        sentence = wrong_value(profile, name, written)
        if sentence is not None:
            yield story.places.problem((*blamed, name), sentence)
