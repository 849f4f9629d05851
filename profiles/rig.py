"""What there is to move, as far as a profile may know: quantities, and where the pads lie."""

import msgspec


class Rig(msgspec.Struct, frozen=True):
    """The channels of a device, by quantity; `sites` are those of its pads, the first pad's first.

    The default is a pad that presses and slides.
    """

    quantities: frozenset[str] = frozenset({"pressure", "position"})
    sites: tuple[str, ...] = ("",)

    def pad(self, site: str | None) -> str | None:
        """Return the track of the pad at a site (None: the first pad), if there is one."""
        if site is None or site == self.sites[0]:
            return "pressure"
        return f"pressure:{site}" if site in self.sites else None

    def lacking(self, quantities: tuple[str, ...]) -> str | None:
        """Return the first quantity that there is no channel for."""
        return next((one for one in quantities if one not in self.quantities), None)

    def pads(self) -> str:
        """Return where the pads are, for a sentence."""
        named = [site for site in self.sites if site]
        return f"its pads are at {', '.join(named)}" if named else "its only pad has no name"
