"""Whatever a program writes as delimited text comes back cell by cell, and none of its quotes is taken for stray."""

import csv
import io

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sciculture_etl.formats.delimited import read_text_grid
from sciculture_etl.settings import DEFAULT_LIMITS

# Texts with all that has a meaning in such a text, and letters between.
WORDS = st.text(st.sampled_from("가나 1,\n\"'."), max_size=12)
HEADERS = ["가", "나", "다", "라", "마"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=5, max_size=5), min_size=1, max_size=30),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_cells_come_back_as_they_were_written(rows: list[list[str]], separator: str, quoting: int) -> None:
    # A cell in every column that needs no quotes, so that a text is a table and not only its quotes.
    # What parts cells elsewhere is left out of them: three lines can't show which of two parts theirs. Nor do they hold
    # whole rows of cells, line by line: those are what a stray quote leaves.
    parted = [[cell.replace(",", "" if "\n" in cell else separator) for cell in row] for row in rows]
    plain = [[cell if n % 2 else f"가{n}" for n, cell in enumerate(row)] for row in parted]
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n").writerows([HEADERS, *plain])  # type: ignore[arg-type]
    grid = read_text_grid(text.getvalue().encode(), DEFAULT_LIMITS)
    written = [[cell.strip() or None for cell in row] for row in plain]
    assert grid.stray_quotes == []
    assert grid.frame.select(pl.nth(range(5)))[1:].rows() == [tuple(row) for row in written]
