"""What a product is believed to be doing: what it was told last, and what it has said since."""

from collections.abc import Iterable

from .capabilities import Channel
from .products.product import TIMER, Levels, Report, highest


class Belief:
    """The levels that were said, corrected by those it reports.

    A report may cross an order on its way, so it counts once a pause has passed since the order:
    then the newest of those that came after it.
    """

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._pressing = {c.id for c in channels if c.quantity == "pressure"}
        self._news: Report | None = None
        self._coming: Levels = {}
        self.said: Levels = {}
        self.reports = False
        self.says_off = False
        self.busy = False
        self.fault = 0

    def hear(self, report: Report) -> None:
        """It has said how it is."""
        self.reports = True
        self.busy = report.busy
        self.fault = report.fault or 0
        self._news = None if report.busy else report

    def ordering(self, levels: Levels) -> None:
        """An order is on its way that leads to these levels: what it says now may be older."""
        self._news = None
        self._coming = levels
        self.says_off = self.says_off and not highest(levels)

    def ordered(self, levels: Levels) -> None:
        """The order is out, or confirmed."""
        self.said = self._coming = levels

    @property
    def may_run(self) -> bool:
        """Whether anything may be on, by what was confirmed or by what is on its way."""
        return highest(self.said) > 0 or highest(self._coming) > 0

    def goes_on(self, auto_off_s: float | None) -> str:
        """Say what it does when nobody talks to it any more."""
        if not self.may_run:
            return "it was off"
        if auto_off_s is None:
            return "it goes on until it is switched off by hand, or connected to again"
        return f"it goes on for up to {auto_off_s / 60:g} min, by its own timer"

    def forget_timer(self) -> None:
        """Its timer must be armed anew."""
        self.said = {**self.said, TIMER: 0}

    def news(self) -> Levels | None:
        """Take what it has said since the last order, if anything. It is not believed yet."""
        news, self._news = self._news, None
        return None if news is None else news.levels

    def believe(self, told: Levels) -> bool:
        """Take its word; say whether somebody else has lowered a level, or switched one off."""
        before, self.said = self.said, {**self.said, **told}
        self.says_off = highest(self.said) == 0
        return any(
            number < before.get(channel, 0)
            for channel, number in told.items()
            if channel != TIMER and (channel in self._pressing or number == 0)
        )
