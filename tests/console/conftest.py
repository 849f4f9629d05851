"""Every test has folders of its own: none may see who is known, or what runs, on this machine."""

import pytest


@pytest.fixture(autouse=True)
def runtime(socket_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(socket_folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("MYOLOOP_DEVICE", raising=False)
    monkeypatch.delenv("MYOLOOP_DEBUG", raising=False)
    return socket_folder
