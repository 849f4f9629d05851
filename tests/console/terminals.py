"""Helpers: the program in a process of its own, and what it said."""

import json
import os
import subprocess
import sys
from pathlib import Path

TWO_STEPS = str(Path(__file__).with_name("two_steps.yaml"))
"""A profile that begins in real time as soon as one can: "Settle", then "Kneading"."""

MYOLOOP = (sys.executable, "-m", "console.cli")


def environment(folder, **more):
    """Return an environment whose runtime folder is `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MYOLOOP")}
    return {**kept, "XDG_RUNTIME_DIR": str(folder), **more}


def myoloop(*words, folder, **more):
    """Run a command to its end."""
    return subprocess.run(
        [*MYOLOOP, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(folder, **more),
        check=False,
    )


def only_json(text):
    """Return the one JSON object that `text` is."""
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    return json.loads(text)


class Running:
    """A command that runs in a process of its own; its standard error is read line by line."""

    def __init__(self, *words, folder, **more):
        self.folder = folder
        self.lines = []
        self._process = subprocess.Popen(
            [*MYOLOOP, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment(folder, PYTHONPATH=str(Path.cwd()), **more),
        )

    def until(self, word):
        """Wait until a line says `word`."""
        for line in self._process.stderr:
            self.lines.append(line)
            if word in line:
                return
        out, _ = self._process.communicate(timeout=60)
        raise AssertionError(f"never said {word!r}: {''.join(self.lines)}{out}")

    def signal(self, number):
        """Send a signal."""
        self._process.send_signal(number)

    def end(self):
        """Wait for the end; return exit code and standard output."""
        out, err = self._process.communicate(timeout=60)
        self.lines.append(err)
        assert "Traceback" not in "".join(self.lines)
        return self._process.returncode, out

    def close(self):
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *about):
        self.close()
