"""How a fresh device gets into each of its states."""

from firmware_bridge.codes import Gesture, State
from firmware_bridge.messages import Disarm


async def bring_to(host, state):
    """Lead a fresh device into any state."""
    await host.greet()
    await host.report()
    if state is State.IDLE:
        return
    await host.arm()
    if state is State.ARMED:
        return
    await host.play(1.0, pressure=8.0)
    match state:
        case State.FADING:
            await host.wait(0.11)
        case State.PAIN_HOLD:
            await host.act(Gesture.PAIN_PRESS)
        case State.EASING:
            await host.ask(Disarm())
        case State.STOPPED:
            await host.stop(stop_id=77)
        case State.LINK_LOST:
            await host.wait(0.3)
        case State.FAULT:
            await host.act(Gesture.PAD_OFF)
            await host.play(1.0, pressure=8.0)
    assert (await host.report()).state == state
