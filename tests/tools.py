"""Programs that some tests need beside Python: `scripts/install_test_tools.sh` gets them."""

import os
import shutil

import pytest


def needed(program):
    """Skip without this program; with CI=true, where every test must run, fail."""
    if shutil.which(program) is None:
        why = f"{program} is not installed: run scripts/install_test_tools.sh as root"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(why)
        pytest.skip(why)
