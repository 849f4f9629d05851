"""myoloop emg: the front end that listens to a device, over recordings."""

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from console import drawing
from console.documents import Detected, Told
from console.emg_files import read_recording
from console.emg_listening import Contraction, Heard, fatigue, hear, why_hardly_trusted
from console.tables import table
from controller.emg_plan import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from controller.emg_scale import Scale
from controller.emg_settings import HEART_LOW_HZ, EmgSettings


def detect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recordings: .npz .csv .edf .bdf")
    ],
    mains: Annotated[
        Literal["both", "50", "60", "off"],
        typer.Option("--mains", help="Hz of the mains if one is known; off: no notch."),
    ] = "both",
    heart: Annotated[
        bool, typer.Option("--heart", help="Trunk or neck: the band begins at 30 Hz.")
    ] = False,
    rate_hz: Annotated[
        float | None,
        typer.Option(
            "--rate",
            metavar="HZ",
            help="Where the file does not say; in a CSV, instead of its column of times.",
        ),
    ] = None,
    mvc_uv: Annotated[
        float | None,
        typer.Option("--mvc", metavar="UV", help="RMS of a maximal contraction."),
    ] = None,
    rail_uv: Annotated[
        float | None,
        typer.Option("--rail", metavar="UV", help="Where the converter's range ends, +- UV."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Draw it: .svg or .png")
    ] = None,
) -> Told:
    """Find when muscles begin and let go, exactly as it is found while a device plays."""
    if picture is not None:
        drawing.check_kind(picture)
        if len(files) > 1:
            raise typer.BadParameter("--picture draws one recording: name one FILE")
    _unlike(files)
    _possible(rate_hz, mvc_uv, rail_uv)
    settings = EmgSettings(
        low_hz=HEART_LOW_HZ if heart else EmgSettings().low_hz,
        mains_hz={"50": (50.0,), "60": (60.0,)}.get(mains, EmgSettings().mains_hz),
        notch=mains != "off",
        rail_uv=None if rail_uv is None else (-rail_uv, rail_uv),
    )
    heard = [hear(read_recording(file, rate_hz), settings, mvc_uv) for file in files]
    if picture is not None:
        from console.emg_picture import draw_recording

        draw_recording(heard[0], picture)
    for remark in (remark for one in heard for remark in one.recording.remarks):
        typer.echo(f"myoloop: {remark}", err=True)  # not among what scorers read
    return Told(_document(heard), "\n\n".join(map(_report, heard)))


def _unlike(files: list[Path]) -> None:
    """Raise `typer.BadParameter` where two files have the same stem: one would hide the other."""
    stems = [file.stem for file in files]
    for stem in stems:
        if stems.count(stem) > 1:
            raise typer.BadParameter(f"two recordings are called {stem}: rename one")


def _possible(rate_hz: float | None, mvc_uv: float | None, rail_uv: float | None) -> None:
    """Raise `typer.BadParameter` for what no recording and no muscle can have."""
    if rate_hz is not None and not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise typer.BadParameter(
            f"--rate {rate_hz:g}: EMG needs {LOWEST_RATE_HZ:g} to {HIGHEST_RATE_HZ:g} samples a "
            "second"
        )
    if mvc_uv is not None and not 0.0 < mvc_uv < math.inf:
        raise typer.BadParameter(f"--mvc {mvc_uv:g}: a contraction has more than 0 uV")
    if rail_uv is not None and not 0.0 < rail_uv < math.inf:
        raise typer.BadParameter(f"--rail {rail_uv:g}: a converter's range has more than 0 uV")


def _document(heard: list[Heard]) -> dict[str, tuple[Detected, ...]]:
    return {
        f"{one.recording.name}/{channel}": tuple(
            Detected(
                _ms(c.onset_s), _ms(c.decided_s), None if c.offset_s is None else _ms(c.offset_s)
            )
            for c in found
        )
        for one in heard
        for channel, found in enumerate(one.contractions)
    }


def _ms(at_s: float) -> float:
    return round(at_s, 4)


def _report(heard: Heard) -> str:
    recording = heard.recording
    seconds = len(recording.samples_uv) / recording.rate_hz
    lines = [f"{recording.name}: {seconds:.1f} s at {recording.rate_hz:g} Hz"]
    for channel, found in enumerate(heard.contractions):
        trusted = heard.curves[channel].trusted
        label = f" ({recording.labels[channel]})" if recording.labels else ""
        good = 100.0 * sum(trusted) / max(1, len(trusted))
        count = f"{len(found)} contraction{'s' if len(found) != 1 else ''}"
        why = why_hardly_trusted(heard.curves[channel])
        because = f" ({why})" if why else ""
        lines.append(f"channel {channel}{label}: {count}, {good:.0f} % trusted{because}")
        if found:
            head = ("onset", "known after", "offset", "lasts", "peak", _of(found))
            lines.append(table(head, [_row(one, recording.units[channel]) for one in found]))
        tiring = fatigue(heard.median_hz[channel])
        if tiring is not None:
            lines.append(f"median frequency {tiring[0]:.0f} Hz, {tiring[1]:+.1f} Hz a minute")
    return "\n".join(lines)


def _of(found: list[Contraction]) -> str:
    scales = {one.strength.scale for one in found if one.strength is not None}
    if not scales:
        return "against"
    (scale,) = scales
    return "of MVC" if scale is Scale.MVC else f"times {scale}"


def _row(one: Contraction, unit: str) -> tuple[str, ...]:
    measured = one.strength
    if measured is None:
        against = "not measurable"
    elif measured.scale is Scale.MVC:
        against = f"{100.0 * measured.ratio:.0f} %"
    else:
        against = f"{measured.ratio:.1f}"
    return (
        f"{one.onset_s:.3f} s",
        f"{1000.0 * (one.decided_s - one.onset_s):.0f} ms",
        "-" if one.offset_s is None else f"{one.offset_s:.3f} s",
        "-" if one.offset_s is None else f"{one.offset_s - one.onset_s:.2f} s",
        f"{one.peak_uv:.1f} {unit}",
        against,
    )
