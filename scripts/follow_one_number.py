#!/usr/bin/env python3
"""Follows 16 kPa from a profile to the skin and back, and writes the tale into ARCHITECTURE.md."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from controller.fitting import Fit
from controller.play import prepare, read_profile
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from controller.words import Ease, Event, Release, Sampled
from firmware_bridge.codes import Document
from firmware_bridge.framing import stuff, unseal
from firmware_bridge.link import Link, OnFrame, OnLost, open_link
from firmware_bridge.messages import Knots, Samples, Splice
from firmware_bridge.readings import SensorBatch
from firmware_bridge.samples import SampleReader
from firmware_bridge.streamed import connect
from profiles.quantities import parse
from profiles.trajectory import Knot
from sim.oracle import Truth, read_truth
from sim.virtual_time import run

PAGE = Path(__file__).resolve().parent.parent / "ARCHITECTURE.md"
BEGIN, END = "<!-- one number: begin -->", "<!-- one number: end -->"

URL = "sim://healthy_f?seed=7"
PROFILE = "library:kneading"
WRITTEN = "16 kPa"
EASED_AFTER_S, ENDED_AFTER_S = 1.0, 4.0
"""How long after the peak somebody asks for half, and for the end."""


class Frame(msgspec.Struct, frozen=True):
    """A body that crossed the wire."""

    kind: int
    seq: int
    t_us: int
    body: bytes


class Tap:
    """A link that keeps what passes through it, and changes nothing."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.kind, self.max_frame = link.kind, link.max_frame
        self.down: list[Frame] = []
        self.up: list[Frame] = []

    @property
    def frames_bad(self) -> int:
        return self._link.frames_bad

    def send(self, body: bytes) -> None:
        self.down.append(_frame(body))
        self._link.send(body)

    def send_urgent(self, body: bytes) -> None:
        self.down.append(_frame(body))
        self._link.send_urgent(body)

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        def keep(body: bytes, at_s: float) -> None:
            self.up.append(_frame(body))
            on_frame(body, at_s)

        self._link.listen(keep, on_lost)

    async def aclose(self) -> None:
        await self._link.aclose()


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was seen of the number on its way."""

    fit: Fit
    peak_s: float
    offset_s: float
    motion: Frame
    place: int
    splice: Frame
    samples: Frame
    batch: SensorBatch
    sampled: Sampled
    truth: Truth


def section() -> str:
    """Play the profile in virtual time, and return what the page says of it."""
    return "\n".join([BEGIN, "", *_told(run(_travel())), "", END])


def main() -> None:
    """Write the section into the page, between its marks."""
    page = PAGE.read_text("utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(before + section() + after, "utf-8")


# --- the journey ------------------------------------------------------------------------------


async def _travel() -> Journey:
    tap = Tap(await open_link(URL))
    device = await connect(tap)
    events: list[Sampled] = []
    try:
        fit = prepare(*read_profile(PROFILE), device.capabilities, {"depth": WRITTEN})
        peak_s = _first_peak_s(fit)
        orders = [(peak_s + ENDED_AFTER_S, Release()), (peak_s + EASED_AFTER_S, Ease(0.5))]
        ready = await preflight(device, SimulatedPerson(device))

        def hear(event: Event) -> None:
            if not isinstance(event, Sampled):
                return
            events.append(event)
            if orders and event.at_s > orders[-1][0]:
                session.tell(orders.pop()[1])

        session = Session(device, fit, hear, ready.zero_kpa)
        outcome = await session.run()
        truth = read_truth(await device.document(Document.TRUTH))
    finally:
        await device.aclose()
    offset_s = outcome.began_device_s
    motion, place = _first_with_the_peak(tap.down)
    samples = _nearest(tap.up, Samples.KIND, offset_s + peak_s)
    return Journey(
        fit=fit,
        peak_s=peak_s,
        offset_s=offset_s,
        motion=motion,
        place=place,
        splice=[frame for frame in tap.down if frame.kind == Splice.KIND][1],
        samples=samples,
        batch=_read(samples, SampleReader(device.capabilities)),
        sampled=min(events, key=lambda event: abs(event.at_s - peak_s)),
        truth=truth,
    )


def _first_peak_s(fit: Fit) -> float:
    """Return when the kneading first reaches its depth, session time."""
    begin_s = 0.0
    for step in fit.program.steps:
        if step.technique == "petrissage":
            track = step.trajectory.tracks["pressure"]
            return begin_s + track.at_s[track.value.index(parse(WRITTEN, "pressure"))]
        begin_s += step.trajectory.duration_s
    raise LookupError("nothing is kneaded")


def _first_with_the_peak(frames: list[Frame]) -> tuple[Frame, int]:
    for frame in frames:
        if frame.kind == Knots.KIND:
            for place, knot in enumerate(Knots.unpack(frame.body).knots):
                if knot[2] == 1600:
                    return frame, place
    raise LookupError("no frame carries the peak")


def _nearest(frames: list[Frame], kind: int, at_s: float) -> Frame:
    at_us = round(at_s * 1e6) & 0xFFFFFFFF
    return min((f for f in frames if f.kind == kind), key=lambda f: abs(f.t_us + 5000 - at_us))


def _read(frame: Frame, reader: SampleReader) -> SensorBatch:
    batch = reader.read(Samples.unpack(frame.body), frame.t_us * 1e-6)
    if batch is None:
        raise LookupError("the first batch of a reader is never one it has seen")
    return batch


def _place(truth: Truth, device_s: float) -> int:
    return round((device_s - truth.start_s) / truth.period_s)


def _frame(body: bytes) -> Frame:
    kind, _, seq, t_us = unseal(body)
    return Frame(kind, seq, t_us, body)


# --- the tale ---------------------------------------------------------------------------------


def _told(journey: Journey) -> Iterator[str]:
    yield from _told_of_the_profile(journey)
    yield from _told_of_the_frame(journey)
    yield from _told_of_the_skin(journey)
    yield from _told_of_easing(journey)


def _told_of_the_profile(journey: Journey) -> Iterator[str]:
    step = next(s for s in journey.fit.program.steps if s.technique == "petrissage")
    text = str(read_profile(PROFILE)[0]).splitlines()
    where = next(n for n, line in enumerate(text) if "depth:" in line)
    channel = journey.fit.channel_of["pressure"]
    began_s = sum(s.trajectory.duration_s for s in journey.fit.program.steps[:2])
    at_s = journey.peak_s - began_s
    yield f"**1. A person writes it**, in line {where + 1} of `profiles/library/kneading.yaml`:"
    yield from _block("yaml", text[where].strip())
    yield (
        f'**2. It becomes a number**: `quantities.parse("{WRITTEN}", "pressure")` gives '
        f"`{parse(WRITTEN, 'pressure')!r}`, in kPa; `8 s` in its place would have been an error "
        "with its line and column."
    )
    yield f"The step of line {step.line} asks for `{{low: 3 kPa, high: $depth}}`."
    yield ""
    yield (
        "**3. It becomes a curve**: `compile_profile` lowers the envelope to "
        f"{step.limit.value:.1f} kPa (owner: {step.limit.owner}), calls the step {step.grade}, and "
        f"`rhythm.rhythm` first reaches 16 kPa {at_s:.2f} s into the step, by a slow rise:"
    )
    track = step.trajectory.tracks["pressure"]
    around = track.knots_after(at_s - 0.21, at_s + 0.21)
    yield from _block("text", *map(_knot_line, around))
    yield (
        f"**4. It finds its channel**: `fit` says that pressure is channel {channel.id} of this "
        f"device, in steps of {channel.resolution:g} {channel.unit}."
    )
    yield (
        f"The step begins {began_s:g} s into the session, so the peak is at {journey.peak_s:.2f} s "
        f"of session time, and `fitting.setpoints` adds the one offset, {journey.offset_s:.4f} s: "
        f"device time {journey.offset_s + journey.peak_s:.4f} s."
    )


def _told_of_the_frame(journey: Journey) -> Iterator[str]:
    frame = journey.motion
    knots = Knots.unpack(frame.body)
    _, after, value, slope = knots.knots[journey.place]
    start = 13 + 7 * journey.place
    yield ""
    yield (
        "**5. It crosses the wire.** A third of a second before it is due, `Streamer` extends the "
        f"queue, and `StreamedDevice` says KNOTS: {len(knots.knots)} knots, over the channels "
        "0 (gain), 1 (cap) and 2 (pressure)."
    )
    yield from _block("text", *_taken_apart(frame, "knots"))
    at_us = frame.t_us + after * 100
    yield (
        f"Knot {journey.place + 1} is `{frame.body[start : start + 7].hex(' ')}`: channel 2, in "
        f"rhythm (bit 6); {after} x 0.1 ms after `t_us`; {value} x 0.01 kPa = "
        f"**{value * 0.01:g} kPa**; slope {slope}."
    )
    off_us = at_us - ((journey.offset_s + journey.peak_s) * 1e6) % 2**32
    yield f"Its time is the planned one to {abs(off_us):.0f} us."
    yield "On the wire the body is stuffed, so that it holds no zero, and ends in one:"
    yield from _block("text", *_lines(stuff(frame.body)))


def _told_of_the_skin(journey: Journey) -> Iterator[str]:
    device_s = journey.offset_s + journey.peak_s
    truth = journey.truth
    true_kpa = truth.true_kpa[_place(truth, device_s)]
    yield (
        "**6. It is pressed.** The twin takes the frame apart with the same tables, puts the knot "
        "into its queue, and 1000 times a second presses "
        "`min(pressure(t) * gain(t), cap(t))`, a voice coil against tissue."
    )
    yield f"At that instant the body truly feels **{true_kpa:.2f} kPa**."
    yield ""
    yield "**7. It comes back**, 10 ms of it in one SAMPLES, from two EMG and two pressure sensors:"
    yield from _block("text", *_taken_apart(journey.samples, "samples"))
    batch = journey.batch
    first = ", ".join(f"{kpa:.2f}" for kpa in batch.pressure_kpa[:, 0])
    second = ", ".join(f"{kpa:.2f}" for kpa in batch.pressure_kpa[:, 1])
    yield (
        f"The last eight bytes before the checksum are the pressures: {first} kPa from the sensor "
        f"that regulates, {second} kPa from the independent one."
    )
    sampled = journey.sampled
    yield ""
    yield (
        "**8. It is judged.** `features` makes a `Moment` of it, `decide` finds nothing to object "
        "to (`Keep`), and the session tells whoever watches what was asked for and what was felt:"
    )
    yield from _block(
        "text",
        f"Sampled(at_s={sampled.at_s:.3f}, target_kpa={sampled.target_kpa:.2f}, "
        f"pressure_kpa={sampled.pressure_kpa:.2f}, "
        f"emg_uv=({', '.join(f'{uv:.1f}' for uv in sampled.emg_uv)}))",
    )


def _told_of_easing(journey: Journey) -> Iterator[str]:
    splice = Splice.unpack(journey.splice.body)
    at_s = journey.offset_s + journey.peak_s
    truth = journey.truth
    later = slice(_place(truth, at_s + 2.0), _place(truth, at_s + ENDED_AFTER_S))
    felt_kpa = truth.true_kpa[later].max()
    yield (
        f"**9. And it may become less.** {EASED_AFTER_S:g} s later somebody orders `Ease(0.5)`: "
        "`decide` answers `Lower`, and one SPLICE replaces the queue, one knot for each channel."
    )
    yield from _block("text", *_taken_apart(journey.splice, "splice"))
    said = ", ".join(_spoken(knot) for knot in splice.knots)
    yield (
        f"It says: {said}; the curve of the pressure is the same as before, and the gain goes on "
        f"to 0.500 in the KNOTS that follow. The next peak, which the profile still calls 16 kPa, "
        f"is felt as {felt_kpa:.2f} kPa."
    )


def _taken_apart(frame: Frame, what: str) -> Iterator[str]:
    body = frame.body
    yield f"type, flags and epoch   {body[:2].hex(' ')}"
    yield f"sequence number         {body[2:4].hex(' ')}            {frame.seq}"
    yield f"time                    {body[4:8].hex(' ')}      {frame.t_us} us"
    if what == "samples":
        yield f"group, first, count     {body[8:14].hex(' ')}"
        yield from _under("two blocks of EMG", _lines(body[14:54]))
        yield f"two of pressure         {body[54:-4].hex(' ')}"
    else:
        yield f"revision, first, count  {body[8:13].hex(' ')}"
        knots = [body[at : at + 7] for at in range(13, len(body) - 4, 7)]
        yield from _under("knots", [f"{k.hex(' ')}   {_spelled(k)}" for k in knots])
    yield f"CRC-32                  {body[-4:].hex(' ')}"


def _under(name: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{name if number == 0 else '':<24}{line}"


def _spelled(knot: bytes) -> str:
    return _spoken(Splice.KNOT.unpack(knot))


def _spoken(knot: tuple[int, ...]) -> str:
    name, unit, resolution = {
        0: ("gain", "", 0.001),
        1: ("cap", " kPa", 0.01),
        2: ("pressure", " kPa", 0.01),
    }[knot[0] & 0x3F]
    digits = 3 if name == "gain" else 2
    return f"{name} {knot[2] * resolution:.{digits}f}{unit}"


def _knot_line(knot: Knot) -> str:
    mark = "  in rhythm" if knot.rhythmic else ""
    return f"{knot.at_s:7.3f} s  {knot.value:7.3f} kPa  {knot.slope:+8.3f} kPa/s{mark}"


def _lines(data: bytes, width: int = 20) -> list[str]:
    return [data[at : at + width].hex(" ") for at in range(0, len(data), width)]


def _block(language: str, *lines: str) -> Iterator[str]:
    yield ""
    yield f"```{language}"
    yield from lines
    yield "```"
    yield ""


if __name__ == "__main__":
    main()
