"""What emulated products share: who is connected, what the motors do, timers and their end."""

import asyncio
from collections.abc import Callable, Mapping

GAP_S = 0.02
"""Orders that follow faster than this are missed, as by a slow microcontroller (E)."""

Levels = Mapping[str, int]
"""What runs, by the name of the zone; 0 is off."""


class Emulation:
    """A product that is on, for one host at a time. It lives when nobody is connected, too."""

    service = ""
    written = ""
    notifying: str | None = None
    answers = True
    name = ""
    makers: Mapping[int, bytes] = {}

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tell: Callable[[bytes], None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._heard_s = float("-inf")
        self.heard: list[tuple[float, bytes]] = []
        self.missed = 0
        self.levels: dict[str, int] = {}
        self.history: list[tuple[float, Levels]] = []
        self.watcher: Callable[[Levels], None] = lambda _: None

    @property
    def is_connected(self) -> bool:
        return self._tell is not None

    @property
    def runs(self) -> bool:
        """Whether anything moves."""
        return any(self.levels.values())

    def connect(self, tell: Callable[[bytes], None]) -> None:
        """Somebody is there; `tell` notifies them. Raises `RuntimeError` if somebody was."""
        if self._tell is not None:
            raise RuntimeError(f"{self.name} takes one host at a time")
        self._tell = tell
        self.greet()

    def disconnect(self) -> None:
        """Nobody is there any more. What runs goes on: it is latched."""
        self._tell = None

    def take(self, value: bytes) -> None:
        """Take what was written."""
        now_s = self._loop.time()
        self.heard.append((now_s, value))
        if now_s - self._heard_s < GAP_S:
            self.missed += 1
            return
        self._heard_s = now_s
        self.obey(value)

    def close(self) -> None:
        """Be unplugged."""
        for timer in self._timers.values():
            timer.cancel()

    def by_hand(self, zone: str, number: int) -> None:
        """Somebody has used its own remote control."""
        self.run(**{zone: number})

    # --- what a product says otherwise ------------------------------------------------------

    def greet(self) -> None:
        """Whatever it does when somebody connects."""

    def obey(self, value: bytes) -> None:
        """Do what was written, if it makes sense."""
        raise NotImplementedError

    def changed(self) -> None:
        """The levels are others now."""

    # --- what they are made of --------------------------------------------------------------

    def run(self, **levels: int) -> None:
        """Let zones run at these levels."""
        self.levels = {**self.levels, **levels}
        self.history.append((self._loop.time(), dict(self.levels)))
        self.watcher(self.levels)
        self.changed()

    def stop(self) -> None:
        """Let nothing run."""
        self.run(**dict.fromkeys(self.levels, 0))

    def tell(self, value: bytes) -> None:
        """Notify whoever is there."""
        if self._tell is not None:
            self._tell(value)

    def later(self, what: str, after_s: float, do: Callable[[], None]) -> None:
        """Do something once, later; again of the same name replaces it."""
        self.never(what)
        self._timers[what] = self._loop.call_later(after_s, do)

    def never(self, what: str) -> None:
        """Do not do what was to be done later."""
        timer = self._timers.pop(what, None)
        if timer is not None:
            timer.cancel()
