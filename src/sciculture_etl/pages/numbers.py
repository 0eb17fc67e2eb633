"""How a number stands on a page."""

from __future__ import annotations

NOTHING = "-"


def shown_number(value: float | int | None, symbol: str | None = None) -> str:
    """With commas, and at most one decimal; its symbol (``x`` withheld, ``…`` not published yet) where it is empty."""
    if value is None:
        return symbol or NOTHING
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}"
