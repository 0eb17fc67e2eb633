"""Forms of personal data, by header and by value. Whoever meets them keeps the place and never the value."""

from __future__ import annotations

import polars as pl

# Resident and foreigner registration numbers, mobile phones, e-mail addresses.
# Full-width forms count: they look the same to a reader.
PERSONAL_VALUE = (
    r"(?:^|[^\d\-])\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\s?[-－]?\s?[1-8１-８]\d{6}(?:[^\d\-]|$)"
    r"|(?:^|[^\dA-Za-z\-])(?:[0０]|\+?82[-\s]?\(?0?\)?)[1１][016-9０１６-９][)）]?[-－–.．\s]?\d{3,4}[-－–.．\s]?\d{4}(?:[^\d]|$)"
    r"|[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9.\-]+\.[A-Za-z]{2,}"
)
PERSONAL_FORMS = "주민등록번호·휴대전화·이메일 형태의 값"  # what a finding calls them
SHORTEST_PERSONAL = len("a@b.kr")


# Notes below a table name the office to ask.
NOTE = r"^\s*(?:[※*☞▶○□]|주\s*\d*\)|문의|담당|자료|작성)"


def first_personal(texts: pl.Series) -> int | None:
    """Index of the first text that holds a personal value; a note that names an office is none."""
    told = ~texts.str.contains(NOTE) & (texts.str.len_bytes() >= SHORTEST_PERSONAL)
    long = told.fill_null(False).arg_true()
    found = long.filter(texts.gather(long).str.contains(PERSONAL_VALUE))
    return int(found[0]) if found.len() else None
