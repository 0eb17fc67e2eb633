"""Sheets of any size made against the search for tables: ``size`` counts what each is many of."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from forms import CENTRE, CLASS

from sciculture_etl.grid import Grid, Merge

Rows = list[list[str | None]]
HEADER, ROW = list(CLASS), list(CLASS.values())
CENTRE_HEADER, CENTRE_ROW = list(CENTRE), list(CENTRE.values())


def grid(rows: Rows, **marks: object) -> Grid:
    width = max(map(len, rows))
    columns = {
        f"c{c}": pl.Series([row[c] if c < len(row) else None for row in rows], dtype=pl.String) for c in range(width)
    }
    return Grid("실적", pl.DataFrame(columns), **marks)  # type: ignore[arg-type]


def header_words_in_data(size: int) -> Grid:
    return grid([["연번", "분류", "이름표", "값"], *([str(n), "시도", "시군구", f"항목{n}"] for n in range(size))])


def header_of_another_form_in_data(size: int) -> Grid:
    return grid([HEADER, *([f"강좌 {n}", "사업연도", "기관명", "강사수"] for n in range(size))])


def only_headers(size: int) -> Grid:
    return grid([list(HEADER) for _ in range(size)])


def half_headers(size: int) -> Grid:
    return grid([[HEADER[n % 7], HEADER[(n + 1) % 8], HEADER[(n + 2) % 9], f"제목 {n}"] for n in range(size)])


def tables_below(size: int) -> Grid:
    return grid([row for n in range(size) for row in ([f"{2015 + n % 5}년"], CENTRE_HEADER, CENTRE_ROW, [])])


def tables_of_two_forms_below(size: int) -> Grid:
    return grid([r for n in range(size) for r in ([f"제{n}호"], CENTRE_HEADER, CENTRE_ROW, [], HEADER, ROW, [])])


def printed_pages(size: int) -> Grid:
    return grid([["2020년 생활과학교실"], *(row for _ in range(size) for row in (HEADER, ROW, ROW))])


def tables_beside(size: int) -> Grid:
    return grid(
        [[cell for _ in range(size) for cell in [*row, None]] for row in (CENTRE_HEADER, CENTRE_ROW, CENTRE_ROW)]
    )


def tables_beside_in_steps(size: int) -> Grid:
    blank: list[str | None] = [None] * (len(CENTRE_HEADER) + 1)
    count = max(1, int(size**0.5))
    rows: Rows = []
    for step in range(count):
        for row in (CENTRE_HEADER, CENTRE_ROW):
            rows.append([*blank * step, *row])
    return grid(rows)


def many_columns(size: int) -> Grid:
    return grid([[*HEADER, *(f"비고{n}" for n in range(size))], [*ROW, *("가" for _ in range(size))]])


def columns_of_header_words(size: int) -> Grid:
    return grid([[HEADER[n % len(HEADER)] for n in range(size)], [ROW[n % len(ROW)] for n in range(size)]])


def columns_with_gaps(size: int) -> Grid:
    return grid([[HEADER[n % 5] if n % 3 else None for n in range(size)], [ROW[n % 5] for n in range(size)]])


def merges_in_data(size: int) -> Grid:
    rows = [HEADER, *([*ROW] for _ in range(size))]
    return grid(rows, merges=[Merge(n, 3, n + 1, 3) for n in range(1, size - 1, 2)])


def merges_over_headers(size: int) -> Grid:
    rows = [["시도", "시군구", "강좌명"] for _ in range(size)]
    return grid(rows, merges=[Merge(n, 0, n, 2) for n in range(size)])


def merges_and_tables(size: int) -> Grid:
    rows = tables_below(size).frame.rows()
    return grid([list(row) for row in rows], merges=[Merge(4 * n + 2, 0, 4 * n + 3, 0) for n in range(size)])


def hidden_rows_and_tables(size: int) -> Grid:
    rows = [list(row) for row in tables_below(size).frame.rows()]
    return grid(rows, hidden_rows=list(range(len(rows))), uncalculated=[(n, 3) for n in range(len(rows))])


def titles(size: int) -> Grid:
    return grid([["2020년 실적"] for _ in range(size)] + [HEADER, ROW])


def blank_rows_between(size: int) -> Grid:
    return grid([HEADER, *(row for _ in range(size) for row in (ROW, []))])


def lone_cells_between(size: int) -> Grid:
    return grid([HEADER, *(row for n in range(size) for row in (ROW, [f"{n}분과"]))])


def long_title(size: int) -> Grid:
    return grid([["2020년 " * (size // 6), "제출 " * (size // 3)], HEADER, ROW])


SHEETS: dict[str, Callable[[int], Grid]] = {
    make.__name__: make
    for make in (
        header_words_in_data, header_of_another_form_in_data, only_headers, half_headers, tables_below,
        tables_of_two_forms_below, printed_pages, tables_beside, tables_beside_in_steps, many_columns,
        columns_of_header_words, columns_with_gaps, merges_in_data, merges_over_headers, merges_and_tables,
        hidden_rows_and_tables, titles, blank_rows_between, lone_cells_between, long_title,
    )
}  # fmt: skip
