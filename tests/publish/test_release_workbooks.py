"""The workbooks of a release, opened as readers open them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from sciculture_etl.contracts import TableContract
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.workbooks import made_from, write_workbook
from sciculture_etl.publish.workbooks.cells import Formats, sheet_names
from sciculture_etl.publish.workbooks.columns import sheet_table
from sciculture_etl.publish.workbooks.sheet import FIRST, HEADER, UNIT, Counted, write_sheet

FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = [
    FORMULA,
    "+1",
    "-1+1",
    "@sum(A1)",
    "\t=1",
    "http://example.org",
    "<r>x</r>",
    "_x0041_",
    "a\x0bb\ufffe",
    "  b ",
]


def column(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": {"ko": "값 (뜻)", "en": "Value (meaning)"}} | more


def promised(name: str, title: str, columns: dict[str, dict[str, Any]], **more: Any) -> TableContract:
    whole = {
        "table": name, "audience": "public", "made_by": "publication", "description": {"ko": title, "en": title},
        "grain": [next(iter(columns))], "columns": columns,
    }  # fmt: skip
    return TableContract.model_validate(whole | more)


def numbers() -> dict[str, dict[str, Any]]:
    return {
        "code": column("VARCHAR"),
        "year": column("SMALLINT", unit="year"),
        "person_count": column("BIGINT", unit="persons", additive=False),
        "share": column("DOUBLE", unit="percent", additive=False),
        "day": column("DATE", unit="day"),
        "is_listed": column("BOOLEAN"),
    }


class Readers:
    """A database of tables, and the workbook of one program that holds them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect()
        self.promises: dict[str, TableContract] = {}
        self.connection.execute(
            "CREATE TABLE dim_program AS SELECT 'p' AS program_code, '가상사업' AS name_ko, 'Program' AS name_en, "
            "'KOFAC' AS agency"
        )
        self.connection.execute("CREATE TABLE meta_field (field VARCHAR, codes VARCHAR[])")
        self.connection.execute("CREATE TABLE meta_dataset (dataset VARCHAR, title_ko VARCHAR, title_en VARCHAR)")

    def add(self, promise: TableContract, rows: Iterable[tuple[Any, ...]]) -> None:
        self.promises[promise.table] = promise
        columns = ", ".join(f'"{name}" {stated.type}' for name, stated in promise.columns.items())
        self.connection.execute(f'CREATE TABLE "{promise.table}" ({columns})')
        for row in rows:
            self.connection.execute(f'INSERT INTO "{promise.table}" VALUES ({", ".join("?" * len(row))})', row)

    def content(self, release: str = "00001-20260131") -> Content:
        held = dict.fromkeys(self.promises, "true")
        manifest = {
            "release_id": release,
            "workbooks": {"p": held},
            "datasets": {},
            "publisher": {"ko": "가상기관", "en": "Agency"},
            "licence": "KOGL-1",
        }
        return Content(self.connection, self.promises, manifest, self.folder)

    def write(self, name: str = "p.xlsx", release: str = "00001-20260131") -> Path:
        write_workbook(self.content(release), "p", self.folder / name)
        return self.folder / name


@pytest.fixture
def readers(tmp_path: Path) -> Readers:
    return Readers(tmp_path)


