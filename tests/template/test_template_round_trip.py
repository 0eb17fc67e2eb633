"""A form that was filled in is accepted, whatever it is saved as: writer and reader go by the same contract."""

from datetime import date, datetime

import pytest
from filling import EXAMPLE, FIRST, SUBMITTER, YEAR, Form, codes, seen
from judging import judge

from sciculture_etl.contracts import form_columns, load_contracts
from sciculture_etl.intake.check import check_file
from sciculture_etl.template import make_template, template_name

ALL = sorted(load_contracts())


@pytest.mark.parametrize("dataset", ALL)
def test_every_form_filled_with_all_it_offers_is_accepted_without_a_finding(dataset: str) -> None:
    form = Form(dataset)
    count = form.fill_with_all_offered()
    for data in (form.as_xlsx(), form.as_csv("utf-8-sig"), form.as_csv("cp949")):
        checked = form.check(data, "실적.xlsx")
        assert codes(checked) == []
        (part,) = checked.parts
        assert (part.dataset, part.program_years, part.verdict) == (dataset, [YEAR], "accepted")
        assert part.rows["quarantined"] == 0
        assert part.rows["left_out"] == 1  # the example
        assert part.rows["read"] == count + 1
        assert (part.template and part.template.year, part.is_current) == (YEAR, True)
        assert checked.submitter == SUBMITTER


@pytest.mark.parametrize("dataset", ALL)
def test_the_example_is_right_but_for_its_mark(dataset: str) -> None:
    form = Form(dataset).fill({})
    assert str(form.sheet.cell(EXAMPLE, 1).value).startswith("예시)")
    checked = form.check()
    assert (checked.verdict, codes(checked)) == ("accepted", [])
    assert checked.rows["loaded"] == 1


@pytest.mark.parametrize("dataset", ALL)
def test_a_form_with_its_example_alone_holds_no_data_and_says_so(dataset: str) -> None:
    contract = load_contracts()[dataset]
    checked = check_file(make_template(contract, YEAR), template_name(contract, YEAR), None, load_contracts())
    assert (checked.verdict, codes(checked)) == ("rejected", [("R_EMPTY", None)])


@pytest.mark.parametrize("dataset", ALL)
def test_the_form_asks_for_every_field_that_the_contract_does(dataset: str) -> None:
    contract = load_contracts()[dataset]
    form = seen(dataset)
    assert list(form.headers) == [column.header for column in form_columns(contract)]
    asked = {column.field.name for column in form_columns(contract)}
    wide = {contract.unpivot.into} if contract.unpivot else set()
    assert {name for name, fld in contract.fields.items() if fld.asked} == asked | wide


def test_parts_of_a_wide_table_are_asked_side_by_side_or_as_a_total_alone() -> None:
    form = Form("overseas_association_membership")
    split = {"약칭": "가상A", "정회원": 70, "학생회원": 20, "명예회원": 0, "계": 90}
    whole = {"약칭": "가상B", "정회원": None, "학생회원": None, "명예회원": None, "계": 55}
    checked = form.fill(split, whole).check()
    assert (checked.verdict, codes(checked)) == ("accepted", [])
    assert checked.parts[0].totals["member_count"] == 145


def test_lists_in_a_cell_and_long_periods_are_taken() -> None:
    sponsors = ", ".join(f"가상후원기관{n}" for n in range(10))
    checked = Form("event_edition").fill({"후원": sponsors, "시작일": "2026-11-02", "종료일": "2026-11-13"}).check()
    assert codes(checked) == []


def test_a_form_for_a_part_of_the_year_says_so_in_its_title_and_offers_no_other() -> None:
    form = Form("imagination_room_program", term=2)
    assert form.sheet["A1"].value == "2026년 하반기 무한상상실 프로그램 운영 실적"
    assert form.offered(form.column("반기")) == ["하반기"]
    assert codes(form.fill({}).check()) == []


def test_mistakes_in_a_form_are_told_at_their_cells() -> None:
    form = Form("dsc_class").fill(
        {"운영횟수": "약 20회"}, {"반": "2", "교육장명": None}, {"반": "3", "시군구": "없는구"},
        {"반": "4", "수혜자(연인원)": 3}, {"반": "5"},
    )  # fmt: skip
    letter = {name: form.sheet.cell(1, form.column(name)).column_letter for name in ("운영횟수", "교육장명", "시군구")}
    checked = form.check()
    assert checked.verdict == "partially_accepted"
    found = codes(checked)
    assert ("E_APPROXIMATE", f"{letter['운영횟수']}{FIRST}") in found
    assert ("E_REQUIRED_MISSING", f"{letter['교육장명']}{FIRST + 1}") in found
    assert ("E_REGION_UNKNOWN", f"{letter['시군구']}{FIRST + 2}") in found
    assert [code for code, _ in found].count("E_OUT_OF_RANGE") == 1


def test_forms_of_two_datasets_in_one_file_are_both_read() -> None:
    form = Form("dsc_facility").fill({})
    other = Form("dsc_institution_year").fill({})
    copy = form.book.create_sheet("센터")
    for row in other.sheet.iter_rows():
        for cell in row:
            copy.cell(cell.row, cell.column).value = cell.value
    checked = form.check()
    assert {part.dataset for part in checked.parts} == {"dsc_facility", "dsc_institution_year"}
    assert all(part.is_current for part in checked.parts)


def test_what_is_typed_above_the_table_is_read_and_a_blank_is_nobodys_name() -> None:
    form = Form("voucher_usage", submitter=None).fill({})
    assert form.check().submitter is None
    form.sheet["B3"], form.sheet["F3"] = "가상바우처운영사", datetime(2026, 6, 10)
    for data in (form.as_xlsx(), form.as_csv("cp949")):
        (found,) = judge(data, "실적.xlsx").reading.tables
        assert (found.submitter, found.made_on) == ("가상바우처운영사", date(2026, 6, 10))
    assert codes(form.check()) == []


def test_data_written_over_the_example_is_data() -> None:
    form = Form("dsc_institution_year")
    form.sheet.cell(EXAMPLE, 1).value = "가상센터"
    assert form.check().rows == {"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}


def test_of_many_values_those_most_like_the_one_found_are_named() -> None:
    checked = Form("event_edition").fill({"국가": "카나다"}).check()
    assert codes(checked) == [("E_CODE_UNKNOWN", f"J{FIRST}")]
    assert "하나로 수정해 주시기 바랍니다: 캐나다" in checked.all_findings["fix_ko"][0]
