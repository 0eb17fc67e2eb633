"""A sheet takes time in proportion to its cells, however its rows, columns, headers and marks are arranged."""

from __future__ import annotations

import pytest
from attacks import LINEAR, growth
from sheets import SHEETS

from sciculture_etl.contracts import load_contracts
from sciculture_etl.grid import Grid
from sciculture_etl.tables.areas import find_areas
from sciculture_etl.tables.table import Marks, Table, cut_table

TRIES = 4
# Rows: in smaller sheets, what is found at all grows with them, from no table to the most that a sheet may hold.
START = 200


def tables_of(grid: Grid) -> list[Table]:
    areas, marks = find_areas(grid, load_contracts()), Marks(grid)
    return [cut_table(grid, area, marks) for area in areas]


def holds(name: str, stop: float) -> None:
    tables_of(SHEETS[name](20))  # what is made once is no cost of a sheet
    exponents: list[float] = []
    # What grows beyond linear does so each time; a busy machine now and then.
    while not exponents or (min(exponents) > LINEAR and len(exponents) < TRIES):
        exponents.append(growth(tables_of, SHEETS[name], START, stop * (1 + len(exponents))))
    assert min(exponents) <= LINEAR


@pytest.mark.parametrize("name", SHEETS)
def test_tables_are_found_in_time_linear_in_the_sheet(name: str) -> None:
    holds(name, stop=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHEETS)
def test_tables_are_found_in_time_linear_in_a_large_sheet(name: str) -> None:
    holds(name, stop=3)
