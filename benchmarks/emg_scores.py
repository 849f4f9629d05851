"""How well onsets are found in annotated recordings, beside what is asked.

The recordings belong to others and are not part of this project: `--data FOLDER` says where they
are (with their `score.py` and `gold.json`), else they are looked for beside the checkout.
"""

import argparse
import json
import runpy
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import numpy as np
from scipy import signal
from table import Table

from controller.emg import Emg
from controller.emg_words import Onset

ROOT = Path(__file__).parent.parent
BESIDE = ROOT.parent / "shared" / "data" / "emg"

SHIFTS_MS = range(10)
HEARTS = [(200.0, 60, 1.5), (200.0, 110, 1.5), (400.0, 75, 1.2), (400.0, 110, 1.2)]
"""Peak in uV, beats a minute, how sharp: 30 to 36 uV of it are in the onset band."""

Change = Callable[[np.ndarray, float], tuple[np.ndarray, float]]
Row = dict[str, Any]


class Gate(msgspec.Struct, frozen=True):
    """What is asked of one figure."""

    figure: str
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"

    def passed(self, value: float) -> bool:
        return value >= self.least if self.least is not None else value <= (self.most or 0.0)


PLAIN = (
    Gate("event recall", least=0.98),
    Gate("false alarms/min", most=0.75),
    Gate("precision 200 ms", least=0.90),
    Gate("recall 200 ms", least=0.88),
    Gate("delay p50, ms", most=55.0),
    Gate("delay p90, ms", most=130.0),
)
WITH_HEART = (Gate("event recall", least=0.95), Gate("extra false alarms/min", most=0.5))
RESAMPLED = (Gate("event recall", least=0.95), Gate("false alarms/min", most=1.0))


class Scores:
    """The recordings, their annotation and their scorer."""

    def __init__(self, folder: Path) -> None:
        self.gold: dict[str, Any] = json.loads((folder / "gold.json").read_text("utf-8"))
        self.score = runpy.run_path(str(folder / "score.py"))["score"]
        self.recordings: dict[str, tuple[np.ndarray, float]] = {}
        for stem in sorted({key.partition("/")[0] for key in self.gold}):
            with np.load(folder / f"{stem}.npz") as held:
                self.recordings[stem] = held["x"].astype(float), float(held["fs"])

    def run(self, shift_ms: int, change: Change) -> Row:
        """Return the figures over all recordings, with the first `shift_ms` left out."""
        rows: list[Row] = []
        for stem, (x_uv, rate_hz) in self.recordings.items():
            columns = [int(k.partition("/")[2]) for k in self.gold if k.startswith(f"{stem}/")]
            changed_uv, changed_hz = change(x_uv[:, columns], rate_hz)
            left_out = round(shift_ms * changed_hz / 1000.0)
            found = detect(changed_uv[left_out:], changed_hz, left_out / changed_hz)
            rows += [
                self.score(found[i], self.gold[f"{stem}/{column}"], len(x_uv) / rate_hz)
                for i, column in enumerate(columns)
            ]
        return _figures(rows)


def detect(x_uv: np.ndarray, rate_hz: float, begins_s: float) -> list[list[dict[str, Any]]]:
    """Return the detections of each channel, as `score.py` reads them."""
    emg = Emg(rate_hz, x_uv.shape[1])
    found: list[list[dict[str, Any]]] = [[] for _ in range(x_uv.shape[1])]
    second = round(rate_hz)
    for at in range(0, len(x_uv), second):
        for event in emg.feed(x_uv[at : at + second]).events:
            at_s, decided_s = event.at_s + begins_s, event.decided_s + begins_s
            if isinstance(event, Onset):
                one = {"onset_s": at_s, "decided_s": decided_s, "offset_s": None}
                found[event.channel].append(one)
            else:
                found[event.channel][-1]["offset_s"] = at_s
    return found


