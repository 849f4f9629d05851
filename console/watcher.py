"""What somebody sees who watches a session that another program keeps."""

from controller.fitting import fit
from controller.visits import (
    Connected,
    Favoured,
    Gap,
    Leased,
    News,
    Over,
    Playing,
    Ready,
    Standing,
    Stands,
    Vitals,
)

from .onlooker import Onlooker
from .sitting import Audience, Scene


class Watcher:
    """Shows an audience what is told at a door."""

    def __init__(self, seen: Onlooker, audience: Audience) -> None:
        self.left_out = 0
        self._seen = seen
        self._audience = audience
        self._shown = False
        self._standing = seen.standing
        seen.listen(self._hear)
        self._look()

    def close(self) -> None:
        """There is nothing more to see."""
        if self._shown:
            self._audience.close()

    def _hear(self, news: News) -> None:
        match news:
            case Playing():
                self._look()
            case Stands(standing):
                self._stand(standing)
            case Leased(held, grace_s):
                if not held:
                    self._audience.say(f"nobody keeps the session: it is let go in {grace_s:g} s")
            case Gap(samples):
                self.left_out += samples
            case Connected() | Ready() | Favoured() | Vitals() | Over():
                pass
            case _:
                if self._shown:
                    self._audience.hear(news)

    def _stand(self, standing: Standing) -> None:
        """Say how far it is, but not what the events of a pause have just said."""
        before, self._standing = self._standing, standing
        if "paused" not in (before, standing) or standing == "over":
            self._audience.say(f"the session is {standing}")

    def _look(self) -> None:
        connected, playing = self._seen.connected, self._seen.playing
        if self._shown or connected is None or playing is None:
            return
        self._shown = True
        fitted = fit(playing.program, connected.capabilities)
        self._audience.open(
            Scene(
                connected.url,
                connected.capabilities.emulated,
                fitted,
                lambda: self._seen.vitals or Vitals(),
            )
        )
