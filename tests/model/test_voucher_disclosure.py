"""What is withheld of the voucher's figures can't be computed from what is published beside it."""

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from sciculture_etl.model import load_statements
from sciculture_etl.project import SQL

GROUNDS = ["basic_livelihood", "near_poor", "welfare_facility", "remote_school", "other"]
Cell = dict[str, Any]


def cells_of(usages: list[tuple[int, int, str, str, int, int]]) -> list[Cell]:
    """(year, month, sigungu, ground, issued, used) → rows of voucher_cell."""
    columns = ["program_year", "month", "sigungu_code", "beneficiary_category", "issued_count", "user_count"]
    frame = pl.DataFrame(usages, schema=columns, orient="row").with_columns(
        sido_code=pl.lit("11"), use_count=pl.col("user_count"), used_amount_krw=pl.col("user_count") * 1000
    )
    with duckdb.connect() as connection:
        connection.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        connection.register("fct_voucher_usage", frame)
        return connection.execute(load_statements()["voucher_cell"].text).pl().to_dicts()


def by(cells: list[Cell], *keys: str) -> Iterator[list[Cell]]:
    groups: dict[tuple[Any, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[tuple(cell[key] for key in keys)].append(cell)
    yield from groups.values()


def is_small(persons: int) -> bool:
    return 1 <= persons <= 2


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """Years of every odd kind: one district or several, few cells or all five, few persons or many."""
    chance = random.Random(20221231)
    usages = []
    for year in range(1, 801):
        for district in range(chance.choice([1, 2, 3, 5])):
            for ground in chance.sample(GROUNDS, chance.randint(1, 5)):
                issued = chance.choice([0, 1, 1, 2, 3, 5, 8, 20, 100])
                used = min(issued, chance.choice([0, 1, 2, issued, issued // 2]))
                usages.append((year, 0, f"{11000 + district}", ground, issued, used))
    return cells_of(usages)


def test_one_or_two_persons_are_never_shown(cells: list[Cell]) -> None:
    for cell in cells:
        assert cell["cell_withheld"] or not (is_small(cell["issued_count"]) or is_small(cell["user_count"]))
    for district in by(cells, "program_year", "sigungu_code"):
        total = [sum(cell[count] for cell in district) for count in ("issued_count", "user_count")]
        assert district[0]["total_withheld"] or not any(is_small(persons) for persons in total)


def test_no_sum_gives_a_withheld_cell_away(cells: list[Cell]) -> None:
    for year in by(cells, "program_year"):
        sums = [] if year[0]["year_withheld"] else [[cell for cell in year if cell["total_withheld"]]]
        sums += [district for district in by(year, "sigungu_code") if not district[0]["total_withheld"]]
        for group in sums:
            unknown = [cell["issued_count"] for cell in group if cell["cell_withheld"]]
            # One unknown is a difference, and as many persons as unknowns are one each.
            assert not unknown or (len(unknown) > 1 and sum(unknown) > len(unknown))


def test_a_withheld_total_can_not_be_added_up_from_its_cells(cells: list[Cell]) -> None:
    for district in by(cells, "program_year", "sigungu_code"):
        assert not district[0]["total_withheld"] or any(cell["cell_withheld"] for cell in district)


def test_nothing_is_withheld_where_no_cell_is_small(cells: list[Cell]) -> None:
    for year in by(cells, "program_year"):
        if not any(is_small(cell["issued_count"]) or is_small(cell["user_count"]) for cell in year):
            assert not any(cell["cell_withheld"] or cell["total_withheld"] or cell["year_withheld"] for cell in year)


def test_a_report_of_the_whole_year_counts_alone() -> None:
    usages = [
        (2022, 5, "11110", "other", 10, 8),
        (2022, 6, "11110", "other", 7, 5),
        (2021, 0, "11110", "other", 50, 40),
    ]
    issued = {cell["program_year"]: cell["issued_count"] for cell in cells_of(usages)}
    assert issued == {2022: 17, 2021: 50}
    both = cells_of([*usages, (2022, 0, "11110", "other", 16, 12)])
    assert {cell["program_year"]: cell["issued_count"] for cell in both} == {2022: 16, 2021: 50}
