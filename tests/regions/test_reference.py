"""The committed tables hold what the law made: counts, days, and no name twice at a time."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

REFERENCE = Path(__file__).parents[2] / "src/sciculture_etl/regions/reference"
FOREVER = dt.date(9999, 12, 31)


@pytest.fixture(scope="module")
def divisions() -> pl.DataFrame:
    strings = dict.fromkeys(("code", "parent_code", "sido_code", "sigungu_code", "general_gu_code"), pl.String)
    table = pl.read_csv(REFERENCE / "divisions.csv", schema_overrides=strings)
    return table.with_columns(pl.col("valid_from", "valid_to").str.to_date())


def on(table: pl.DataFrame, year: int, month: int, day: int) -> pl.DataFrame:
    when = dt.date(year, month, day)
    return table.filter((pl.col("valid_from") <= when) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > when)))


def count(table: pl.DataFrame, *levels: str) -> int:
    return table.filter(pl.col("level").is_in(levels)).height


def test_there_were_17_sido_and_229_base_sigungu_in_2020(divisions: pl.DataFrame) -> None:
    of_2020 = on(divisions, 2020, 6, 1)
    assert count(of_2020, "sido") == 17
    assert of_2020["sigungu_code"].drop_nulls().n_unique() == 229
    assert count(of_2020, "sigungu") == 229


def test_there_were_250_sigungu_when_general_gu_stand_for_their_si(divisions: pl.DataFrame) -> None:
    of_2020 = on(divisions, 2020, 6, 1)
    parents = of_2020.filter(pl.col("level") == "general_gu")["parent_code"]
    leaves = of_2020.filter(pl.col("level").is_in(["sigungu", "general_gu"]) & ~pl.col("code").is_in(parents.implode()))
    assert leaves.height == 250


def test_there_were_5067_legal_emd_on_2026_03_01(divisions: pl.DataFrame) -> None:
    emd = on(divisions, 2026, 3, 1).filter(pl.col("level") == "eupmyeondong")
    assert emd.filter(pl.col("kind") != "administrative").height == 5067


def test_there_are_16_sido_and_268_sigungu_since_2026_07_01(divisions: pl.DataFrame) -> None:
    of_july = on(divisions, 2026, 7, 1)
    assert count(of_july, "sido") == 16
    # Sejong is its own sigungu in the codes and none in the law.
    named_sigungu = of_july.filter(pl.col("level").is_in(["sigungu", "general_gu"]) & (pl.col("code") != "3611000000"))
    assert named_sigungu.height == 268
    assert on(divisions, 2026, 6, 30).filter(pl.col("level") == "sido").height == 17


def test_a_code_is_given_once(divisions: pl.DataFrame) -> None:
    assert divisions["code"].is_unique().all()


@pytest.mark.parametrize("kind", ["legal", "administrative"])
def test_no_two_divisions_of_one_parent_bear_one_name_at_a_time(divisions: pl.DataFrame, kind: str) -> None:
    of_kind = divisions.filter(pl.col("kind").is_in([kind, "both"])).sort("valid_from")
    overlaps = (
        of_kind.with_columns(
            previous_end=pl.col("valid_to")
            .fill_null(FOREVER)
            .shift(1)
            .over("parent_code", "name_ko", order_by="valid_from")
        )
        .filter(pl.col("valid_from") < pl.col("previous_end"))
        .select("code", "full_name_ko")
    )
    assert overlaps.rows() == []


def test_every_parent_is_in_the_table_and_as_old_as_its_children_since_2010(divisions: pl.DataFrame) -> None:
    start = dt.date(2010, 1, 2)
    parents = divisions.select(parent_code="code", parent_from="valid_from", parent_to="valid_to")
    children = divisions.filter(pl.col("parent_code").is_not_null()).join(parents, on="parent_code", how="left")
    assert children["parent_from"].null_count() == 0
    outside = children.filter(
        (pl.max_horizontal("valid_from", pl.lit(start)) < pl.col("parent_from"))
        | (pl.col("valid_to").fill_null(FOREVER) > pl.col("parent_to").fill_null(FOREVER))
    )
    assert outside.select("code", "full_name_ko").rows() == []


def test_every_succession_leads_to_a_division_valid_on_that_day(divisions: pl.DataFrame) -> None:
    successions = pl.read_csv(REFERENCE / "successions.csv", infer_schema=False).with_columns(
        pl.col("changed_on").str.to_date()
    )
    assert set(successions["change"]) == {"renamed", "recoded", "merged", "split", "moved"}
    new = divisions.select(successor_code="code", new_from="valid_from", new_to="valid_to")
    joined = successions.join(new, on="successor_code", how="left")
    stale = joined.filter(
        pl.col("new_from").is_null()
        | (pl.col("new_from") > pl.col("changed_on"))
        | (pl.col("new_to").fill_null(FOREVER) <= pl.col("changed_on"))
    )
    assert stale.rows() == []
    assert successions.join(divisions, on="code", how="anti").is_empty()


def test_the_map_covers_every_administrative_dong_on_any_day(divisions: pl.DataFrame) -> None:
    pairs = pl.read_csv(REFERENCE / "legal_administrative.csv", infer_schema=False).with_columns(
        pl.col("valid_from", "valid_to").str.to_date()
    )
    for day in [(2010, 6, 1), (2016, 6, 1), (2020, 6, 1), (2026, 4, 1), (2026, 8, 1)]:
        administrative = on(divisions, *day).filter(
            (pl.col("level") == "eupmyeondong") & (pl.col("kind") == "administrative")
        )
        mapped = on(pairs, *day)
        assert administrative.join(mapped, left_on="code", right_on="admin_code", how="anti").is_empty()
