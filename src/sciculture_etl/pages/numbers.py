"""How a number stands on a page: as it is published, with commas; shares and scores with one decimal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NOTHING = "-"
ONE_DECIMAL = ("percent", "of 100")  # units of which every number has one, so that a column of them is even


def shown_number(value: float | int | None, symbol: str | None = None, unit: str | None = None) -> str:
    """With commas and its own decimals, of shares and scores with one.

    Where it is empty, ``x`` (withheld), ``…`` (not published yet) or ``-``.

    Args:
        unit: as the tables have it.
    """
    if value is None:
        return symbol or NOTHING
    if unit in ONE_DECIMAL:
        return f"{Decimal(repr(value)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.6f}".rstrip("0")


def shown_change(value: float | None, before: float | None, unit: str | None = None) -> str | None:
    """By how much a number is more or less than the one before it: in per cent, of shares and scores in points.

    None where either is not known, or nothing can be compared with it.
    """
    if value is None or before is None:
        return None
    if unit in ONE_DECIMAL:
        return f"{value - before:+.1f}p"
    return f"{(value - before) / before * 100:+,.1f}%" if before else None
