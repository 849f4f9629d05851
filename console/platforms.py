"""Whether the program can run here at all: system, Python, packages."""

import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

from .documents import Finding

TIERS = {"linux": 1, "darwin": 2, "win32": 3}
"""1: everything is tested there; 2: it should work; 3: only inside of a Linux (E)."""

PYTHON = (3, 11)
"""The oldest Python that is tested (pyproject.toml)."""

_STATUS: dict[int, Literal["ok", "look", "bad"]] = {1: "ok", 2: "look", 3: "bad"}

_ADVICE = {
    2: "play simulations here, and real devices on Linux",
    3: "install the Windows Subsystem for Linux, and myoloop inside of it",
}


def machine() -> Iterator[Finding]:
    """Yield what kind of machine this is."""
    yield platform(sys.platform)
    written = ".".join(str(number) for number in sys.version_info[:3])
    if sys.version_info >= PYTHON:
        yield Finding("python", "ok", f"{written} at {sys.executable}")
    else:
        yield Finding("python", "bad", written, "install Python 3.11 or newer")
    yield packages(requires("myoloop") or ())


def platform(name: str) -> Finding:
    """Judge a system by the name that Python has for it."""
    tier = TIERS.get(name, 2)
    return Finding("platform", _STATUS[tier], f"{name}, tier {tier}", _ADVICE.get(tier))


def packages(required: Sequence[str]) -> Finding:
    """Judge whether what the program always needs is installed."""
    always = [text for text in required if "extra ==" not in text]
    names = [found[0] for text in always if (found := re.match(r"[\w.-]+", text))]
    missing = [name for name in names if not _is_installed(name)]
    if not missing:
        return Finding("packages", "ok", f"all {len(names)} are installed")
    advice = f"{sys.executable} -m pip install {' '.join(missing)}"
    return Finding("packages", "bad", f"missing: {', '.join(missing)}", advice)


def _is_installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False