def _figures(rows: Sequence[Row]) -> Row:
    total = {name: sum(row[name] for row in rows) for name in rows[0] if name != "delays_s"}
    delays_ms = np.array([s for row in rows for s in row["delays_s"]]) * 1000.0
    return {
        "event recall": total["recalled"] / total["events"],
        "false alarms/min": total["false_alarms"] / total["duration_s"] * 60.0,
        "precision 200 ms": total["matched_200"] / max(1, total["detections"]),
        "recall 200 ms": total["matched_200"] / total["events"],
        "precision 100 ms": total["matched_100"] / max(1, total["detections"]),
        "recall 100 ms": total["matched_100"] / total["events"],
        "delay p50, ms": float(np.percentile(delays_ms, 50)),
        "delay p90, ms": float(np.percentile(delays_ms, 90)),
    }


def as_it_is(x_uv: np.ndarray, rate_hz: float) -> tuple[np.ndarray, float]:
    """Change nothing."""
    return x_uv, rate_hz


def with_heart(peak_uv: float, per_min: int, sharp: float) -> Change:
    """Return a change that adds a heart."""
    signals = runpy.run_path(str(ROOT / "tests" / "controller" / "emg_signals.py"))

    def change(x_uv: np.ndarray, rate_hz: float) -> tuple[np.ndarray, float]:
        heard_uv = signals["heartbeats"](
            len(x_uv) / rate_hz, per_min=per_min, peak_uv=peak_uv, seed=per_min, rate_hz=rate_hz,
            sharp=sharp,
        )  # fmt: skip
        return x_uv + heard_uv[: len(x_uv), None], rate_hz

    return change


def resampled(to_hz: float) -> Change:
    """Return a change to another sampling rate."""

    def change(x_uv: np.ndarray, rate_hz: float) -> tuple[np.ndarray, float]:
        ratio = Fraction(round(to_hz), round(rate_hz))
        zero_uv = x_uv[:1]
        if ratio == 1:
            return x_uv, rate_hz
        still = x_uv - zero_uv
        return signal.resample_poly(still, ratio.numerator, ratio.denominator) + zero_uv, to_hz

    return change


def measure(folder: Path, shifts_ms: Sequence[int]) -> Table:
    """Return every gate beside its median over the shifts."""
    scores = Scores(folder)

    def over_shifts(change: Change) -> Row:
        found = [scores.run(shift_ms, change) for shift_ms in shifts_ms]
        return {name: median(row[name] for row in found) for name in found[0]}

    plain = over_shifts(as_it_is)
    rows = _rows("as recorded", plain, PLAIN)
    for peak_uv, per_min, sharp in HEARTS:
        found = over_shifts(with_heart(peak_uv, per_min, sharp))
        found["extra false alarms/min"] = found["false alarms/min"] - plain["false alarms/min"]
        rows += _rows(f"heart of {peak_uv:g} uV at {per_min}/min added", found, WITH_HEART)
    for to_hz in (250.0, 2000.0):
        rows += _rows(f"resampled to {to_hz:g} Hz", over_shifts(resampled(to_hz)), RESAMPLED)
    return Table(
        "EMG onsets in annotated recordings, one setting for all",
        ("recordings", "figure", "asked", "found", "passed"),
        tuple(rows),
        (
            f"Median over {len(shifts_ms)} starts of the 10 ms hops; {len(scores.gold)} channels, "
            f"{sum(len(gold['events']) for gold in scores.gold.values())} contractions. One is "
            "1.4 % of recall, one false alarm 0.19/min: read no more into the last digit.",
        ),
    )


def _rows(name: str, found: Row, gates: Sequence[Gate]) -> list[tuple[str, ...]]:
    return [
        (
            name if gate is gates[0] else "",
            gate.figure,
            str(gate),
            f"{found[gate.figure]:.3g}",
            "yes" if gate.passed(found[gate.figure]) else "**no**",
        )
        for gate in gates
    ]


def main() -> None:
    """Print the table, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=BESIDE, help="the folder of recordings")
    parser.add_argument("--quick", action="store_true", help="two starts of the hops, not ten")
    asked = parser.parse_args()
    if not (asked.data / "gold.json").is_file():
        parser.exit(0, f"no annotated recordings in {asked.data}: nothing is scored\n")
    print(measure(asked.data, (0, 5) if asked.quick else tuple(SHIFTS_MS)))


if __name__ == "__main__":
    main()
