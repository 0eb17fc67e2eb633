"""Files with invented personal values in all places where a value can stand, and the places.

Every value is made up and can't be anyone's: days 00, blocks of numbers that are not given out, a domain that can't
exist.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import xlsxwriter
from forms import CLASS, Sheet, as_csv, as_xls, as_xlsx, table

Place = tuple[str | None, int | None, str | None]  # sheet, row, cell as findings tell them

FORMS = (
    lambda n: f"9{n % 10}0100-1{n:06}",
    lambda n: f"010-0000-9{n:03}",
    lambda n: f"invented{n:04}@example.invalid",
    lambda n: f"4000-0000-0000-{n:04}",
    lambda n: f"000000-01-{n:06}",
)
# The values as they may turn up, with and without their marks; a run makes nothing else that looks so.
TRACES = re.compile(
    rb"9\d0100-?1\d{6}|010-?0000-?9\d{3}|invented\d{4}@example|4000-?0000-?0000-?\d{4}|000000-?01-?000\d{3}"
)


def values() -> Iterator[str]:
    """Personal values without end, all different, of all kinds in turn."""
    n = 0
    while True:
        yield FORMS[n % len(FORMS)](n % 1000)
        n += 1


@dataclass
class Planted:
    """path: in the inbox. told: the path as it may be told. places: where a finding is asked for."""

    path: str
    data: bytes
    places: list[Place]
    told: str = ""
    count: int = field(default=0)

    def __post_init__(self) -> None:
        self.told = self.told or self.path
        self.count = self.count or len(self.places)


def _form(given: Iterator[str], sheet: str | None) -> tuple[list[list[str]], list[Place]]:
    """A form with a value over it, in a header, in fields, in other columns, in rows at fault, beside and below it."""
    header, row = table(CLASS)
    rows: list[list[str]] = [[f"2020년 가상 실적 {next(given)}"], [], [*header, "비고", f"메모 {next(given)}"]]
    places: list[Place] = [(sheet, 1, "A1"), (sheet, 3, "K3")]
    for number in range(4, 44):
        line = [*row, "가상", "가상"]
        column = number % len(line)
        line[column] = next(given) if number % 3 else f"가상 글 {next(given)} 가운데"
        line[7] = "열" if number % 2 and column != 7 else line[7]  # a row that would be quarantined
        rows.append(line)
        places.append((sheet, number, f"{'ABCDEFGHIJK'[column]}{number}"))
    rows += [[*row, "가상", "가상", "", next(given)], [], ["※ 문의: 가상인 " + next(given)]]
    places += [(sheet, 44, "M44"), (sheet, 46, "A46")]
    return rows, places


def _texts(given: Iterator[str]) -> Iterator[Planted]:
    for encoding in ("utf-8", "utf-8-sig", "cp949", "utf-16"):
        rows, places = _form(given, None)
        yield Planted(f"가상첫째센터/실적 {encoding}.csv", as_csv(rows, encoding), places)
    lines = [["가상 품목", "가상 값"], *([f"가상 {n}", next(given)] for n in range(304))]
    yield Planted("가상첫째센터/모르는 표.csv", as_csv(lines), [(None, n, f"B{n}") for n in range(2, 306)])
    page = "".join(f"<tr><td>{next(given)}</td></tr>\n" for _ in range(5))
    yield Planted("가상첫째센터/글.pdf", b"%PDF-1.4\n" + page.encode(), [(None, None, None)])


def _books(given: Iterator[str]) -> Iterator[Planted]:
    for number in range(4):
        rows, places = _form(given, "실적")
        other, more = _form(given, "숨김")
        named = f"가상 {FORMS[1](900 + number)}"
        book = as_xlsx(
            Sheet(rows, "실적", hidden_rows=[5, 6]), Sheet(other, "숨김", hidden=True),
            Sheet([["가상 목록", "값"], *([f"가{n}", next(given)] for n in range(10))], named),
        )  # fmt: skip
        third: list[Place] = [("3번째 시트", None, None), *(("3번째 시트", n, f"B{n}") for n in range(2, 12))]
        yield Planted(f"가상둘째센터/실적 {number}.xlsx", book, [*places, *more, *third])
    rows, places = _form(given, "실적")
    yield Planted("가상둘째센터/옛 실적.xls", as_xls(rows), places)
    yield _with_parts(given)
    lines = [[f"가상 {n}", next(given)] for n in range(40)]
    broken = as_xlsx(lines)
    yield Planted(
        "가상둘째센터/깨진 파일.xlsx", broken[: broken.find(b"xl/styles.xml") + 40], [(None, None, None)], count=40
    )
    yield _open_document(given)


def _with_parts(given: Iterator[str]) -> Planted:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("실적")
        for number, row in enumerate(table(CLASS)):
            sheet.write_row(number, 0, row)
        sheet.write_comment("C2", f"가상인 {next(given)}", {"author": "가상인"})
        sheet.set_header(f"&C{FORMS[2](901)}")
        sheet.insert_textbox("F9", next(given))
        sheet.set_column("J:J", None, None, {"hidden": True})
        sheet.write("J2", next(given))
        book.define_name("가상이름", f'="{next(given)}"')
        book.set_properties({"comments": FORMS[1](902)})
    parts: list[Place] = [("실적", None, None), *[(None, None, None)] * 3]
    return Planted("가상둘째센터/메모.xlsx", target.getvalue(), [("실적", 2, "J2"), ("실적", 2, "C2"), *parts])


def _open_document(given: Iterator[str]) -> Planted:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document, sheet = OpenDocumentSpreadsheet(), Table(name="가상")
    for _ in range(20):
        row = TableRow()
        for text in ("가상 글", next(given)):
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    target = io.BytesIO()
    document.write(target)
    return Planted("가상둘째센터/열린 문서.ods", target.getvalue(), [("가상", n, f"B{n}") for n in range(1, 21)])


def _named(given: Iterator[str]) -> Iterator[Planted]:
    told = {1: "휴대전화번호", 2: "이메일 주소"}
    for number in range(4):
        kind = 1 + number % 2
        value, header = FORMS[kind](903 + number), table(CLASS | {"강좌명": f"가상 {number}번째 과정"})
        yield Planted(
            f"가상셋째센터/실적 {value} 가상.csv",
            as_csv(header),
            [(None, None, None)],
            f"가상셋째센터/실적 ⟦{told[kind]}⟧ 가상.csv",
        )
    yield Planted(
        f"가상인 {FORMS[1](907)}/실적.csv", as_csv(table(CLASS)), [(None, None, None)], "가상인 ⟦휴대전화번호⟧/실적.csv"
    )
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("가상.txt", "\n".join(next(given) for _ in range(10)))
    yield Planted("가상셋째센터/묶음.zip", package.getvalue(), [(None, None, None)], count=10)


def planted_files() -> list[Planted]:
    given = values()
    return [*_texts(given), *_books(given), *_named(given)]


def sound_file() -> tuple[str, bytes]:
    note = ["가상 자료 ※ 문의: 운영팀 02-559-0000, info@example.re.kr"]
    return "가상시험센터/실적.csv", as_csv([note, *table(CLASS, {"대표전화": "02-559-0000"})])
