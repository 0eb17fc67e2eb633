"""Old workbooks (.xls): what a cell shows is what is read, whoever wrote the file, and none can exhaust the machine."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter
import xlwt
from forms import CLASS, as_xls, table
from judging import judge
from old_workbooks import (
    BOF,
    BOUNDSHEET,
    CODEPAGE,
    EOF,
    Record,
    at_end_of,
    from_records,
    in_container,
    records_of,
    with_charts,
    with_codepage,
    written,
)

from sciculture_etl.formats import Grid, open_file
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.settings import Limits

FORM = as_xls(table(CLASS))
# A cell, its number format, and what it is read as.
SHOWN: list[tuple[Any, str, str]] = [
    ("가상 교실", "General", "가상 교실"),
    (1001.0, "General", "1001"),
    (0.1234567890123, "General", "0.1234567890123"),
    (82.18085106382979, "0.0", "82.1808510638298"),
    (1e15, "0", "1000000000000000"),
    (1e-7, "General", "0.0000001"),
    (-3, "General", "-3"),
    (0.892, "0.0%", "89.2%"),
    (0.07, "0%", "7%"),
    (89.2, '0.0"%"', "89.2"),
    (date(2020, 3, 2), "yyyy-mm-dd", "2020-03-02"),
    (datetime(2020, 3, 2), 'yyyy"년" m"월" d"일"', "2020-03-02"),
    (datetime(2020, 3, 2), "yyyy-mm-dd hh:mm", "2020-03-02 00:00:00"),
    (datetime(2020, 3, 2, 14, 30), "yyyy-mm-dd hh:mm", "2020-03-02 14:30:00"),
    (45233.5001, "yyyy-mm-dd", "2023-11-03 12:00:08.640"),
    (time(10, 30), "hh:mm", "10:30:00"),
    (0.0, "h:mm AM/PM", "00:00:00"),
    (36.5 / 24, "[h]:mm", "36:30:00"),
    (0.75, "[$-412]h:mm", "18:00:00"),
    (9e9, "yyyy-mm-dd", "9000000000"),
    (12, '[Red]#,##0"명"', "12"),
    (0.00012, "0.00E+00", "0.00012"),
    (True, "General", "true"),
]


def sheet_of(write: Callable[[Any], None], **settings: Any) -> Grid:
    def book(made: xlwt.Workbook) -> None:
        for name, value in settings.items():
            setattr(made, name, value)
        write(made.add_sheet("실적"))

    return open_file(written(book), Limits()).grids[0]


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_cell_is_read_as_what_it_shows(is_1904: bool) -> None:
    def write(sheet: Any) -> None:
        for row, (cell, form, _) in enumerate(SHOWN):
            days = is_1904 and cell == 45233.5001
            sheet.write(row, 0, cell - 1462 if days else cell, xlwt.easyxf(num_format_str=form))

    grid = sheet_of(write, dates_1904=is_1904)
    assert grid.frame["c0"].to_list() == [text for _, _, text in SHOWN]


def test_the_same_cell_is_the_same_text_in_an_old_and_in_a_new_workbook() -> None:
    def write_old(sheet: Any) -> None:
        for row, (cell, form, _) in enumerate(SHOWN):
            sheet.write(row, 0, cell, xlwt.easyxf(num_format_str=form))

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("실적")
        for row, (cell, form, _) in enumerate(SHOWN):
            looks = book.add_format({"num_format": form})
            days = isinstance(cell, (date, time))  # a moment is a date, too
            (sheet.write_datetime if days else sheet.write)(row, 0, cell, looks)
    (new,) = open_file(target.getvalue(), Limits()).grids
    assert new.head() == sheet_of(write_old).head()


def test_texts_under_a_merged_cell_are_not_read_and_its_formula_counts_for_each_row() -> None:
    def write(sheet: Any) -> None:
        for row, text in enumerate("가나다"):
            sheet.write(row, 0, text)
            sheet.write(row, 1, xlwt.Formula("1+1"))

    records = records_of(written(lambda book: write(book.add_sheet("실적"))))
    merged = (0xE5, struct.pack("<9H", 2, 0, 1, 0, 0, 0, 1, 1, 1))
    (grid,) = open_file(from_records(at_end_of(1, records, merged)), Limits()).grids
    assert grid.head() == [["가", "=?"], [None, None], ["다", "=?"]]
    assert grid.uncalculated == [(0, 1), (1, 1), (2, 1)]


def merged_all_over() -> bytes:
    ranges = [struct.pack("<4H", row, row, column, 255) for row in range(2) for column in range(255)]
    records = [(0xE5, struct.pack("<H", 510) + b"".join(ranges))] * 9
    return from_records(at_end_of(1, records_of(FORM), *records))


def excel_5(codepage: int, text: bytes) -> bytes:
    """A workbook of Excel 5 to 95, whose texts have one byte or two a character."""

    def begin_5(kind: int) -> Record:
        return BOF, struct.pack("<HHHH", 0x500, kind, 0x096C, 1994)

    label = struct.pack("<HHHH", 0, 0, 0, len(text)) + text
    listed = struct.pack("<IHB", 0, 0, 4) + "실적".encode("cp949")
    return from_records(
        [begin_5(5), (CODEPAGE, struct.pack("<H", codepage)), (BOUNDSHEET, listed),
         (EOF, b""), begin_5(0x10), (0x204, label), (0xE5, struct.pack("<HHHHH", 1, 0, 1, 0, 0)), (EOF, b"")]
    )  # fmt: skip


def test_workbooks_of_excel_5_are_read_by_their_code_page() -> None:
    (grid,) = open_file(excel_5(949, "가상 꿈숖".encode("cp949")), Limits()).grids
    assert (grid.sheet, grid.head(), len(grid.merges)) == ("실적", [["가상 꿈숖"]], 1)
    with pytest.raises(RefusedError):
        open_file(excel_5(31337, b"x"), Limits())


def test_korean_texts_are_read_whatever_code_page_the_file_names() -> None:
    for codepage in (1252, 949, 1200, 65001):
        judged = judge(with_codepage(FORM, codepage), "실적.xls")
        assert judged.places == []
        assert judged.column("class_name") == [CLASS["강좌명"]]


def test_charts_in_a_sheet_and_as_a_sheet_change_no_cell() -> None:
    judged = judge(with_charts(FORM), "실적.xls")
    assert judged.places == []
    assert judged.column("session_count") == [12]


def test_records_of_looks_and_drawings_need_not_be_whole() -> None:
    broken = [(0x92, b"\x01"), (0x1B8, b"\x00" * 3), (0x1B0, b"\x01"), (0x5D, b"\xff" * 5), (0x18, b"\x01\x00")]
    records = at_end_of(1, at_end_of(0, records_of(FORM), *broken), *broken)
    assert judge(from_records(records), "실적.xls").places == []


def test_a_text_that_goes_on_in_the_next_record_is_read_whole() -> None:
    texts = ["가" * 9_000, "a" * 9_000, "가상😀끝", ""]

    def write(sheet: Any) -> None:
        for row, text in enumerate(texts):
            sheet.write(row, 0, text)
        sheet.write(len(texts), 0, "끝")

    assert sheet_of(write).frame["c0"].to_list() == [*texts[:3], None, "끝"]


def strings(body: bytes) -> bytes:
    """The form with other shared texts."""
    return from_records([(kind, body if kind == 0xFC else old) for kind, old in records_of(FORM)])


def test_entries_of_the_container_that_point_at_each_other_are_walked_once() -> None:
    data = bytearray(FORM)
    start = 512 * (1 + struct.unpack_from("<i", data, 48)[0])
    for entry in range(4):
        struct.pack_into("<iii", data, start + 128 * entry + 68, (entry + 1) % 4, (entry + 1) % 4, (entry + 1) % 4)
    assert judge(bytes(data), "실적.xls").places == []


def looping_sectors() -> bytes:
    data = bytearray(FORM)
    table_at = 512 * (1 + struct.unpack_from("<i", data, 76)[0])
    for sector in range(128):
        struct.pack_into("<i", data, table_at + 4 * sector, 0)
    return bytes(data)


def sheets_over_each_other() -> bytes:
    stream = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records_of(FORM))
    at = stream.index(struct.pack("<H", BOUNDSHEET))
    size = 4 + struct.unpack_from("<H", stream, at + 2)[0]
    moved = bytearray(stream[:at] + stream[at : at + size] * 900 + stream[at + size :])
    for number in range(900):
        place = at + number * size + 4
        struct.pack_into("<I", moved, place, struct.unpack_from("<I", moved, place)[0] + 899 * size)
    return in_container(bytes(moved))


HOSTILE = {
    "texts by the thousand million": (strings(struct.pack("<ii", 1, 2**31 - 1) + b"\x01\x00\x00x")),
    "a text that is followed by itself": (
        strings(struct.pack("<ii", 9, 10_000) + (b"\x01\x00\x04" + struct.pack("<i", -8) + b"x") * 9)
    ),
    "sectors that follow themselves": (looping_sectors()),
    "sheets over each other": (sheets_over_each_other()),
    "a cell beyond the last column": (
        from_records(at_end_of(1, records_of(FORM), (0x203, struct.pack("<HHHd", 1, 300, 15, 1.0))))
    ),
    "numbers of a row without end": (
        from_records(at_end_of(1, records_of(FORM), (0xBD, struct.pack("<HH6xH", 1, 0, 65_535))))
    ),
    "styles without end": (from_records(at_end_of(0, records_of(FORM), *[(0xE0, bytes(20))] * 17_000))),
    "merged ranges over each other": merged_all_over(),
    "no end of its sheet": (from_records(records_of(FORM)[:-1])),
    "no workbook in it": (in_container(b"\x00" * 5_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_an_old_workbook_made_to_exhaust_the_machine_ends_and_is_refused_by_name(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        open_file(HOSTILE[name], Limits())
    assert refused.value.finding.code == "R_UNSUPPORTED_FORMAT"
    assert "손상된 엑셀" in (refused.value.finding.value or "")


def test_every_beginning_of_an_old_workbook_is_read_or_refused_by_name() -> None:
    for size in range(512, len(FORM), 997):
        assert judge(FORM[:size], "실적.xls").codes in ([], ["R_UNSUPPORTED_FORMAT"])


def test_one_text_in_every_cell_is_counted_as_often_as_it_stands() -> None:
    def write(sheet: Any) -> None:
        for row in range(2_000):
            sheet.write(row, 0, "가" * 30_000)

    with pytest.raises(RefusedError) as refused:
        open_file(written(lambda book: write(book.add_sheet("실적"))), Limits(unpacked_bytes=64 * 1024**2))
    assert refused.value.finding.code == "R_TOO_LARGE"


def test_the_cells_of_all_sheets_count_together() -> None:
    def write(book: xlwt.Workbook) -> None:
        for name in "가나다":
            book.add_sheet(name).write(99, 9, 1)

    data = written(write)
    assert len(open_file(data, Limits(cells=3_000)).grids) == 3
    with pytest.raises(RefusedError) as refused:
        open_file(data, Limits(cells=2_999))
    assert refused.value.finding.code == "R_TOO_LARGE"
