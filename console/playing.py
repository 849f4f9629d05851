"""What `run` and `demo` share: a sitting in the foreground, its summary and its picture."""

import asyncio
import signal
from contextlib import nullcontext
from pathlib import Path

from controller.person import Side

from .account import account, summary
from .care import Care
from .documents import Told
from .exits import FAULT, STOPPED
from .people import attendant
from .screens import Lines, Screen, watching
from .sitting import Programme, Sitting, Visit

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Whatever ends a program lets go first."""

EXIT_CODES = {"complete": 0, "stopped": STOPPED, "fault": FAULT}


def play(
    url: str,
    programme: Programme,
    *,
    display: bool,
    yes: bool,
    picture: Path | None,
    care: Care | None = None,
    side: Side | None = None,
) -> Told:
    """Play on the device at `url`, and say how it went. Raises as `Sitting.run`.

    `care` is for the person who is treated, where one is known; `side` is where pad and electrodes
    lie, as far as that was said.
    """
    with watching(display=display) as audience, care or nullcontext():
        visit = asyncio.run(_sit(url, programme, audience, yes=yes, care=care, side=side))
    return told(visit, picture)


async def _sit(
    url: str,
    programme: Programme,
    audience: Screen | Lines,
    *,
    yes: bool,
    care: Care | None,
    side: Side | None,
) -> Visit:
    whom = care.person_id if care else None
    sitting = Sitting(
        url,
        programme,
        lambda device, fit: attendant(device, fit, audience.say, yes=yes, whom=whom, side=side),
        care.beside(audience) if care else audience,
    )
    return await in_foreground(sitting)


async def in_foreground(sitting: Sitting) -> Visit:
    """Make a visit that Ctrl-C, `kill` and a closed terminal end in good order."""
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, sitting.leave)
    try:
        return await sitting.run()
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def told(visit: Visit, picture: Path | None) -> Told:
    """Draw the picture, if one is wanted, and return everything there is to say."""
    if picture is not None:
        from .picture import draw_session

        draw_session(visit, picture)
    run = account(visit, None if picture is None else str(picture))
    return Told(run, summary(run, visit), EXIT_CODES[visit.outcome.result])
