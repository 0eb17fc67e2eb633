"""A pattern keeps few persons safe from whoever tries every table that fits, and is the same everywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest

from sciculture_etl.disclosure.blocks import Few, few_of
from sciculture_etl.disclosure.cells import CellSystem, Node
from sciculture_etl.disclosure.pattern import Pattern, find_pattern

K = 3
Table = dict[tuple[int, int], int]


def system_of(
    cells: Sequence[Sequence[int]], sums: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int]] = (), least: int = 0
) -> CellSystem:
    """Cells (a list of measures each) and the sums that are published, each its cells."""
    values = np.asarray(cells, dtype=np.int64)
    measures = values.shape[1]
    every, none = np.ones(measures, bool), np.zeros(measures, bool)
    nodes = [
        Node(np.asarray(own), every.copy(), none.copy(), is_shown=True, k=K, rows=[(len(own), str(own))])
        for own in sums
    ]
    return CellSystem(values, np.zeros(values.shape, bool), nodes, list(pairs), [least, *[0] * (measures - 1)])


def tables(system: CellSystem, pattern: Pattern) -> Iterator[Table]:
    """Every table that a reader may think of: it fits what is shown and known, and is no further off than need be."""
    places = list(product(range(len(system.values)), range(system.values.shape[1])))
    sums = [
        ([(int(cell), measure) for cell in node.cells], int(system.values[node.cells, measure].sum()))
        for number, node in enumerate(system.nodes)
        for measure in range(system.values.shape[1])
        if number not in pattern.withheld or node.known[measure]
    ]

    def further(table: Table) -> Iterator[Table]:
        if len(table) == len(places):
            yield dict(table)
            return
        cell, measure = place = places[len(table)]
        true = int(system.values[cell, measure])
        for value in range(max(system.least[measure], true - K), true + K + 1):
            table[place] = value
            if all(fits(own, total, table) for own, total in sums if place in own) and in_order(table, cell):
                yield from further(table)
            del table[place]

    def in_order(table: Table, cell: int) -> bool:
        found = ((table.get((cell, less)), table.get((cell, more))) for less, more in system.pairs)
        return all(one is None or other is None or one <= other for one, other in found)

    def fits(own: list[tuple[int, int]], total: int, table: Table) -> bool:
        given = [table[place] for place in own if place in table]
        return sum(given) == total if len(given) == len(own) else sum(given) <= total

    return further({})


def exposed(system: CellSystem, pattern: Pattern) -> list[Few]:
    """Numbers of few persons that can't be nobody, or can't be k."""
    few = [one for number in range(len(system.nodes)) for one in few_of(system, number)]
    left = {(one, way) for one in few for way in ("down", "up")}
    for table in tables(system, pattern):
        for one, way in [*left]:
            cells = system.nodes[one.node].cells
            value = sum(table[int(cell), one.measure] for cell in cells)
            value -= sum(table[int(cell), one.less] for cell in cells) if one.less >= 0 else 0
            least = system.least[one.measure] * len(cells) if one.less < 0 else 0
            if value <= max(least, 0) if way == "down" else value >= K:
                left.discard((one, way))
        if not left:
            break
    return sorted({one for one, _ in left})


CASES = {
    "one of few beside others": ([[2], [40], [7], [30]], []),
    "two of one person each": ([[1], [1], [40]], []),
    "only few": ([[1], [2]], []),
    "few and nobody": ([[2], [0], [0], [5]], []),
    "two districts, one of them few alone": ([[2], [3], [4], [9], [50]], [[0, 1], [2, 3, 4]]),
    "a district of few persons": ([[1], [1], [20], [30], [8]], [[0, 1], [2, 3, 4]]),
    "sums both ways": ([[1], [4], [6], [5], [8], [9]], [[0, 1, 2], [3, 4, 5], [0, 3], [1, 4], [2, 5]]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("least", [0, 1])
def test_few_persons_stay_possible_as_nobody_and_as_enough(case: str, least: int) -> None:
    cells, totals = CASES[case]
    least = min(least, *(cell[0] for cell in cells))
    system = system_of(cells, [[n] for n in range(len(cells))] + totals + [list(range(len(cells)))], least=least)
    pattern = find_pattern(system)
    assert not pattern.unsafe
    assert exposed(system, pattern) == []


def test_what_lies_between_two_measures_is_kept_safe_too() -> None:
    chance = random.Random(20261130)
    for _ in range(40):
        cells = [[issued := chance.choice([1, 2, 3, 5, 9]), chance.randint(0, issued)] for _ in range(3)]
        system = system_of(cells, [[0], [1], [2], [0, 1, 2]], pairs=[(1, 0)], least=1)
        pattern = find_pattern(system)
        assert exposed(system, pattern) == [], cells


def test_cells_that_no_row_shows_are_kept_safe_in_their_sums() -> None:
    chance = random.Random(7)
    for _ in range(40):
        cells = [[chance.choice([1, 1, 2, 4, 9])] for _ in range(6)]
        system = system_of(cells, [[0, 1, 2], [3, 4, 5], [0, 3], [1, 4], [2, 5]], least=1)
        none = np.zeros(1, bool)
        system.nodes += [Node(np.asarray([cell]), ~none, none.copy(), k=K) for cell in range(6)]
        pattern = find_pattern(system)
        pattern.withheld |= {number for number, node in enumerate(system.nodes) if not node.rows}
        assert exposed(system, pattern) == [], cells


def test_what_was_withheld_stays_so_and_what_is_known_hides_nobody() -> None:
    cells = [[2], [40], [7], [30]]
    sums = [[0], [1], [2], [3], [0, 1, 2, 3]]
    first = find_pattern(system_of(cells, sums))
    (other,) = first.withheld - {0}
    again = system_of(cells, sums)
    again.nodes[other].known[0] = True
    second = find_pattern(again)
    assert other not in second.withheld
    assert exposed(again, second) == []
    kept = system_of(cells, sums)
    kept.nodes[3].was_withheld = True
    assert 3 in find_pattern(kept).withheld


def test_what_earlier_releases_gave_away_is_named() -> None:
    system = system_of([[2], [40], [7]], [[0], [1], [2], [0, 1, 2]])
    for node in system.nodes[1:]:
        node.known[0] = True
    pattern = find_pattern(system)
    assert pattern.unsafe == [Few(0, 0)]
    assert 0 in pattern.withheld


def test_few_are_withheld_and_totals_last() -> None:
    pattern = find_pattern(system_of([[2], [400], [7], [30]], [[0], [1], [2], [3], [0, 1, 2, 3]]))
    assert pattern.withheld == {0, 2}


def test_the_order_of_rows_changes_nothing() -> None:
    chance = random.Random(3)
    cells = [[chance.choice([1, 2, 4, 9, 30])] for _ in range(24)]
    sums = [[n] for n in range(24)] + [list(range(start, start + 4)) for start in range(0, 24, 4)] + [list(range(24))]
    found = set()
    for _ in range(3):
        shuffled = sums[:]
        chance.shuffle(shuffled)
        pattern = find_pattern(system_of(cells, shuffled))
        found.add(tuple(sorted(str(shuffled[number]) for number in pattern.withheld)))
    assert len(found) == 1
