"""What the lists of places offer is a place of that year, and every list can be cut out of the whole."""

import csv
import io
from itertools import groupby

import pytest
from filling import FIRST, seen

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.check import check_file

YEARS = (2016, 2020, 2026)


@pytest.mark.parametrize("year", YEARS)
def test_every_dong_that_is_offered_is_accepted_without_a_finding(year: int) -> None:
    places = seen("dsc_facility", year).places(2)
    assert len(places) > 3_400
    rows = [[f"{year}년 가상 자료"], ["시설명", "시설구분", "시도", "시군구", "읍면동"]]
    rows += [[f"가상 시설 {n}", "도서관", *place] for n, place in enumerate(places)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    checked = check_file(text.getvalue().encode(), "시설.csv", "가상시험센터", load_contracts())
    assert checked.all_findings["code"].to_list() == []
    assert checked.rows["loaded"] == len(places)


@pytest.mark.parametrize("year", YEARS)
def test_every_sigungu_that_is_offered_is_accepted_without_a_finding(year: int) -> None:
    places = seen("institution", year).places(1)
    assert len(places) > 255
    rows = [[f"{year}년 가상 자료"], ["기관코드", "기관명", "기관유형", "시도", "시군구"]]
    rows += [[f"INST-{n:04}", f"가상기관{n}", "기업", *place] for n, place in enumerate(places)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    checked = check_file(text.getvalue().encode(), "등록부.csv", None, load_contracts())
    assert checked.all_findings["code"].to_list() == []
    assert checked.rows["loaded"] == len(places)


@pytest.mark.parametrize("dataset", ["dsc_class", "voucher_usage"])
def test_what_lies_in_one_place_stands_together_and_nothing_is_left_without_a_list(dataset: str) -> None:
    form = seen(dataset)
    levels = len([name for name in form.headers if name.rstrip("*") in ("시도", "시군구", "읍면동")])
    for level in range(1, levels):
        chains = form.places(level)
        keys = [key for key, _ in groupby(chains, key=lambda names: names[:-1])]
        assert len(keys) == len(set(keys))
        assert set(keys) == set(form.places(level - 1))


def test_names_follow_the_year() -> None:
    assert ("강원도",) in seen("institution", 2022).places(0)
    assert ("강원특별자치도",) in seen("institution", 2023).places(0)
    assert ("인천광역시", "남구") in seen("institution", 2017).places(1)
    assert ("인천광역시", "미추홀구") in seen("institution", 2018).places(1)


def test_sejong_and_general_gu_are_offered_as_people_write_them() -> None:
    sigungu = seen("dsc_class").places(1)
    assert ("세종특별자치시", "세종시") in sigungu
    assert ("경기도", "수원시 장안구") in sigungu
    assert ("경기도", "수원시") not in sigungu  # its dongs lie in its gu
    assert ("경기도", "수원시") in seen("institution").places(1)


def test_the_list_of_a_place_depends_on_the_cells_left_of_it() -> None:
    form = seen("dsc_class")
    sido, sigungu, dong = (form.column(name) for name in ("시도", "시군구", "읍면동"))
    left = [f"${form.sheet.cell(FIRST - 1, at).column_letter}{FIRST - 1}" for at in (sido, sigungu)]
    assert len(form.offered(sido)) == len(form.places(0))
    formulas = [str(form.validation(at).formula1) for at in (sigungu, dong)]
    assert f"MATCH({left[0]}," in formulas[0]
    assert f'MATCH({left[0]}&"|"&{left[1]},' in formulas[1]
    assert all(len(formula) <= 255 for formula in formulas)
