"""What lies between an effort and what presses: where faults of actuators happen."""

import msgspec

from .coil import DRIVE


class Driver(msgspec.Struct, frozen=True):
    """What becomes of an effort on its way to a coil or a pump: a share, and `push_n` on top.

    `follow` is how much of a step is made in a tick. `live` says that it pushes only while the
    device has it under control: a stop takes its power away.
    """

    share: float = 1.0
    push_n: float = 0.0
    follow: float = DRIVE
    live: bool = True

    def then(self, later: "Driver") -> "Driver":
        """Return what becomes of an effort on its way through both, the later one last."""
        return Driver(
            share=self.share * later.share,
            push_n=self.push_n * later.share + later.push_n,
            follow=min(self.follow, later.follow),
            live=self.live and later.live,
        )


GOOD_DRIVER = Driver()
