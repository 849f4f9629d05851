"""myoloop run: what it says before it plays, and which profiles it never plays."""

import pytest

from console.cli import main
from tests.console.test_profiles import HOSTILE


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "too hard"])
def test_a_hostile_profile_never_reaches_a_device(name, tmp_path, capsys):
    file = tmp_path / "hostile.yaml"
    file.write_bytes(HOSTILE[name])
    # the device does not exist: whoever tried it would say so, with exit code 3
    assert main(["run", str(file), "--device", "serial:///dev/ttyNONE9"]) == 1
    told = capsys.readouterr()
    assert "hostile.yaml:" in told.err
    assert "Traceback" not in told.err
