"""전국 and 전체 in columns of places are sums of the rows that name places, and only where such rows stand."""

import pytest
from forms import CLASS, as_csv, table
from judging import judge

VOUCHER = {
    "사업연도": "2020", "월": "5", "시도": "서울특별시", "시군구": "종로구", "자격구분": "차상위",
    "발급인원": "10", "이용인원": "10",
}  # fmt: skip
JUNG = {"시군구": "중구", "발급인원": "20"}


@pytest.mark.parametrize(
    ("totals", "left_out"),
    [
        pytest.param([{"시도": "전국", "시군구": "전체"}], 1, id="the country"),
        pytest.param([{"시도": "전국", "시군구": ""}], 1, id="the country and a blank"),
        pytest.param([{"시군구": "전체"}, {"시도": "전 국", "시군구": "전 체"}], 2, id="a province and the country"),
        pytest.param([{"시군구": "서울 전체"}], 1, id="a province by its name"),
        pytest.param([{"시도": "총계", "시군구": "전체"}], 1, id="a word for a total"),
        pytest.param([{"시도": "전체", "시군구": "소계"}], 1, id="both"),
    ],
)
def test_all_places_together_are_a_total(totals: list[dict[str, str]], left_out: int) -> None:
    summed = {"발급인원": "30", "이용인원": "20"}
    judged = judge(as_csv(table(VOUCHER, *(total | summed for total in totals), {}, JUNG)))
    assert judged.places == []
    assert judged.accounts == [{"read": 2 + left_out, "loaded": 2, "quarantined": 0, "left_out": left_out}]


@pytest.mark.parametrize("column", ["강좌명", "교육장명", "시도", "시군구"])
def test_the_country_alone_in_any_label_is_a_total(column: str) -> None:
    total = dict.fromkeys(CLASS, "") | {column: "전국", "운영횟수": "24", "수혜자수(순인원)": "30"}
    judged = judge(as_csv(table(CLASS, {}, {}, total)))
    assert judged.places == []
    assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 0, "left_out": 1}]


def test_a_class_called_by_the_country_is_a_class() -> None:
    assert judge(as_csv(table(CLASS, {}, {"강좌명": "전국"}))).accounts[0]["loaded"] == 2


def test_a_total_of_all_places_is_held_to_its_rows() -> None:
    total = {"시도": "전국", "시군구": "전체", "발급인원": "31", "이용인원": "20"}
    assert judge(as_csv(table(VOUCHER, total, {}, JUNG))).codes == ["W_TOTAL_MISMATCH"]


def test_a_row_that_alone_tells_of_its_places_is_asked_about() -> None:
    judged = judge(as_csv(table(VOUCHER, {"시도": "부산광역시", "시군구": "전체"}, {}, JUNG)))
    assert judged.errors == [("E_REGION_UNKNOWN", 2, "D2")]
    assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 1, "left_out": 0}]


def test_a_group_of_all_is_no_total() -> None:
    judged = judge(as_csv(table(CLASS, {"교육대상": "전체"}, {"교육대상": "유아"})))
    assert judged.accounts[0]["loaded"] == 2
