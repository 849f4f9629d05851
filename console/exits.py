"""Exit codes. 0 is a complete session, and every command that did what it was asked for."""

STOPPED = 1
"""A person ended it, or a check found something."""

USAGE = 2
FAULT = 3
"""Device, link, or another session in the way."""

REFUSED = 4
"""For safety."""
