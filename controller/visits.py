"""What is said inside the door: how a device is reached, a programme started, a session kept.

Orders and events are the session's own words, whatever they are (`words`).
"""

from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from firmware_bridge.capabilities import Capabilities
from profiles.program import Program

from .door import Answered, Refused, Welcome
from .eligibility import Booked
from .person import Contraction, Side
from .words import Event, Order, Outcome

Standing = Literal[
    "idle", "connecting", "connected", "preflight", "ready", "running", "paused", "over"
]
"""How far a visit is; paused: it has let go, and waits for a person."""

PLAYING: frozenset[Standing] = frozenset({"running", "paused"})
"""Where a programme is on its way."""

MAY_PRESS: frozenset[Standing] = frozenset({"preflight", "ready", "running", "paused"})
"""Where the device is armed, or may be at any moment."""


class Favour(StrEnum):
    """What the person beside the device is asked for."""

    PAD_OFF = "pad_off"
    PRESS_PAIN = "press_pain"
    PAD_ON = "pad_on"
    START = "start"


# --- what a client says -----------------------------------------------------------------------


class Take(msgspec.Struct, frozen=True, tag="take"):
    """Be the one whose session this is. Without them it lives for `grace_s` longer."""

    grace_s: float = 0.0


class Connect(msgspec.Struct, frozen=True, tag="connect"):
    """Open the device at this address."""

    url: str


class Start(msgspec.Struct, frozen=True, tag="start"):
    """Play this. `profile` is the file or library name it was compiled from.

    `booked` is the person it is for, and what was reserved; None where nobody is known. `may_hold`:
    somebody has said that it may be played on what keeps its pressure without power. `side` is
    where pad and electrodes lie, None where nobody has said it, and `contractions` are what EMG is
    to be compared with there.
    """

    program: Program
    profile: str = ""
    booked: Booked | None = None
    may_hold: bool = False
    side: Side | None = None
    contractions: tuple[Contraction, ...] = ()


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """I am still here. Said each second."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The favour of this number is done."""

    number: int


class Act(msgspec.Struct, frozen=True, tag="act"):
    """The simulated person of an emulated device makes this gesture (`codes.Gesture`)."""

    gesture: int


Errand: TypeAlias = Connect | Start | Done | Act
"""What whoever keeps the session wants done."""

Business: TypeAlias = Take | Alive | Errand
"""What is said about the session, not to it."""


class Asked(msgspec.Struct, frozen=True, tag="ordered"):
    """A word that wants an answer, and its number."""

    number: int
    order: Business | Order


# --- what the door says -----------------------------------------------------------------------


class Stands(msgspec.Struct, frozen=True, tag="stands"):
    """How far the visit is now."""

    standing: Standing


class Leased(msgspec.Struct, frozen=True, tag="leased"):
    """Whether somebody keeps the session; if nobody does, it is let go after `grace_s`."""

    held: bool
    grace_s: float


class Connected(msgspec.Struct, frozen=True, tag="connected"):
    """The device is open."""

    url: str
    capabilities: Capabilities


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """Pre-flight is over, and this is what it measured.

    `battery_percent` is None where the device has no gauge of one, and was not asked.
    """

    battery_percent: float | None
    rtt_p99_ms: float | None
    late_p99_ms: float


class Playing(msgspec.Struct, frozen=True, tag="playing"):
    """This is about to be played, or, after a `Replace`, from now on."""

    program: Program
    profile: str


class Favoured(msgspec.Struct, frozen=True, tag="favour"):
    """The person beside the device is asked for something; `Done` says that it was done."""

    number: int
    favour: Favour


class Late(msgspec.Struct, frozen=True):
    """How late the control task's ticks were, in seconds."""

    p50_s: float
    p99_s: float
    max_s: float


class Vitals(msgspec.Struct, frozen=True, kw_only=True, tag="vitals"):
    """How the link and the tick do: twice a second over the last ten, at the end over everything.

    Round trips in milliseconds, None unmeasured. `scheduling` is what this process was allowed.
    """

    frames_sent: int = 0
    frames_received: int = 0
    frames_bad: int = 0
    samples_lost: int = 0
    rtt_p50_ms: float | None = None
    rtt_p99_ms: float | None = None
    late: Late = Late(0.0, 0.0, 0.0)
    scheduling: str = "normal"


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """So many samples were left out here, because this client reads too slowly."""

    samples: int


class Trouble(msgspec.Struct, frozen=True, tag="trouble"):
    """Why nothing was played: the kind of an error (see `troubles`), and what it says."""

    kind: str
    said: tuple[str, ...]


class Over(msgspec.Struct, frozen=True, kw_only=True, tag="over"):
    """The visit is over. `truth` is the emulated body's own account, if there is one."""

    outcome: Outcome | None = None
    trouble: Trouble | None = None
    vitals: Vitals = Vitals()
    truth: bytes | None = None


Fact: TypeAlias = Stands | Leased | Connected | Ready | Playing | Favoured | Over | Event
"""Never dropped; all but the samples among the events."""

News: TypeAlias = Fact | Vitals | Gap
Said: TypeAlias = Welcome | Refused | Answered | News
"""Everything a door says."""

asked_of = msgspec.msgpack.Decoder(Asked).decode
said_of = msgspec.msgpack.Decoder(Said).decode
