"""Our own forms come back with their drop-downs, and a copy carries nothing that is not known."""

import io

from answering import answered, check, marks, opened, parts, saved
from forms import CLASS, table
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from sciculture_etl.contracts import load_contracts
from sciculture_etl.template import make_template

FIRST = 8  # row of the first that is typed below the example


def filled_form(**changes: object) -> bytes:
    """A form of ours with one row as a person would type it."""
    contract = load_contracts()["dsc_facility"]
    book = load_workbook(io.BytesIO(make_template(contract, 2020, submitter="가상시험센터")))
    sheet = book.worksheets[0]
    for column, header in enumerate((cell.value for cell in sheet[FIRST - 2]), start=1):
        example = sheet.cell(FIRST - 1, column).value
        value = str(example).removeprefix("예시) ") if column == 1 else example
        sheet.cell(FIRST, column).value = changes.get(str(header).rstrip("*"), value)
    return saved(book)


def test_a_form_of_ours_goes_back_with_its_drop_downs_and_lists() -> None:
    data = filled_form(시설구분="우주정거장")
    sent, copy = opened(data), opened(answered(data, "서식.xlsx"))
    assert copy.sheetnames == ["점검결과", *sent.sheetnames]
    assert [copy[name].sheet_state for name in sent.sheetnames] == [sheet.sheet_state for sheet in sent]
    name = sent.sheetnames[0]
    assert sent[name].data_validations.dataValidation
    assert {r.formula1 for r in copy[name].data_validations.dataValidation} == {
        r.formula1 for r in sent[name].data_validations.dataValidation
    }
    (where,) = [place for place, kind in marks(copy[name]).items() if kind == "error"]
    assert where.endswith(str(FIRST))
    copy[name][where].value = sent[name][f"{where.rstrip('0123456789')}{FIRST - 1}"].value
    assert check(saved(copy), "서식.xlsx").verdict == "accepted"


def test_what_a_copy_carries_beside_cells_is_known_and_searched() -> None:
    """A name, a number format, a prompt and properties with personal data stay where they are."""
    book = Workbook()
    sheet = book.active
    sheet.title = "운영실적"
    for row in table(CLASS, {}, {"운영횟수": "약 20회"}):
        sheet.append(row)
    sheet["H2"].value, sheet["H2"].number_format = 12, '0"회"'
    sheet["I2"].value, sheet["I2"].number_format = 15, '0" 가나다라"'
    sheet["A1"].fill = PatternFill("solid", fgColor="FF123456")
    sheet["A1"].font = Font(name="가나다라체", bold=True)
    rule = DataValidation(type="list", formula1='"1,2,3,4"', prompt="가나다라에게 문의", promptTitle="안내")
    rule.add("B2:B9")
    sheet.add_data_validation(rule)
    book.properties.title = book.properties.keywords = "가나다라 속성"
    data = saved(book)
    written = answered(data, "실적.xlsx")
    own = opened(written)["운영실적"]
    assert (own["H2"].value, own["H2"].number_format) == (12, '0"회"')
    assert (own["I2"].value, own["I2"].number_format) == ("15", "General")
    assert (own["A1"].fill.fgColor.rgb, own["A1"].font.bold) == ("FF123456", True)
    held = {name: part for name, part in parts(written).items() if "가나다라".encode() in part}
    assert list(held) == ["xl/worksheets/sheet2.xml"]  # the prompt, which the search lets pass
