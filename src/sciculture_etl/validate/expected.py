"""What a field asks for, in the words of a message."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from functools import lru_cache

import polars as pl

from sciculture_etl.contracts import ContractField

# Codes that a message lists: all, of more the first, or those alike.
MAX_LISTED, MAX_EXAMPLES, MAX_SUGGESTIONS = 20, 8, 3
ALIKE = 0.6
MAX_COMPARED = 500  # different texts of a column that are compared with all codes
ZERO = ("없으면 0을 적어 주세요.", "0 where there was none")
YEAR_ELSEWHERE = (
    "표 위의 제목 줄이나 파일 이름에 '2020년'처럼 적어도 됩니다.",
    "it may also stand in the title above the table or in the file name, such as 2020년",
)


def bounds_of(fld: ContractField) -> tuple[float, float] | None:
    """The least and the largest value."""
    if fld.type == "term" and not fld.between:
        return (0 if fld.default == 0 else 1, fld.terms)
    return (0, 100) if fld.type == "score" else fld.between


def expected(
    fld: ContractField, texts: pl.Series, tables: pl.Series | None = None
) -> tuple[str | pl.Series, str | pl.Series]:
    """Korean and English; of many codes those most like each of the texts found.

    Args:
        tables: the table of each; in a column of one with very many texts the rest are told the first codes.
    """
    if fld.values:
        names = tuple((spellings or [code])[0] for code, spellings in fld.values.items())
        if len(names) <= MAX_LISTED:
            return ", ".join(names), ", ".join(names)
        longest = max(map(len, names)) * (2 / ALIKE - 1)  # of what is alike to any of them
        found = pl.DataFrame({"text": texts}).with_columns(table=pl.lit(0) if tables is None else tables)
        distinct = found.unique(maintain_order=True).with_columns(nth=pl.int_range(pl.len()).over("table"))
        near = [
            ", ".join(_near(names, text if text and len(text) <= longest and nth < MAX_COMPARED else ""))
            for text, nth in found.join(distinct, ["text", "table"], nulls_equal=True, maintain_order="left")
            .select("text", "nth")
            .iter_rows()
        ]
        ko = [f"{some} 등 서식의 {len(names)}가지" for some in near]
        en = [f"{some} ... ({len(names)} in all, see the form)" for some in near]
        return pl.Series(ko, dtype=pl.String), pl.Series(en, dtype=pl.String)
    if fld.pattern:
        return f"형식 {fld.pattern}", f"format {fld.pattern}"
    if bounds := bounds_of(fld):
        low, high = (f"{bound:,.10g}" for bound in bounds)
        return f"{low}~{high} 사이", f"between {low} and {high}"
    return "", ""


@lru_cache(maxsize=1024)
def _near(names: tuple[str, ...], text: str) -> list[str]:
    # Letter by letter: 카나다 and 캐나다 differ in one of six, not in one syllable of three.
    letters = {unicodedata.normalize("NFD", name): name for name in names}
    alike = get_close_matches(unicodedata.normalize("NFD", text), letters, MAX_SUGGESTIONS, ALIKE)
    return [letters[found] for found in alike] or list(names[:MAX_EXAMPLES])


def blank_advice(fld: ContractField) -> tuple[str, str]:
    """What is added where a required cell of the field is blank."""
    counts = fld.type in ("count", "money") and (not fld.between or fld.between[0] <= 0)
    return ZERO if counts else ("", "")
