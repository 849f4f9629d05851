"""A terminal that stops reading must not stop whoever writes."""

import io
import os
import threading

from console.terminal import PatientTerminal


def test_what_is_written_comes_out_in_order():
    out = io.StringIO()
    terminal = PatientTerminal(out)
    for number in range(100):
        terminal.say(f"line {number}")
    terminal.close()
    assert out.getvalue() == "".join(f"line {number}\n" for number in range(100))


def test_a_terminal_that_takes_nothing_holds_nobody_up():
    read, write = os.pipe()
    with os.fdopen(write, "w") as pipe:
        terminal = PatientTerminal(pipe)
        big = "x" * 200_000  # more than a pipe takes
        terminal.say(big)
        terminal.say("and more")
        assert terminal.busy
        reader = threading.Thread(target=lambda: [os.read(read, 65_536) for _ in range(4)])
        reader.start()
        terminal.close()
        reader.join()
    os.close(read)


def test_a_terminal_that_has_gone_is_no_error():
    read, write = os.pipe()
    os.close(read)
    pipe = os.fdopen(write, "w", closefd=False)
    terminal = PatientTerminal(pipe)
    terminal.say("is anybody there?")
    terminal.close()
    assert terminal.closed
    os.close(write)
    os.dup2(os.open(os.devnull, os.O_WRONLY), write)  # what is left in the buffer goes there
    pipe.close()
