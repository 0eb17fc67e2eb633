"""A period in two columns, a term that names its year, a value said twice: what the cells beside them make of each."""

from forms import as_csv
from judging import judge

MUSEUM = ["과학관명", "전시명", "시작일", "종료일", "관람객수", "시도", "시군구"]
VOUCHER = ["월", "시도", "시군구", "자격구분", "발급인원", "이용인원"]


def museum(start: str, end: str, place: str = "여수시") -> bytes:
    row = ["가상과학관", "가상 전시", start, end, "10", "전남", place]
    return as_csv([["가상 2022년 지역과학관 지원 실적"], MUSEUM, row])


def test_a_dash_for_a_period_is_told_once_and_where_the_file_has_a_column() -> None:
    header = [*MUSEUM[:2], "기간", *MUSEUM[4:]]
    row = ["가상과학관", "가상 전시", "-", "10", "전남", "여수시"]
    assert judge(as_csv([["가상 2022년 실적"], header, row])).places == [("E_REQUIRED_MISSING", 3, "C3")]


def test_a_dash_for_a_place_is_a_place_that_is_missing() -> None:
    assert judge(museum("3.2", "3.4", "-")).places == [("E_REQUIRED_MISSING", 3, "G3")]


def test_a_place_that_is_named_like_a_ditto_is_a_place() -> None:
    row = ["가상 시설", "도서관", "대구광역시", "수성구", "상동"]
    assert judge(as_csv([["가상 2022년 시설"], ["시설명", "시설구분", "시도", "시군구", "읍면동"], row])).places == []


def test_sejong_lacks_no_city_where_its_dong_is_unknown() -> None:
    row = ["가상 시설", "도서관", "세종", "", "없는동"]
    judged = judge(as_csv([["가상 2022년 시설"], ["시설명", "시설구분", "시도", "시군구", "읍면동"], row]))
    assert judged.places == [("E_REGION_UNKNOWN", 3, "E3")]


def test_a_month_of_another_year_is_not_taken_for_one_of_this() -> None:
    rows = [[month, "서울", "종로구", "차상위", "9", "5"] for month in ("2022-05", "2021-06", "2021년 7월")]
    judged = judge(as_csv([["가상 2022년 과학문화바우처 이용 실적"], VOUCHER, *rows]))
    assert judged.places == [("E_YEAR_MISMATCH", 4, "A4"), ("E_YEAR_MISMATCH", 5, "A5")]
    assert judged.column("month") == [5]


def test_a_value_may_be_said_twice_where_both_mean_the_same() -> None:
    header = ["번호", "구분", "내용", "국가", "일자"]
    rows = [["1", "업무협약(MOU)", "가상", "미국(US)", "2022.3.2"], ["2", "포상(MOU)", "가상", "미국", "2022.3.2"]]
    judged = judge(as_csv([header, *rows]))
    assert judged.places == [("E_CODE_UNKNOWN", 3, "B3")]
    assert judged.column("country_code") == ["US"]
