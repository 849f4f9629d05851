"""What a thought asks the session to do."""

from typing import TypeAlias

import msgspec

from .words import Reason, Verdict


class Keep(msgspec.Struct, frozen=True, gc=False):
    """Go on as planned."""


class Lower(msgspec.Struct, frozen=True, gc=False):
    """Gain and cap take a new course from `at_s` on, over `over_s`; the programme stays."""

    at_s: float
    gain: float
    cap_kpa: float
    over_s: float


class Splice(msgspec.Struct, frozen=True, gc=False):
    """The programme itself takes a new course from `at_s` on, its first `over_s` in one piece."""

    at_s: float
    over_s: float


class Yield(msgspec.Struct, frozen=True, gc=False):
    """Send no more motion: the device lets go by itself, and a word from here would end that."""


class Halt(msgspec.Struct, frozen=True, gc=False):
    """Stop the device, latched, and end."""

    verdict: Verdict


class Finish(msgspec.Struct, frozen=True, gc=False):
    """Everything is at zero: disarm, and end."""

    verdict: Verdict | None

    @property
    def reason(self) -> Reason:
        return self.verdict.reason if self.verdict else Reason.COMPLETE


Cue: TypeAlias = Keep | Lower | Splice | Yield | Halt | Finish

KEEP = Keep()
