"""Workbooks part by part: what they are called, where they end, and what no program would have written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from containers import inline_row, package, raw_xlsx
from spelled_sheets import grid_of, shown, workbook_of

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.settings import DEFAULT_LIMITS

ROWS = 30_000


@pytest.mark.parametrize(
    "odd", ["", "<row><c t='str'><v>끝</v></c></row>", f'<row r="{ROWS + 1}"><c><v> 끝 </v></c></row>']
)
def test_a_long_sheet_is_read_to_its_last_row_whoever_reads_which_part(odd: str) -> None:
    rows = "".join(f'<row r="{n}"><c r="B{n}" t="str"><v>가상 강좌 {n % 7}</v></c></row>' for n in range(1, ROWS + 1))
    frame = grid_of(raw_xlsx(f"<sheetData>{rows}{odd}</sheetData>")).frame
    assert frame.shape == (ROWS + bool(odd), 2)
    assert frame["c1"].head(ROWS).to_list() == [f"가상 강좌 {n % 7}" for n in range(1, ROWS + 1)]
    assert frame["c0"].drop_nulls().to_list() == (["끝"] if odd else [])


def test_many_shared_texts_keep_their_numbers_with_rich_ones_among_them() -> None:
    texts = [f"가상 강좌 {n}" for n in range(ROWS)]
    items = [f"<si><t>{text}</t><phoneticPr fontId='1'/></si>" if n % 999 == 5 else f"<si><t>{text}</t></si>"
             for n, text in enumerate(texts)]  # fmt: skip
    rows = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(ROWS))
    for prefix in ("", "x:"):
        strings = re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}", "".join(items)) * 3  # more than one block
        data = raw_xlsx(f"<sheetData>{rows}</sheetData>", strings=strings)
        assert grid_of(data).frame["c0"].to_list() == texts


def refused(data: bytes) -> str:
    with pytest.raises(RefusedError) as refusal:
        open_file(data, DEFAULT_LIMITS)
    return refusal.value.finding.code


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>6</v></c>', "<c r='A1' t='s'><v>6</v></c>", '<c r="A1" t="s"><v>x</v></c>',
        '<c r="1A"><v>6</v></c>', '<c r="A0"><v>6</v></c>', '<c r="A1" t="new"><v>6</v></c>', '<c r="A1"><v>6</c>',
        '<c r="A1"><v>&what;</v></c>', '<c r="A1" s="0" s="1"><v>1</v></c>',
    ],
)  # fmt: skip
def test_a_cell_that_says_nothing_that_can_be_read_refuses_the_workbook(cell: str) -> None:
    assert refused(workbook_of(f'<sheetData><row r="1">{cell}</row></sheetData>')) == "R_UNSUPPORTED_FORMAT"


def test_a_part_that_is_not_what_was_packed_refuses_the_workbook() -> None:
    data = raw_xlsx(f"<sheetData>{inline_row(1, ['가상', 1234])}</sheetData>", method=zipfile.ZIP_STORED)
    assert refused(data.replace(b"<v>1234</v>", b"<v>9234</v>", 1)) == "R_UNSUPPORTED_FORMAT"


def parts_of(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def renamed(parts: dict[str, str | bytes], change: Callable[[str], str]) -> bytes:
    """The package with other names of its parts; every text that names one follows where it names it in full."""
    return package({change(name): data for name, data in parts.items()})


FORM = raw_xlsx(f"<sheetData>{inline_row(1, ['가상', 1])}</sheetData>", strings="<si><t>x</t></si>")


def test_parts_are_found_by_their_relations_whatever_they_are_called() -> None:
    parts = parts_of(FORM)
    odd = {
        name.replace("xl/", "자료/").replace("workbook", "책2").replace("sheet1", "첫째 장"): text
        for name, text in parts.items()
    }
    odd["_rels/.rels"] = str(parts["_rels/.rels"], "utf-8").replace("xl/workbook.xml", "/자료/책2.xml")
    own = str(parts["xl/_rels/workbook.xml.rels"], "utf-8")
    odd["자료/_rels/책2.xml.rels"] = own.replace("worksheets/sheet1.xml", "./worksheets/%EC%B2%AB%EC%A7%B8%20장.xml")
    for data in (
        package(odd),
        renamed(parts, lambda name: name.replace("/", "\\")),
        renamed(parts, lambda name: name.replace("worksheets/sheet1", "WorkSheets/Sheet1")),
        renamed(parts, lambda name: "/" + name),
    ):
        assert shown(grid_of(data)) == {(0, 0): "가상", (0, 1): "1"}


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_sheets_without_cells_stand_in_the_way_of_none(kind: str) -> None:
    parts = parts_of(raw_xlsx("<sheetData/>", f"<sheetData>{inline_row(1, ['가상'])}</sheetData>"))
    own = str(parts["xl/_rels/workbook.xml.rels"], "utf-8")
    parts["xl/_rels/workbook.xml.rels"] = own.replace('/worksheet"', f'/{kind}"', 1)
    parts["xl/worksheets/sheet1.xml"] = "<chartsheet><drawing/></chartsheet>"
    grid = grid_of(package(parts))
    assert (grid.sheet, shown(grid)) == ("시트2", {(0, 0): "가상"})


@pytest.mark.parametrize("extension", ["", '<extLst><ext><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>'])
@pytest.mark.parametrize("is_1904", [False, True])
def test_the_calendar_of_a_workbook_is_its_own_whatever_its_extensions_say(is_1904: bool, extension: str) -> None:
    sheet = '<sheetData><row r="1"><c r="A1" s="1"><v>43891</v></c></row></sheetData>'
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    parts = parts_of(raw_xlsx(sheet, styles=styles, properties=f'<workbookPr date1904="{int(is_1904)}"/>'))
    book = str(parts["xl/workbook.xml"], "utf-8").replace("<workbook ", '<workbook xmlns:x15="urn:x15" ')
    parts["xl/workbook.xml"] = book.replace("</workbook>", extension + "</workbook>")
    assert shown(grid_of(package(parts))) == {(0, 0): "2024-03-02" if is_1904 else "2020-03-01"}


def test_texts_that_are_repeated_beyond_any_memory_are_refused_however_their_cells_are_spelled() -> None:
    cells = "".join(f"<row r='{n}'><c r='A{n}' t='s'><v>0</v></c></row>" for n in range(1, 3_001))
    strings = f"<si><t>{'x' * 200_000}</t></si>"
    for sheet in (cells, cells.replace("'", '"')):
        assert refused(raw_xlsx(f"<sheetData>{sheet}</sheetData>", strings=strings)) == "R_TOO_LARGE"
