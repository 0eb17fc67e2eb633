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
    return f"{_in_seoul(moment):%Y-%m-%d %H:%M}"


def shown_day(moment: datetime | str) -> str:
    """``2026-11-30``: the day that it was in Korea.

    Args:
        moment: with its zone; a text is ISO 8601.
    """
    return f"{_in_seoul(moment):%Y-%m-%d}"


def _in_seoul(moment: datetime | str) -> datetime:
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return known.astimezone(SEOUL)
