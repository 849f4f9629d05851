"""What STATUS says of a machine."""

from firmware_bridge.codes import StatusFlags
from firmware_bridge.messages import StatusReport

from .coil import LOST_KPA
from .machine import Machine


def status_report(machine: Machine, bad: int, stale: int, boot16: int) -> StatusReport:
    """Return it as it is now; a rise that was held back is told once. Counts are of frames."""
    queue, latch = machine.motion, machine.latch
    return StatusReport(
        queue.revision, queue.last_index, queue.gap_bitmap, queue.free_slots, machine.state,
        _flags(machine), machine.now_us & 0xFFFFFFFF, latch.cause, latch.source, latch.nonce,
        machine.buttons, machine.pain_count, machine.faults, bad, stale, queue.knots_lost,
        machine.fades, boot16,
    )  # fmt: skip


def _flags(machine: Machine) -> StatusFlags:
    flags, actuator = StatusFlags.NONE, machine.actuator
    if not actuator.live and machine.pads.measured_kpa < LOST_KPA:
        flags |= StatusFlags.VENTED
    if machine.pads.take_limited():
        flags |= StatusFlags.LIMITED
    if machine.starved:
        flags |= StatusFlags.STARVED
    if actuator.contact:
        flags |= StatusFlags.CONTACT
    return flags
