"""Satisfaction scores on whatever scale they were asked → a scale of 100."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from sciculture_etl.validate.numbers import parse_number

SCALES = ("%", "ratio", "5", "7", "10", "100")
OWN_SCALE = re.compile(r"^(.+?)\s?점?\s?[/(]\s?(5|7|10|100)\s?점?\s?(?:만점|척도)?\s?\)?$")
PERCENT = re.compile(r"%|퍼센트")


def parse_score(text: str, scale: str | None) -> tuple[float | None, str | None]:
    """One cell → (score of 100, code).

    A scale of 100 includes percent. What the cell says itself counts before that: ``89.2%``, ``4.46점/5점``. Where
    nothing says it, 0 to 1 is a share, above 10 stands as it is, and what lies between could be of any scale:
    E_UNIT_MISMATCH.

    Args:
        scale: that of the row or header, one of ``SCALES``, None where none is said.
    """
    normal = " ".join(unicodedata.normalize("NFKC", text).split())
    own = OWN_SCALE.match(normal)
    if own:
        normal, scale = own[1], own[2]
    elif PERCENT.search(normal):
        own, scale = PERCENT.search(normal), "%"
    parsed = parse_number(normal, "number", ("%", "퍼센트", "점"))
    if parsed.value is None:
        return None, parsed.code
    try:
        value = Decimal(PERCENT.sub("", normal).replace("점", "").replace(",", "").strip())
    except InvalidOperation:
        value = Decimal(str(parsed.value))
    if scale is None:
        scale = "ratio" if value <= 1 else "100" if value > 10 else None
        if scale is None:
            return None, "E_UNIT_MISMATCH"
    if scale in ("%", "100") and value <= 1 and not own:
        scale = "ratio"  # a spreadsheet's 89.2 % comes as 0.892
    whole = Decimal({"ratio": 1, "%": 100}.get(scale) or int(scale))
    if value > whole:
        return None, "E_OUT_OF_RANGE"
    return float(value * 100 / whole), None
