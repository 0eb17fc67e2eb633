"""The mark that says which form a file was made from: found wherever the file went, and of use when things disagree."""

import re
from pathlib import Path

import yaml
from filling import FIRST, HEADER, YEAR, Form, codes
from forms import FACILITY, as_csv, table
from judging import judge

from sciculture_etl.contracts import Contract, TemplateId, form_version, load_contracts, read_contract
from sciculture_etl.intake.check import as_answer
from sciculture_etl.project import EXPECTATIONS

MARK = "A5"


def test_the_answer_tells_the_form_and_whether_it_is_in_force() -> None:
    form = Form("dsc_institution_year").fill({})
    assert as_answer(form.check())["template"] == {"dataset": "dsc_institution_year", "year": YEAR, "current": True}
    plain = judge(as_csv(table(FACILITY)))
    assert plain.reading.tables[0].template is None


def test_a_form_from_before_a_change_is_accepted_with_a_warning() -> None:
    form = Form("dsc_institution_year").fill({})
    form.sheet[MARK] = re.sub(r"[0-9a-f]{8}$", "0123abcd", form.sheet[MARK].value)
    checked = form.check()
    assert (checked.verdict, codes(checked)) == ("accepted", [("W_TEMPLATE_OUTDATED", None)])
    assert as_answer(checked)["template"]["current"] is False
    (finding,) = checked.all_findings.to_dicts()
    assert "바뀌기 전" in finding["message_ko"]


def test_a_month_is_never_read_from_the_mark() -> None:
    form = Form("voucher_usage").fill({})
    form.sheet[MARK] = f"서식: voucher_usage-{YEAR}-11111111"
    judged = judge(form.as_xlsx(), "실적.xlsx")
    assert judged.column("month") == [1]
    assert "서식" not in judged.reading.tables[0].title


def test_a_year_deleted_from_the_title_stands_in_the_mark() -> None:
    form = Form("dsc_institution_year").fill({})
    form.sheet["A1"] = "생활과학교실 지역운영센터 연간 현황"
    checked = form.check(name="실적.xlsx")
    assert (checked.parts[0].program_years, codes(checked)) == ([YEAR], [])


def test_the_title_counts_where_the_form_was_another_years() -> None:
    form = Form("dsc_institution_year", 2024).fill({})
    form.sheet["A1"] = "2025년 생활과학교실 지역운영센터 연간 현황"
    checked = form.check(name="실적.xlsx")
    assert (checked.parts[0].program_years, codes(checked)) == ([2025], [("W_TEMPLATE_OUTDATED", None)])
    assert "2024년 서식" in checked.all_findings["message_ko"][0]


def test_a_column_of_the_form_whose_header_was_changed_is_told_of() -> None:
    form = Form("dsc_institution_year").fill({})
    (optional,) = [cell for cell in form.sheet[HEADER] if cell.value == "기관유형"] or [form.sheet.cell(HEADER, 3)]
    lost, optional.value = optional.value, "우리끼리 쓰는 이름"
    checked = form.check()
    assert codes(checked) == [("W_HEADER_CHANGED", None)]
    (finding,) = checked.all_findings.to_dicts()
    assert str(lost).split("(")[0] in finding["message_ko"]
    assert "'우리끼리 쓰는 이름'" in finding["message_ko"]


def test_a_column_of_ones_own_beside_the_form_is_no_fault() -> None:
    form = Form("dsc_institution_year").fill({})
    form.sheet.cell(HEADER, len(form.headers) + 1).value = "비고"
    assert codes(form.check()) == []


def test_the_forms_own_guide_is_no_sheet_left_unread() -> None:
    assert Form("dsc_institution_year").fill({}).check().unread_sheets == []


def test_a_day_of_another_year_than_the_forms_is_refused() -> None:
    form = Form("event_edition").fill({"시작일": "2025-07-05", "종료일": "2025-07-09"})
    checked = form.check()
    assert (checked.verdict, codes(checked)) == ("rejected", [("E_YEAR_MISMATCH", f"D{FIRST}")])
    assert f"제목 줄에는 {YEAR}년 자료로 적혀 있으나 표에는 2025년 1행" in checked.all_findings["fix_ko"][0]


def altered(
    folder: Path, change: dict[str, object], dataset: str = "dsc_facility", name: str | None = None
) -> Contract:
    path = folder / f"{name or dataset}.yml"
    data = yaml.safe_load((EXPECTATIONS / "submissions" / f"{dataset}.yml").read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(data | change, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return read_contract(path)


def test_the_mark_chooses_between_contracts_that_ask_the_same(tmp_path: Path) -> None:
    twin = altered(tmp_path, {"dataset": "twin_facility"}, name="twin_facility")
    contracts = {**load_contracts(), "twin_facility": twin}
    for dataset in ("dsc_facility", "twin_facility"):
        mark = TemplateId.of(contracts[dataset], 2020)
        judged = judge(as_csv([[str(mark)], *table(FACILITY)]), contracts=contracts)
        assert list(judged.outcomes) == [dataset]


def test_a_mark_over_another_table_is_told_and_not_followed() -> None:
    judged = judge(as_csv([["서식: event_edition-2020-01234567"], *table(FACILITY)]))
    assert list(judged.outcomes) == ["dsc_facility"]
    assert judged.codes == ["W_TEMPLATE_OUTDATED"]


def test_the_version_changes_with_what_is_asked_and_with_nothing_else(tmp_path: Path) -> None:
    known = load_contracts()["dsc_facility"]
    fields = {name: fld.model_dump(exclude_defaults=True, exclude={"name"}) for name, fld in known.fields.items()}

    def version(change: dict[str, object]) -> str:
        return form_version(altered(tmp_path, change))

    assert version({}) == form_version(known)
    assert version({"due": {"cadence": "yearly", "month": 3, "day": 1}, "suite": []}) == form_version(known)
    longer = {**fields, "facility_name": {**fields["facility_name"], "aliases": ["교육장명", "새 별칭"]}}
    assert version({"fields": longer}) == form_version(known)
    required = {**fields, "facility_code": {**fields["facility_code"], "required": True}}
    assert version({"fields": required}) != form_version(known)
    values = {**fields["facility_type"]["values"], "park": ["공원"]}
    assert version(
        {"fields": {**fields, "facility_type": {**fields["facility_type"], "values": values}}}
    ) != form_version(known)
