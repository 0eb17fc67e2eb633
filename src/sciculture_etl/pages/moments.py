"""How a moment stands on a page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def shown_moment(moment: datetime | str) -> str:
    """``2026-11-30 21:05`` in Korean time.

    Args:
        moment: with its zone; a text is ISO 8601.
    """
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{known.astimezone(SEOUL):%Y-%m-%d %H:%M}"
