"""A move in a process of its own that is killed before or after one of its steps."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sciculture_etl.load import places
from sciculture_etl.pipeline import moving
from sciculture_etl.settings import Settings


def killed(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    @wraps(function)
    def kills(*given: Any, **more: Any) -> Any:
        if when == "after":
            function(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    return kills


def main(step: str, when: str, warehouse: str, lake: str, data: str, way: str) -> None:
    if step in ("put_in_force", "remove"):
        for place in (places.FilePlace, places.LakePlace):
            setattr(place, step, killed(getattr(place, step), when))
    else:
        setattr(moving, step, killed(getattr(moving, step), when))
    embedded = Settings(inbox="inbox", warehouse=Path(warehouse))
    shared = moving.target_settings(embedded, lake, data)
    moving.move_tables(*((embedded, shared) if way == "there" else (shared, embedded)))


if __name__ == "__main__":
    main(*sys.argv[1:])
