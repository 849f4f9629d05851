"""Whether the EMG can be trusted, for how long it could not, and when that counts."""

from typing import Literal

import msgspec

GAP_S = 0.15
"""Gaps shorter than this, locked to stroke or heartbeat, are no loss (E, rules)."""

RARE_S = 0.2
"""Clean for so long, and a gap is forgotten; gaps that come faster count as one (E)."""

LOST_S = 1.0
"""Untrusted for so long is lost: the profile says what follows (E, rules)."""

GONE_S = 5.0
"""And for so long it is eased to contact, whatever the profile says (E, rules)."""

BACK_S = 2.0
"""Clean for so long, and trust is back (E, rules)."""

Standing = Literal["trusted", "doubted", "lost", "gone"]


class EmgTrust(msgspec.Struct, frozen=True, gc=False):
    """Since when the signal has been bad, and since when it has been clean again."""

    bad_s: float | None = None
    clean_s: float | None = None

    def standing(self, at_s: float) -> Standing:
        """Return what the signal is worth at `at_s`: anything but "trusted" lets nothing rise."""
        if self.bad_s is None or self.is_gap():
            return "trusted"
        bad_for_s = (at_s if self.clean_s is None else self.clean_s) - self.bad_s
        if bad_for_s >= GONE_S:
            return "gone"
        return "lost" if bad_for_s >= LOST_S else "doubted"

    def is_gap(self) -> bool:
        """Whether it was bad for a moment only, and is clean again."""
        if self.bad_s is None or self.clean_s is None:
            return False
        return self.clean_s - self.bad_s < GAP_S

    def over_silence(self, at_s: float, unheard_s: float) -> "EmgTrust":
        """Return it after a silence, which was neither bad nor clean."""
        if self.bad_s is None:
            return self
        was_s = at_s - unheard_s if self.clean_s is None else self.clean_s
        return EmgTrust(at_s - max(0.0, was_s - self.bad_s))


def hear(trust: EmgTrust, at_s: float, *, clean: bool) -> EmgTrust:
    """Return what to remember of one more batch."""
    if not clean:
        if trust.bad_s is None:
            return EmgTrust(bad_s=at_s)
        return trust if trust.clean_s is None else EmgTrust(bad_s=trust.bad_s)
    if trust.bad_s is None:
        return trust
    if trust.clean_s is None:
        return EmgTrust(trust.bad_s, at_s)
    back_s = RARE_S if trust.is_gap() else BACK_S
    return EmgTrust() if at_s - trust.clean_s >= back_s else trust
