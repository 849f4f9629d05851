"""Runs in a copy of the house: breaks one file, runs the named test in a fork, puts it back.

It writes a line for each mutant: its number, and pytest's exit code (1: killed). The last line is
for the house unbroken, on every named test.
"""

import compileall
import os
import py_compile
import sys
from pathlib import Path

import pytest

os.environ["MYOLOOP_PLAIN"] = "1"  # what is broken here is Python, and no kernel is to hide it

house = Path(sys.argv[1])
sys.path.insert(0, str(house))
from tests.mutants.table import MUTANTS  # noqa: E402

OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]

compileall.compile_dir(
    str(house), quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
)  # by hash: a mutant as long and as new as its original must not be taken for it

# what no mutant touches is imported once, before the forks
import numpy as np  # noqa: E402, F401
import scipy.signal  # noqa: E402, F401

import profiles.compiler  # noqa: E402
import profiles.load  # noqa: E402, F401
import sim.virtual_time  # noqa: E402, F401


def run_in_fork(tests):
    """Return pytest's exit code for these tests."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        os._exit(int(pytest.main([*OPTIONS, *tests])))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for number, (module, source, instead, test) in enumerate(MUTANTS):
    file = house / "controller" / f"{module}.py"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(source, instead), "utf-8")
    try:
        code = run_in_fork([test])
    finally:
        file.write_text(whole, "utf-8")
    print(number, code, flush=True)
print(len(MUTANTS), run_in_fork(sorted({test for *_, test in MUTANTS})), flush=True)
