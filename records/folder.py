"""Where this user's records are kept: one folder that nobody else may look into."""

import os
import stat
from pathlib import Path


def data_folder() -> Path:
    """Return the folder for what is kept between sessions; make it if needed.

    Raises `PermissionError` if it is not this user's alone.
    """
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    base.mkdir(parents=True, exist_ok=True)
    folder = base / "myoloop"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    private = stat.S_ISDIR(about.st_mode) and stat.S_IMODE(about.st_mode) & 0o077 == 0
    if not private or about.st_uid != os.getuid():
        raise PermissionError(f"{folder} is not yours alone: `chmod 700` it, or set XDG_DATA_HOME")
    return folder
