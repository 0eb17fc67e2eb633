"""How a failure nobody foresaw is told: its kind and place, and nothing that could be a cell's value."""

from __future__ import annotations

import traceback
from pathlib import Path

from sciculture_etl.privacy import mask_text


def describe_failure(error: BaseException) -> str:
    """``ValueError at suites.py:88``. The error's own message is added only where it can't hold a cell's value."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "sciculture_etl" in frame.filename]
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    message = f" ({mask_text(str(error))})" if isinstance(error, OSError | RuntimeError) else ""
    return f"{type(error).__name__}{place}{message}"
