"""Every test has a runtime folder of its own: none may see what really runs on this machine."""

import pytest


@pytest.fixture(autouse=True)
def runtime(socket_folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(socket_folder))
    return socket_folder / "myoloop"