def rows_of(path: Path, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_a_table_has_a_korean_and_an_english_sheet_that_the_contents_lead_to(readers: Readers) -> None:
    readers.add(promised("mart_a", "가 표", numbers()), [("011", 2020, 1234567, 12.5, "2020-01-31", True)])
    path = readers.write()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["목차", "가 표", "항목 설명", "a", "Columns"]
    links = {cell.hyperlink.location for row in book["목차"] for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in book.sheetnames[1:]}
    said = "\n".join(str(cell) for row in rows_of(path, "목차") for cell in row if cell)
    for words in (
        "가상사업",
        "가상기관",
        "공공누리 제1유형",
        "Program",
        "00001-20260131",
        "2026-01-31",
        "한국과학창의재단",
        "국가승인통계가 아닙니다",
        "※",
    ):
        assert words in said
    for name, yes in (("가 표", "예"), ("a", "yes")):
        sheet = book[name]
        assert [cell.value for cell in sheet[FIRST + 1]][:4] == ["011", 2020, 1234567, 12.5]
        assert sheet.cell(FIRST + 1, 6).value == yes
        formats = [cell.number_format for cell in sheet[FIRST + 1]]
        assert formats == ["General", "0", "#,##0", "#,##0.0", "yyyy-mm-dd", "General"]
        assert sheet.auto_filter.ref == f"A{UNIT + 1}:F{FIRST + 1}"
        assert sheet.freeze_panes.startswith(("A", "B", "C"))
        assert sheet.print_title_rows == f"${HEADER + 1}:${UNIT + 1}"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.column_dimensions["C"].width > len("1,234,567")
    assert [cell.value for cell in book["가 표"][UNIT + 1]] == ["", "", "명", "%", "", ""]
    assert book.properties.creator in (None, "")
    assert book.properties.lastModifiedBy in (None, "")


def test_what_is_withheld_or_empty_has_its_symbol_in_its_place(readers: Readers) -> None:
    disclosure = {"alone": ["person_count"]}
    symbol = column("VARCHAR", codes={"x": {"ko": "비밀보호", "en": "withheld"}})
    columns = numbers() | {"person_count_status": symbol}
    promise = promised("mart_a", "가", columns, disclosure=disclosure)
    rows = [("a", 2020, None, None, None, None, "x"), ("b", 2021, None, None, None, None, None)]
    readers.add(promise, [*rows, ("c", None, 5, 1.25, None, False, None)])
    path = readers.write()
    assert [row[:6] for row in rows_of(path, "a")[FIRST:]] == [
        ["a", 2020.0, "x", "-", "", ""],
        ["b", 2021.0, "-", "-", "", ""],
        ["c", "-", 5.0, 1.25, "", "no"],
    ]
    assert "person_count_status" not in str(rows_of(path, "Columns"))
    assert "비밀보호" in str(rows_of(path, "가")[:FIRST])


def test_no_text_becomes_a_formula_or_a_link_or_breaks_the_file(readers: Readers) -> None:
    columns = {"no": column("INTEGER", unit="number"), "words": column("VARCHAR")}
    long = "가" * 40_000
    readers.add(promised("mart_a", "가", columns), enumerate([*HOSTILE, long, "😀" * 20_000]))
    path = readers.write()
    sheet = openpyxl.load_workbook(path)["a"]
    cells = [sheet.cell(FIRST + 1 + number, 2) for number in range(len(HOSTILE) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    shown = [row[1] for row in rows_of(path, "a")[FIRST:]]
    assert shown[:6] == HOSTILE[:6]
    assert shown[6] == "<r>x</r> "
    for cut in shown[-2:]:
        assert len(cut.encode("utf-16-le")) // 2 <= 32_767
        assert "CSV" in cut[-60:]


def test_a_table_without_rows_says_so_and_one_of_empty_values_opens(readers: Readers) -> None:
    readers.add(promised("mart_a", "가", numbers()), [])
    readers.add(promised("mart_b", "나", numbers()), [(None,) * 6] * 3)
    path = readers.write()
    assert rows_of(path, "가")[FIRST][0] == "수록된 자료가 없습니다."
    assert len(rows_of(path, "b")) == FIRST + 3


def test_numbers_that_a_sheet_cannot_hold_stand_as_text(readers: Readers) -> None:
    columns = {
        "no": column("INTEGER", unit="number"),
        "large": column("HUGEINT", unit="KRW", additive=True),
        "odd": column("DOUBLE", unit="KRW", additive=True),
    }
    readers.add(promised("mart_a", "가", columns), [(1, 12345678901234567890, float("nan")), (2, 3, float("inf"))])
    found = [row[1:3] for row in rows_of(readers.write(), "a")[FIRST:]]
    assert found == [["12345678901234567890", "nan"], [3.0, "inf"]]


def test_names_of_sheets_are_such_as_a_workbook_takes() -> None:
    wanted = ["[a]:*?/\\'b", "가" * 31 + "나", "가" * 31 + "다", "", "History", "A", "a", "😀" * 20]
    names = sheet_names(wanted)
    assert names[:3] == ["a b", "가" * 31, "가" * 27 + " (2)"]
    assert len({name.casefold() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\'")
        assert name.casefold() != "history"


def test_more_rows_than_a_sheet_holds_are_named(readers: Readers) -> None:
    promise = promised("mart_a", "가", {"no": column("INTEGER", unit="number")})
    readers.add(promise, [])
    table = sheet_table(readers.connection, promise, "true", {}, {})
    path = readers.folder / "rows.xlsx"
    with Workbook(str(path), {"constant_memory": True}) as book:
        rows = ((number, None) for number in range(1_000_000))
        sheet = book.add_worksheet("a")
        write_sheet(sheet, Formats.of(book), table, Counted(2_000_000, [7]), rows, "en", "a", "", max_rows=20)
    found = rows_of(path, "a")
    assert len(found) == 20
    assert "1,999,986" in found[-1][0]
    assert "csv/mart_a.csv" in found[-1][0]


def test_a_long_table_has_a_column_for_each_measure(readers: Readers) -> None:
    columns = {
        "year": column("SMALLINT", unit="year"),
        "measure": column("VARCHAR"),
        "value": column("DOUBLE", unit="unit of the row", additive=True),
        "value_not_additive": column("DOUBLE", unit="unit of the row", additive=False),
        "unit": column("VARCHAR"),
        "is_additive": column("BOOLEAN"),
    }
    promise = promised("mart_long", "긴 표", columns, grain=["year", "measure"])
    readers.add(promise, [(2020, "a_count", 5.0, None, "uses", True), (2020, "b_count", None, 7.0, "districts", False)])
    readers.connection.execute("INSERT INTO mart_long VALUES (2021, 'b_count', NULL, 9.5, 'districts', false)")
    found = rows_of(readers.write(), "long")
    assert found[HEADER:] == [
        ["Value", "a count", "b count ※"], ["", "uses", "districts"], [2020.0, 5.0, 7.0], [2021.0, "-", 9.5],
    ]  # fmt: skip


def test_the_same_gives_the_same_bytes_and_what_changed_gives_others(readers: Readers) -> None:
    readers.add(promised("mart_a", "가", numbers()), [("011", 2020, 1, 12.5, "2020-01-31", True)])
    before = made_from(readers.content(), "p")
    assert readers.write("one.xlsx").read_bytes() == readers.write("two.xlsx").read_bytes()
    assert made_from(readers.content("00002-20260201"), "p") == before
    readers.connection.execute("UPDATE mart_a SET person_count = 2")
    assert made_from(readers.content(), "p") != before
    assert [path.name for path in sorted(readers.folder.iterdir())] == ["one.xlsx", "two.xlsx"]
