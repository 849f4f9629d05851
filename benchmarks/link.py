"""All figures: `python benchmarks/link.py [--quick] [--write-readme]` prints a table for each."""

import argparse
import os
import platform
import sys
import time
from pathlib import Path

import ble
import codec
import door
import emg
import host_loss
import reaction
import round_trip
import silences
import stops
import ticks
import virtual
from table import Measure

TABLES: tuple[Measure, ...] = (
    codec.measure,
    round_trip.measure,
    stops.measure,
    host_loss.measure,
    ticks.measure,
    door.measure,
    silences.measure,
    ble.measure,
    virtual.measure,
    emg.measure,
    reaction.measure,
)

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"

README = Path(__file__).parent.parent / "README.md"


def main() -> None:
    """Measure everything; print it, and put it into README.md where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats: a few minutes")
    parser.add_argument("--write-readme", action="store_true", help="put the tables into README.md")
    asked = parser.parse_args()
    if asked.write_readme:
        _split(
            README.read_text("utf-8")
        )  # what is wrong with it is better said now than at the end
    told = [f"Measured with `python benchmarks/link.py{' --quick' * asked.quick}` on {machine()}."]
    for measure in TABLES:
        began_s = time.monotonic()
        told.append(str(measure(asked.quick)))
        print(told[-1] + "\n", flush=True)
        print(f"({time.monotonic() - began_s:.0f} s)", file=sys.stderr)
    print(told[0])
    if asked.write_readme:
        before, after = _split(README.read_text("utf-8"))
        text = "\n\n".join(told)
        README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def machine() -> str:
    """Return what class of machine this is, and nothing that tells whose."""
    cores = len(os.sched_getaffinity(0))
    kernel = ".".join(platform.release().split(".")[:2])
    return (
        f"{cores} cores ({platform.machine()}), {platform.python_implementation()} "
        f"{platform.python_version()}, {platform.system()} {kernel}"
    )


def _split(text: str) -> tuple[str, str]:
    before, begins, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not (begins and ends):
        sys.exit(f'README.md has no "{BEGIN}" with "{END}" after it: the tables go between them')
    return before, after


if __name__ == "__main__":
    main()
