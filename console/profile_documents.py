"""What `--json` prints about profiles: one struct for each document."""

from collections.abc import Iterable
from typing import Any

import msgspec

from profiles.problems import Problem

from .document import Document
from .person_documents import FoundRefusal, RegionLedger


class ListedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile of the library; `worst_case_s` is None where nobody may play it unknown."""

    id: str
    title: str
    region: str
    worst_case_s: float | None


class ProfileList(Document, frozen=True, kw_only=True, tag="myoloop.profile_list/1"):
    """The library."""

    profiles: tuple[ListedProfile, ...]


class ProfileText(Document, frozen=True, kw_only=True, tag="myoloop.profile_show/1"):
    """A profile as its author wrote it."""

    id: str
    text: str


class FoundProblem(msgspec.Struct, frozen=True):
    """One mistake, its line and column counted from 1."""

    file: str
    line: int
    column: int
    where: str
    problem: str


def found_problems(problems: Iterable[Problem]) -> tuple[FoundProblem, ...]:
    """Return mistakes as programs read them."""
    return tuple(FoundProblem(p.file, p.line, p.column, p.where, p.problem) for p in problems)


class AgainstLimit(msgspec.Struct, frozen=True):
    """What is reached, beside a limit and its owner."""

    what: str
    reached: float
    limit: float
    unit: str
    owner: str


class RegionDose(msgspec.Struct, frozen=True, kw_only=True):
    """How much is pressed on a region in all, at worst, and beside which limits.

    `warmed_s` is the lighter contact before the first deep step; None where nothing is deep.
    """

    pressure_kpa_s: float
    occluded_s: float
    worked_s: float
    contact_s: float
    deep_s: float
    warmed_s: float | None
    peak_kpa: float
    peak_rise_kpa_s: float
    limits: tuple[AgainstLimit, ...]


class SignalNeeded(msgspec.Struct, frozen=True):
    """What happens when a signal is missing from the start, or lost on the way."""

    missing: str
    lost: str


class ProfileNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What a device must have: channels, sensors, how quick a pad, how much of a link.

    The last three are None where nothing was compiled.
    """

    channels: tuple[str, ...] = ()
    signals: dict[str, SignalNeeded] = {}
    bandwidth_hz: float | None = None
    knots_s: int | None = None
    queue_slots: int | None = None


class ChannelFidelity(msgspec.Struct, frozen=True, kw_only=True):
    """How a device plays one channel. Errors are in `unit`; None: nobody knows.

    `channel` is None where the device has none and leaves it out. `effort_peak` and `effort_rms`
    are shares of the range (a coil warms with the square of the second), `duty` is a share of time.
    """

    channel: str | None
    unit: str
    peak: float
    rms_error: float | None
    max_error: float | None
    quantum: float
    dwell_s: float
    effort_peak: float
    effort_rms: float
    duty: float


class LinkNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """What motion and readings ask of the link: knots, and shares of its bytes."""

    knots_s: int
    queued: int
    queue_slots: int
    baud: int
    down_share: float
    up_share: float


class FidelityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a device cannot do, and by how much; `notes` holds a sentence for each difference.

    `sensors` says how many there are for each signal that the profile names.
    """

    device: str
    channels: dict[str, ChannelFidelity] = {}
    link: LinkNeeded | None = None
    sensors: dict[str, int] = {}
    notes: tuple[str, ...] = ()


class ProfileCheck(Document, frozen=True, kw_only=True, tag="myoloop.profile_check/1"):
    """What a profile does at its worst, or every problem it has.

    `refused` is the reason where the profile is sound, but not for this person or device.
    `person`, `ledger` and `refusals` are there where a person is named.
    """

    ok: bool
    problems: tuple[FoundProblem, ...]
    refused: str | None
    worst_case_s: float
    peak_kpa: float
    peak_rise_kpa_s: float
    dose: dict[str, RegionDose]
    needs: ProfileNeeds
    fidelity: FidelityReport
    person: str | None = None
    ledger: dict[str, RegionLedger] = msgspec.field(default_factory=dict[str, RegionLedger])
    refusals: tuple[FoundRefusal, ...] = ()


class ProfileCreated(Document, frozen=True, kw_only=True, tag="myoloop.profile_new/1"):
    """A first profile, and where it is."""

    file: str
    text: str


class ProfileSchema(Document, frozen=True, kw_only=True, tag="myoloop.profile_schema/1"):
    """The language as JSON Schema 2020-12."""

    json_schema: dict[str, Any]


class ProfileConverted(Document, frozen=True, kw_only=True, tag="myoloop.profile_convert/1"):
    """A file of another tool, or a profile made of one, and what could not be carried.

    `whole` says that the profile itself is in the file, or came out of it.
    """

    source: str
    file: str
    left_out: tuple[str, ...]
    whole: bool = False


class ProfilePlot(Document, frozen=True, kw_only=True, tag="myoloop.profile_plot/1"):
    """Where the picture is."""

    id: str
    picture: str
