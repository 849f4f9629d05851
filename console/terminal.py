"""A terminal that is written to by a thread of its own: a slow one must not hold up the tick."""

import contextlib
import io
import threading
from queue import SimpleQueue
from typing import TextIO

CLOSE_WITHIN_S = 1.0
"""How long closing waits for what was written before (E)."""

BELL = "\a"
"""What makes a terminal sound (V, ECMA-48: BEL)."""


class PatientTerminal(io.TextIOBase):
    """Takes text at once, and writes it when the terminal can. Ctrl-S only stops the picture.

    Made before the control task becomes urgent: the thread keeps the priority it begins with.
    """

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._terminal = terminal
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._pieces: list[str] = []
        self._thread = threading.Thread(target=self._work, name="terminal", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something still waits: whoever draws had better leave a picture out."""
        return not self._waiting.empty()

    def isatty(self) -> bool:
        return self._terminal.isatty()

    def fileno(self) -> int:
        return self._terminal.fileno()

    def write(self, text: str, /) -> int:
        self._pieces.append(text)
        return len(text)

    def flush(self) -> None:
        if not self.closed and self._pieces:
            self._waiting.put("".join(self._pieces))
            self._pieces.clear()

    def say(self, line: str) -> None:
        """Write a line."""
        self.write(line + "\n")
        self.flush()

    def ring(self) -> None:
        """Sound the bell: of a terminal, not into a file."""
        if self.isatty():
            self.write(BELL)
            self.flush()

    def close(self) -> None:
        """Write what is left, unless the terminal takes nothing any more."""
        if not self.closed:
            self.flush()
            self._waiting.put(None)
            self._thread.join(CLOSE_WITHIN_S)
        super().close()

    def _work(self) -> None:
        while (text := self._waiting.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # it is gone: nobody watches
                self._terminal.write(text)
                self._terminal.flush()
