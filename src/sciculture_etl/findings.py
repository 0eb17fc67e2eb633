"""Findings: the one kind of message about data.

Their words stand in ``expectations/findings.yml`` and ``formats.yml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from sciculture_etl.project import read_words
from sciculture_etl.settings import Limits

# One row a finding. ``part`` numbers the table (sheet) within the submission, 0 where the whole file is meant.
# ``sheet`` is empty for CSV. ``row`` counts as a person does, from 1. ``cell`` is A1 notation. ``value`` is the text
# as found and is never given for personal data.
SCHEMA: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "part": pl.Int32(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "cell": pl.String(),
    "header": pl.String(),
    "field": pl.String(),
    "code": pl.String(),
    "severity": pl.String(),
    "value": pl.String(),
    "expected_ko": pl.String(),
    "expected_en": pl.String(),
    "unit": pl.String(),
}
MAX_SHOWN = 200  # characters of a text of the file that a finding shows
TEXTS = ["message_ko", "message_en", "fix_ko", "fix_en"]


def shown(text: str) -> str:
    """As much of a text as a finding shows."""
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def shown_column(name: str) -> pl.Expr:
    """``shown`` of a column of texts."""
    text = pl.col(name)
    return (
        pl.when(text.str.len_chars() > MAX_SHOWN).then(text.str.head(MAX_SHOWN - 1) + "…").otherwise(text).alias(name)
    )


@dataclass(frozen=True)
class Finding:
    """A finding about a file or sheet as a whole; those about cells are made as frames (``SCHEMA``)."""

    code: str
    value: str | None = None
    header: str | None = None
    expected_ko: str = ""
    expected_en: str = ""
    sheet: str | None = None
    part: int = 0
    row: int | None = None
    cell: str | None = None
    severity: str | None = None

    def as_row(self, submission_id: str) -> dict[str, object]:
        return {
            "submission_id": submission_id, "part": self.part, "sheet": self.sheet, "row": self.row,
            "cell": self.cell,
            "header": self.header, "field": None, "code": self.code,
            "severity": self.severity or catalogue()[self.code]["severity"], "value": self.value and shown(self.value),
            "expected_ko": self.expected_ko, "expected_en": self.expected_en, "unit": None,
        }  # fmt: skip


@lru_cache
def catalogue() -> dict[str, dict[str, str]]:
    """Code → severity and the words in both languages."""
    loaded: dict[str, dict[str, str]] = read_words("findings.yml")
    return loaded


@lru_cache
def _foreign() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = read_words("formats.yml")
    return loaded


def unsupported(kind: str, detail: str = "") -> Finding:
    """That a file can't be read, for a reason of ``expectations/formats.yml``, and what can be done."""
    words = _foreign()[kind]
    value = f"{words['name']} {detail}".rstrip()
    return Finding("R_UNSUPPORTED_FORMAT", value, expected_ko=words["fix_ko"], expected_en=words["fix_en"])


def why_ended(ended_by: str, limits: Limits, size: int) -> Finding:
    """That a file of so many bytes ended the process that read it.

    Args:
        ended_by: ``cpu`` or ``memory``, of which it took more than it may; or ``crashed``.
    """
    if ended_by == "crashed":
        return unsupported("crashed")
    seconds, mib = limits.cpu_seconds_of(size), limits.memory_bytes // 1024**2
    ko, en = f"CPU 시간 {seconds:,}초", f"{seconds:,} seconds of CPU time"
    if ended_by == "memory":
        ko, en = f"메모리 {mib:,} MiB", f"{mib:,} MiB of memory"
    return Finding("R_TOO_COSTLY", expected_ko=ko, expected_en=en)


def empty_findings() -> pl.DataFrame:
    return pl.DataFrame(schema=SCHEMA)


def with_texts(findings: pl.DataFrame) -> pl.DataFrame:
    """Adds message_ko, message_en, fix_ko, fix_en to findings of ``SCHEMA``; order and height stay."""
    words = pl.DataFrame(
        [
            {"code": code, "message_ko": entry["ko"], "message_en": entry["en"],
             "fix_ko": entry["fix_ko"], "fix_en": entry["fix_en"]}
            for code, entry in catalogue().items()
        ]
    )  # fmt: skip
    filled_in = findings.join(words, on="code", how="left", maintain_order="left")
    for text in TEXTS:
        filled = pl.col(text)
        # The value comes last: what a cell holds is never read as a placeholder.
        places = {"header": "header", "unit": "unit", "expected": f"expected_{text[-2:]}", "value": "value"}
        for place, column in places.items():
            filled = filled.str.replace_all(f"{{{place}}}", pl.col(column).fill_null(""), literal=True)
        filled_in = filled_in.with_columns(filled.str.strip_chars().alias(text))
    return filled_in
