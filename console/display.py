"""The live view: what is played, what is felt, how the link does. State in, renderable out."""

import math
from collections import deque
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from controller.player import at_beginning
from controller.words import Event, Paused, Reason, Sampled, StepBegan

from .plot import plot
from .sentences import sentence
from .sitting import Scene

WINDOW_S = 10.0
"""How much of the past is drawn."""

DRAWN_EVERY_S = 0.035
"""How finely it is drawn: about a column of dots (E)."""

PLOT_HEIGHT = 8
MAX_WIDTH = 100

EMG_FULL_UV = 100.0
"""Where an EMG bar ends, on a logarithmic scale from 1 uV (E): a strong contraction."""

RECENT_SAMPLES = 25
"""How many batches an EMG bar is the RMS of: 250 ms, as the slow RMS of the rules."""

_SCALES_KPA = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 60.0, 100.0)
_ACTUAL, _TARGET, _LIMIT, _UNMEASURED = "bold green", "cyan", "red", "bold yellow"


class View:
    """What a person watching a session sees now."""

    def __init__(self, scene: Scene) -> None:
        program = scene.fit.program
        self._scene = scene
        self._limit = program.envelope.pressure_kpa
        self._length_s = at_beginning(program).end_s
        self._drawn: deque[Sampled] = deque(maxlen=round(WINDOW_S / DRAWN_EVERY_S))
        self._recent: deque[Sampled] = deque(maxlen=RECENT_SAMPLES)
        self._step: StepBegan | None = None
        self._last = "armed"
        highest = max(program.peak_kpa, 1.0)
        self._top_kpa = next((top for top in _SCALES_KPA if top >= 1.1 * highest), highest * 1.1)

    def hear(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Sampled():
                self._recent.append(event)
                if not self._drawn or event.at_s - self._drawn[-1].at_s > DRAWN_EVERY_S:
                    self._drawn.append(event)
            case StepBegan():
                self._step = event
                self._last = f"{event.at_s:.1f} s  {sentence(event)}"
            case Paused(reason=reason) if reason is not Reason.OPERATOR:
                self._last += f"; {sentence(event)}"  # why it pauses has just been told
            case _:
                self._last = f"{event.at_s:.1f} s  {sentence(event)}"

    def render(self, width: int) -> RenderableType:
        """Return the picture of this moment."""
        width = min(width, MAX_WIDTH)
        lines = (
            self._head(width),
            Text("─" * width, "dim"),
            *self._progress(width),
            Text(),
            *self._curves(width),
            Text(),
            self._pressure(),
            *self._warmth(),
            *self._emg(width),
            self._link(),
            Text.assemble(("last      ", "dim"), self._last),
            Text("─" * width, "dim"),
            Text("Ctrl-C lets go within a second, then ends. `myoloop stop` stops at once.", "dim"),
        )
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    @property
    def _at_s(self) -> float:
        return self._recent[-1].at_s if self._recent else 0.0

    def _head(self, width: int) -> Text:
        program = self._scene.fit.program
        head = Text(program.title, "bold")
        right = "SIMULATION" if self._scene.emulated else "ON A PERSON"
        style = "black on yellow" if self._scene.emulated else "white on red"
        room = width - len(program.title) - len(right) - 6
        head.append("  " + self._scene.url[:room].ljust(room) + "  ", "dim")
        return head.append(f" {right} ", style)

    def _progress(self, width: int) -> Iterator[Text]:
        at_s = self._at_s
        steps = self._scene.fit.program.steps
        if self._step is None:
            yield Text("about to begin")
        else:
            yield Text.assemble(
                (f"step {self._step.index + 1} of {len(steps)}  ", "dim"),
                (self._step.label, "bold"),
                (f"  {self._step.technique}", "dim"),
            )
        times = f" {clock(at_s)} of {clock(self._length_s)}, {clock(self._length_s - at_s)} left"
        room = width - len(times)
        share = min(1.0, max(0.0, at_s / self._length_s)) if self._length_s else 1.0
        full = round(share * room)
        yield Text.assemble(("━" * full, _ACTUAL), ("─" * (room - full), "dim"), times)

    def _curves(self, width: int) -> Iterator[Text]:
        axis = len(f"{self._top_kpa:.0f} kPa ")
        start_s = max(0.0, self._at_s - WINDOW_S)
        places = [((s.at_s - start_s) / WINDOW_S, s) for s in self._drawn]
        dots = 2 * (width - axis)
        limit = [((k + 0.5) / dots, self._limit.value / self._top_kpa) for k in range(dots)]
        drawn = [
            ([(x, s.target_kpa / self._top_kpa) for x, s in places], _TARGET),
            (
                [
                    (x, s.pressure_kpa / self._top_kpa)
                    for x, s in places
                    if s.pressure_kpa is not None
                ],
                _ACTUAL,
            ),
        ]
        if self._limit.value <= self._top_kpa:
            drawn.insert(0, (limit, _LIMIT))
        marks = {0: f"{self._top_kpa:.0f} kPa", PLOT_HEIGHT - 1: "0"}
        marks[PLOT_HEIGHT // 2] = f"{self._top_kpa / 2:g}"
        for row, line in enumerate(plot(drawn, width - axis, PLOT_HEIGHT)):
            yield Text.assemble((marks.get(row, "").rjust(axis - 1) + " ", "dim"), line)

    def _pressure(self) -> Text:
        now = self._recent[-1] if self._recent else Sampled(0.0, 0.0, 0.0, ())
        felt_kpa = now.pressure_kpa
        if self._scene.fit.levels is not None:
            zone = self._scene.fit.channel_of["pressure"].name
            felt = (f"not measured: levels of the {zone}", _UNMEASURED)
        else:
            felt = (f"{0.0 if felt_kpa is None else felt_kpa:5.1f} kPa", _ACTUAL)
        return Text.assemble(
            ("pressure  ", "dim"),
            felt,
            ("   target ", "dim"),
            (f"{now.target_kpa:5.1f} kPa", _TARGET),
            ("   limit ", "dim"),
            (f"{self._limit.value:5.1f} kPa", _LIMIT),
            (f" ({self._limit.owner})", "dim"),
        )

    def _warmth(self) -> Iterator[Text]:
        surface_degc = self._recent[-1].surface_degc if self._recent else None
        if surface_degc is not None:
            yield Text.assemble(("surface   ", "dim"), (f"{surface_degc:5.1f} °C", _ACTUAL))

    def _emg(self, width: int) -> Iterator[Text]:
        channels = len(self._recent[-1].emg_uv) if self._recent else 0
        for channel in range(channels):
            squares = [sample.emg_uv[channel] ** 2 for sample in self._recent]
            rms_uv = math.sqrt(sum(squares) / len(squares))
            yield Text.assemble(
                (f"EMG {channel + 1}     ", "dim"),
                bar(math.log10(max(rms_uv, 1.0)) / math.log10(EMG_FULL_UV), width - 24),
                f" {rms_uv:6.1f} uV",
            )

    def _link(self) -> Text:
        vitals = self._scene.vitals()
        rtt_ms = vitals.rtt_p99_ms
        trouble = vitals.frames_bad + vitals.samples_lost
        return Text.assemble(
            ("link      ", "dim"),
            f"round trip {'?' if rtt_ms is None else f'{rtt_ms:.1f}'} ms, ",
            f"ticks {vitals.late.p99_s * 1e3:.1f} ms late (p99 each), ",
            (
                f"{vitals.frames_bad} bad frames, {vitals.samples_lost} samples lost",
                "bold yellow" if trouble else "",
            ),
        )


def bar(share: float, width: int) -> Text:
    """Return a bar of eighths of a character, 0..1 of `width`."""
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    whole, part = divmod(eighths, 8)
    drawn = "█" * whole + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return Text.assemble((drawn, "magenta"), " " * (width - len(drawn)))


def clock(at_s: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, seconds = divmod(max(0, math.floor(at_s + 0.5)), 60)
    return f"{minutes}:{seconds:02d}"
