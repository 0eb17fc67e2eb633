"""What an attacker can compute of few persons, from all that releases say."""

from __future__ import annotations

import polars as pl
import pytest
from published_cells import DOTS, family, history, release

from sciculture_etl.disclosure.found import Found
from sciculture_etl.disclosure.gate import attack

CELLS = {("A", "a"): 2, ("A", "b"): 7, ("A", "c"): 9, ("B", "a"): 8, ("B", "b"): 6, ("C", "a"): 5}


def narrow(*states: pl.DataFrame, at_most: bool = False) -> dict[str, Found]:
    found = attack(states[-1], {"fact": family(at_most)}, history(*states[:-1]))
    return {f"{one.target.table} {one.target.row_key}": one for one in found}


def test_a_cell_that_is_withheld_beside_another_can_not_be_computed() -> None:
    assert narrow(release(CELLS, ["A/a", "A/b"])) == {}


def test_a_cell_that_is_withheld_alone_is_the_rest_of_its_total() -> None:
    [found] = narrow(release(CELLS, ["A/a"])).values()
    assert (found.interval, found.is_new, found.takes) == ((2, 2), True, ())


def test_few_persons_that_are_shown_are_found() -> None:
    assert narrow(release(CELLS))['cell ["A", "a"]'].interval == (2, 2)


def test_two_cells_that_hold_no_more_than_few_persons_together_are_found() -> None:
    cells = CELLS | {("A", "b"): 1}
    assert {one.interval for one in narrow(release(cells, ["A/a", "A/b"])).values()} == {(1, 2)}


def test_a_difference_of_nested_totals_is_found() -> None:
    cells = {("A", "a"): 2, ("B", "a"): 8, ("C", "a"): 5}
    [found] = narrow(release(cells, ["A/a", "A"])).values()
    assert found.interval == (2, 2)


def test_what_an_earlier_release_showed_hides_nothing() -> None:
    first = release(CELLS | {("A", "a"): 7})
    found = narrow(first, release(CELLS, ["A/a", "A/b"]))['cell ["A", "a"]']
    assert (found.interval, found.is_new) == ((2, 2), True)


def test_what_earlier_releases_gave_away_is_no_fault_of_this_one() -> None:
    shown, withheld = release(CELLS), release(CELLS, ["A/a", "A/b"])
    assert [one.is_new for one in narrow(shown, withheld).values()] == [False]


def test_a_pattern_that_moves_gives_away_what_neither_release_does() -> None:
    first, second = release(CELLS, ["A/a", "A/b"]), release(CELLS, ["A/a", "A/c"])
    [found] = narrow(first, second).values()
    assert (found.interval, found.is_new, found.takes) == ((2, 2), True, ("00001-20260101",))


def test_a_new_cell_is_the_growth_of_its_total() -> None:
    cells = {key: number for key, number in CELLS.items() if key != ("A", "a")} | {("A", "d"): 1}
    hidden = ["A/a", "A/b", "A/d"]
    found = narrow(release(cells, hidden), release(cells | {("A", "a"): 2}, hidden))
    assert found['cell ["A", "a"]'].interval == (2, 2)


def test_totals_of_a_year_that_is_not_closed_say_nothing_of_its_cells() -> None:
    names = [f"{district}/{kind}" for district, kind in CELLS] + ["A", "B", "C"]
    before = CELLS | {("A", "a"): 1}
    open_year = [release(cells, marks=dict.fromkeys(names, DOTS)) for cells in (before, CELLS)]
    assert narrow(*open_year) == {}
    assert narrow(*open_year, release(CELLS, ["A/a", "A/b"])) == {}


def test_a_total_that_is_shown_of_an_open_year_is_judged() -> None:
    names = [f"{district}/{kind}" for district, kind in CELLS]
    cells = {("A", "a"): 2, ("B", "a"): 8, ("C", "a"): 5}
    found = narrow(release(cells, marks=dict.fromkeys(names, DOTS)))
    assert found['district ["A"]'].interval == (2, 2)


@pytest.mark.parametrize(("issued", "found"), [(9, {(1, 1)}), (8, set())])
def test_what_lies_between_two_numbers_is_judged(issued: int, found: set[tuple[float, float]]) -> None:
    users = {("A", "a"): 8, ("A", "b"): 20}
    both = [release(users), release({("A", "a"): issued, ("A", "b"): 30}, measure="issued")]
    narrowed = narrow(pl.concat(both), at_most=True)
    assert {one.interval for one in narrowed.values()} == found


def test_a_number_that_bounds_another_narrows_it() -> None:
    users, issued = {("A", "a"): 2, ("A", "b"): 8}, {("A", "a"): 5, ("A", "b"): 8}
    hidden = release(users, ["A/a", "A/b"])
    assert narrow(hidden) == {}
    narrowed = narrow(pl.concat([hidden, release(issued, measure="issued")]), at_most=True)
    assert [one.interval for one in narrowed.values()] == [(2, 5)]
