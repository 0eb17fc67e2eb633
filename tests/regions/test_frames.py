"""Columns resolve like single texts, and the warehouse tables can be joined across reforms."""

import datetime as dt

import polars as pl

from sciculture_etl.regions import dim_region, region_changes, resolve, resolve_frame

DAY = dt.date(2020, 6, 1)


def test_a_frame_keeps_rows_order_and_further_columns() -> None:
    texts = pl.DataFrame({"row": [3, 1, 2], "text": ["서울", None, "서울"], "on": [DAY, DAY, DAY]})
    found = resolve_frame(texts)
    assert found["row"].to_list() == [3, 1, 2]
    assert found["status"].to_list() == ["resolved", "unknown", "resolved"]


def test_a_frame_says_what_resolve_says() -> None:
    rows = [
        ("중구", DAY, "대전", None),
        ("인천 남구", dt.date(2018, 12, 31), None, dt.date(2018, 1, 1)),
        ("신사동", DAY, None, None),
    ]
    schema = {"text": pl.String, "on": pl.Date, "within": pl.String, "since": pl.Date}
    found = resolve_frame(pl.DataFrame(rows, schema=schema, orient="row"))
    for row, (text, on, within, since) in zip(found.iter_rows(named=True), rows, strict=True):
        single = resolve(text, on, within, since=since)
        assert (row["status"], row["legal_code"], tuple(row["warnings"])) == (
            single.status, single.legal_code, single.warnings,
        )  # fmt: skip
    assert found["candidates"][2].to_list()[0] == "서울특별시 은평구 신사동 (1138010900)"


def test_an_empty_frame_stays_empty() -> None:
    empty = pl.DataFrame(schema={"text": pl.String, "on": pl.Date})
    assert resolve_frame(empty).height == 0
    assert "sigungu_code" in resolve_frame(empty).columns


def test_the_dimension_maps_each_code_to_today() -> None:
    today = {row["region_code"]: row for row in dim_region().iter_rows(named=True)}
    assert today["4211000000"]["current_region_code"] == "5111000000"
    assert today["4772000000"]["current_sigungu_code"] == "27720"
    assert today["4473000000"]["current_region_code"] == "3611000000"
    assert today["2914000000"]["current_name_ko"] == "전남광주통합특별시 서구"
    split = today["2811000000"]
    assert (split["current_region_code"], split["current_sigungu_code"], split["current_note"]) == (None, None, "split")
    assert split["current_sido_code"] == "28"
    assert today["2814057000"]["current_note"] == "sigungu_only"
    assert today["2814057000"]["current_sigungu_code"] == "28125"
    assert today["4311113300"]["successor_codes"] == ["4311410700"]


def test_what_is_valid_today_is_itself_today() -> None:
    valid = dim_region().filter(pl.col("valid_to").is_null())
    assert valid.filter(pl.col("region_code") != pl.col("current_region_code")).is_empty()
    assert valid["current_note"].null_count() == valid.height


def test_changes_name_both_sides() -> None:
    renamed = region_changes().filter(pl.col("region_code") == "2817000000").row(0, named=True)
    assert renamed["change"] == "renamed"
    assert renamed["changed_on"] == dt.date(2018, 7, 1)
    assert (renamed["name_ko"], renamed["successor_name_ko"]) == ("인천광역시 남구", "인천광역시 미추홀구")
