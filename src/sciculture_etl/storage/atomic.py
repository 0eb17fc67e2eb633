"""Writing that leaves a file whole or as it was, wherever the process or the machine stops."""

from __future__ import annotations

import os
from pathlib import Path


def write_aside(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    aside = path.with_name(f".{path.name}.aside")
    try:
        with aside.open("wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        aside.replace(path)
    except BaseException:  # on a full disk, what was written of it takes the room that is missing
        aside.unlink(missing_ok=True)
        raise
