"""What the workbook lets one type, how it looks to a spreadsheet, and that it is always the same."""

import re
import time
from datetime import UTC, datetime

import pytest
from filling import EXAMPLE, FIRST, HEADER, seen

from sciculture_etl.contracts import form_columns, load_contracts
from sciculture_etl.errors import UserError
from sciculture_etl.template import make_template

ALL = sorted(load_contracts())
KIND = {"count": "whole", "money": "whole", "ordinal": "whole", "number": "decimal", "score": "decimal",
        "enum": "list", "term": "list", "region": "list", "date": "date", "list": None}  # fmt: skip


@pytest.mark.parametrize("dataset", ALL)
def test_every_column_has_a_rule_of_its_type_and_says_what_goes_there(dataset: str) -> None:
    form = seen(dataset)
    for at, column in enumerate(form_columns(load_contracts()[dataset]), start=1):
        rule = form.validation(at)
        fld = column.field
        assert rule.type == ("custom" if fld.pattern else KIND.get(fld.type)), column.header
        assert fld.description.ko[:20] in rule.prompt
        assert rule.prompt.strip() == rule.prompt
        assert len(rule.prompt) <= 255
        assert len(str(rule.formula1 or "")) <= 255
        if rule.type:
            assert rule.error


@pytest.mark.parametrize("dataset", ALL)
def test_what_a_form_says_holds_no_word_of_python(dataset: str) -> None:
    form = seen(dataset)
    said = [str(cell.value) for sheet in form.book for row in sheet.iter_rows() for cell in row if cell.value]
    for rule in form.sheet.data_validations.dataValidation:
        said += [text for text in (rule.prompt, rule.error, rule.formula1, rule.formula2) if text]
    assert [text for text in said if re.search(r"(?<![A-Za-z])(None|nan|NaN)(?![A-Za-z])", text)] == []


def test_counts_keep_to_their_bounds() -> None:
    form = seen("dsc_class")
    rule = form.validation(form.column("운영횟수"))
    assert (rule.formula1, rule.formula2, rule.errorStyle) == ("0", "400", None)
    assert "0~400" in rule.error


def test_a_day_that_must_lie_in_the_year_is_refused_elsewhere_and_others_only_doubted() -> None:
    form = seen("do_dream_operation", 2020)
    rule = form.validation(form.column("운영일"))
    days = [datetime(1899, 12, 30) + (datetime(2020, m, d) - datetime(1899, 12, 30)) for m, d in ((1, 1), (12, 31))]
    assert [int(rule.formula1), int(rule.formula2)] == [(day - datetime(1899, 12, 30)).days for day in days]
    assert rule.errorStyle is None
    museum = seen("science_museum_support", 2020)
    assert museum.validation(museum.column("시작일")).errorStyle == "warning"
    start = museum.sheet.cell(1, museum.column("시작일")).column_letter
    assert museum.validation(museum.column("종료일")).formula1 == f"${start}{EXAMPLE}"


def test_a_code_is_asked_for_in_its_shape() -> None:
    form = seen("institution")
    rule = form.validation(form.column("기관코드"))
    assert "INST-0000" in rule.error
    assert f"LEN($A{EXAMPLE})=9" in rule.formula1


def test_rows_that_contradict_themselves_are_coloured() -> None:
    formulas = {
        formula
        for dataset in ("dsc_class", "dsc_institution_year", "voucher_usage")
        for rules in seen(dataset).sheet.conditional_formatting
        for rule in rules.rules
        for formula in rule.formula
    }
    assert "AND(COUNT($L7,$M7,$N7)=3,$L7>0,NOT($N7>=$M7))" in formulas  # 연인원 ≥ 순인원
    assert "AND(COUNT($B7,$C7,$D7)=3,NOT($D7=$B7+$C7))" in formulas  # 강사수
    assert "AND(COUNT($F7,$G7)=2,NOT($G7<=$F7))" in formulas  # 이용인원 ≤ 발급인원
    assert "AND(LEN(TRIM($B7))=0,COUNTA($A7:$O7)>0)" in formulas  # 기수 is required


def test_the_form_comes_first_and_its_headers_stay_in_sight() -> None:
    form = seen("dsc_class")
    assert form.book.sheetnames == ["생활과학교실 강좌 운영 실적", "작성요령", "목록"]
    assert form.book.active is form.sheet
    assert form.book["목록"].sheet_state == "hidden"
    assert form.sheet.freeze_panes == f"A{HEADER + 1}"
    assert form.sheet.print_title_rows == f"${HEADER}:${HEADER}"
    assert form.sheet.cell(FIRST, form.column("교육장코드")).number_format == "@"


@pytest.mark.parametrize("dataset", ALL)
def test_the_guide_tells_of_every_column_and_when_it_is_due(dataset: str) -> None:
    form = seen(dataset)
    cells = [str(cell.value) for row in form.book["작성요령"].iter_rows() for cell in row if cell.value]
    for column in form_columns(load_contracts()[dataset]):
        assert column.name in cells
    assert any(cell.startswith("제출 기한:") and "None" not in cell for cell in cells)
    assert any("개인정보" in cell for cell in cells)


@pytest.mark.parametrize("dataset", ["cooperation_record", "voucher_usage"])
def test_the_same_contract_and_year_give_the_same_bytes(dataset: str) -> None:
    contract = load_contracts()[dataset]
    first = make_template(contract, 2024)
    second = time.time_ns() // 10**9
    while time.time_ns() // 10**9 < second + 1:  # into another second: no clock may stand in the file
        time.sleep(0.05)
    assert make_template(contract, 2024) == first
    assert make_template(contract, 2025) != first


def test_a_year_without_a_form_is_a_users_mistake() -> None:
    contract = load_contracts()["dsc_class"]
    for year in (2009, datetime.now(UTC).year + 2):
        with pytest.raises(UserError, match=str(year)):
            make_template(contract, year)
    with pytest.raises(UserError, match="1~4"):
        make_template(contract, 2026, term=5)
    with pytest.raises(UserError):
        make_template(load_contracts()["dsc_facility"], 2026, term=1)
