"""A campaign: one programme on many bodies, with what may vary: `myoloop-campaign/1`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from pydantic import Field, StringConstraints, model_validator

from profiles.document import Document, mistake
from profiles.kinds import Amount, Prose, Word
from profiles.load import read

from .body import PRESETS
from .drawn import Drawn, DrawnNumber, possible
from .faults import FAULTS
from .profile_word import LIBRARY, ProfileWord
from .scene import Preset
from .varying import BodyVaries, DeviceVaries, FaultsVary

FORMAT = "myoloop-campaign/1"
SUFFIX = ".campaign.yaml"


class Campaign(Document):
    """A campaign, as its author wrote it."""

    format: Literal["myoloop-campaign/1"] = Field(examples=[FORMAT])
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = Field(
        examples=["everyday"]
    )
    title: Word = Field(examples=["What happens every day"])
    purpose: Prose = ""
    profile: ProfileWord = Field(examples=["library:kneading"])
    set: dict[Word, DrawnNumber[Amount, Amount]] = Field(default_factory=dict)
    person: Drawn[Preset] = Field(default_factory=lambda: list(PRESETS))
    body: BodyVaries = Field(default_factory=BodyVaries)
    device: DeviceVaries = Field(default_factory=DeviceVaries)
    faults: FaultsVary | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "airbag" in possible(self.device.kind) and True in possible(self.device.depth):
            raise mistake("a chamber of air has no depth to tell", "device", "depth")
        for number, name in enumerate((self.faults and self.faults.of) or ()):
            if (why := self.device.why_not(name)) is not None:
                raise mistake(why, "faults", "of", number)
        return self

    @property
    def kinds_of_faults(self) -> Sequence[str]:
        """What may go wrong: what is named, else all that the devices can have."""
        if self.faults is None:
            return ()
        if self.faults.of is not None:
            return self.faults.of
        return [name for name in FAULTS if self.device.feels(name)]


class Plan(msgspec.Struct, frozen=True):
    """A campaign and where its profile is; `bodies` is the file whose bodies it is played on."""

    campaign: Campaign
    profile: str
    file: str
    bodies: str | None = None


def on_bodies_of(plan: Plan, other: Plan) -> Plan:
    """Return a campaign's profile and settings on the bodies and faults of another."""
    same = ("person", "body", "device", "faults")
    drawn = {name: getattr(other.campaign, name) for name in same}
    return Plan(plan.campaign.model_copy(update=drawn), plan.profile, plan.file, other.file)


def read_campaign(file: Path) -> Plan:
    """Return the campaign in a file. Raises `OSError`, `ProfileProblems`."""
    campaign = read(file.read_bytes(), Campaign, file=str(file))
    profile = campaign.profile
    if not profile.startswith(LIBRARY):
        profile = str(file.parent / profile)
    return Plan(campaign, profile, str(file))
