"""Every test has a runtime folder of its own: none may see what really runs on this machine."""

import pytest


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "myoloop"
