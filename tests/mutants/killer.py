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
from hypothesis import Phase, settings

os.environ["MYOLOOP_PLAIN"] = "1"  # what is broken here is Python, and no kernel is to hide it

house = Path(sys.argv[1])
sys.path.insert(0, str(house))
from tests.mutants.table import MUTANTS  # noqa: E402

PACKAGES = {"firmware_bridge", "profiles", "controller", "records", "sim", "console"}
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]

settings.register_profile("kill", phases=(Phase.explicit, Phase.generate))
settings.load_profile("kill")  # that a law is broken is enough: no smaller example is looked for

compileall.compile_dir(
    str(house), quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
)  # by hash: a mutant as long and as new as its original must not be taken for it

# what hardly any mutant touches is imported once, before the forks
import numpy as np  # noqa: E402, F401
import scipy.signal  # noqa: E402, F401

import profiles.compiler  # noqa: E402
import profiles.load  # noqa: E402, F401
import sim.virtual_time  # noqa: E402, F401


def forget_the_house():
    """Import everything of ours anew: what is broken was imported whole."""
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]


def run_in_fork(tests, broken=""):
    """Return pytest's exit code for these tests, where a file is broken."""
    child = os.fork()
    if child == 0:
        if broken.removesuffix(".py").replace("/", ".") in sys.modules:
            forget_the_house()
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        os._exit(int(pytest.main([*OPTIONS, *tests])))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for number, mutant in enumerate(MUTANTS):
    file = house / mutant.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(mutant.source, mutant.instead), "utf-8")
    try:
        code = run_in_fork([mutant.killer], mutant.file)
    finally:
        file.write_text(whole, "utf-8")
    print(number, code, flush=True)
print(len(MUTANTS), run_in_fork(sorted({mutant.killer for mutant in MUTANTS})), flush=True)
