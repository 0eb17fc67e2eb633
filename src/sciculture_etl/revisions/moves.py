"""Which submissions move a number, from what to what: found by making the tables without each of them.

So it holds for every SELECT: sums, distinct counts, shares, and the rows that break a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb

from sciculture_etl.load import Warehouse
from sciculture_etl.load.row_places import file_of
from sciculture_etl.revisions.changes import Change
from sciculture_etl.revisions.worlds import Worlds, chain_to, datasets_of

# So many changes are tried, the largest first, and so many submissions are named.
MAX_TRIED, MAX_NAMED = 40, 5
ALL_DATASETS = ("dataset_year", "named_institution", "measure_year")


@dataclass(frozen=True)
class Number:
    """A number of the model.

    Attributes:
        measure: what it is called.
        query: the SELECT of one value.
        tables: those that the query reads.
        is_count_of_faults: of rows that break a rule, which what one institution sent need not do by itself.
    """

    measure: str
    query: str
    tables: frozenset[str]
    is_count_of_faults: bool = False


@dataclass(frozen=True)
class Move:
    """What one change did to a number.

    Attributes:
        submission_id: what came; where nothing did, what went.
        source_file: of that submission, as it was received.
        kind: replaces, came, withdrawn, gone or read_again.
        replaced: the files that don't count any more.
        before, after: of what the institution sent alone; of rows that break a rule, of all there are. None: nothing,
            or not known any more.
        without: the number of all together with the change undone; None where that isn't known.
        quarantined: rows of the submission that don't count because of errors.
    """

    submission_id: str
    source_file: str
    kind: str
    replaced: tuple[str, ...]
    measure: str
    before: str | None
    after: str | None
    without: str | None = None
    quarantined: int = 0

    @property
    def step(self) -> float:
        """By how much; infinite where that can't be said."""
        before, after = as_number(self.before or "0"), as_number(self.after or "0")
        return float("inf") if before is None or after is None else after - before


@dataclass(frozen=True)
class Moves:
    """What moved a number.

    Attributes:
        named: the most telling, first.
        more: so many submissions moved it besides.
        not_tried: so many changes may have moved it besides.
    """

    named: list[Move]
    more: int = 0
    not_tried: int = 0


def as_number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def find_moves(warehouse: Warehouse, changes: Sequence[Change], numbers: Sequence[Number]) -> list[Moves]:
    """For each number what moved it."""
    if not numbers:
        return []
    chain = chain_to({table for number in numbers for table in number.tables})
    datasets = datasets_of(chain)
    reaching = [change for change in changes if change.dataset in datasets or datasets & {*ALL_DATASETS}]
    search = _Search(warehouse, Worlds(warehouse, chain), numbers)
    found: list[list[tuple[Change, Move]]] = [[] for _ in numbers]
    for change in reaching[:MAX_TRIED]:
        for place, move in search.moves(change):
            found[place].append((change, move))
    not_tried = len(reaching[MAX_TRIED:])
    return [_most_telling(search, number, moves, not_tried) for number, moves in zip(numbers, found, strict=True)]


def _most_telling(search: _Search, number: Number, moves: list[tuple[Change, Move]], not_tried: int) -> Moves:
    ordered = sorted(moves, key=lambda pair: (pair[0].is_beginning, -abs(pair[1].step), pair[1].source_file))
    once = {move.submission_id: (change, move) for change, move in reversed(ordered)}
    distinct = [pair for pair in ordered if once[pair[1].submission_id] == pair]
    named = [
        move if number.is_count_of_faults else replace(move, without=search.without(change, number))
        for change, move in distinct[:MAX_NAMED]
    ]
    return Moves(named, len(distinct[MAX_NAMED:]), not_tried)


class _Search:
    def __init__(self, warehouse: Warehouse, worlds: Worlds, numbers: Sequence[Number]) -> None:
        self._warehouse = warehouse
        self._worlds = worlds
        self._numbers = numbers
        self._now = _values(warehouse.connection, numbers)
        self._withdrawn = {row["submission_id"] for row in warehouse.rows("SELECT submission_id FROM log.withdrawn")}

    def without(self, change: Change, number: Number) -> str | None:
        if not change.is_old_kept:
            return None
        with self._worlds.undone(change) as connection:
            return _values(connection, [number])[0]

    def moves(self, change: Change) -> Iterable[tuple[int, Move]]:
        """Each number that the change moves, by its place."""
        made: Move | None = None
        steps = list(zip(self._numbers, *self._steps(change), strict=True))
        for place, (number, before, after) in enumerate(steps):
            if before != after:
                made = made or self._named(change)
                yield place, replace(made, measure=number.measure, before=before, after=after)

    def _steps(self, change: Change) -> tuple[list[str | None], list[str | None]]:
        """Values before and after, of what the institution sent alone, and of faults those of all."""
        with self._worlds.alone(change) as connection:
            after = _values(connection, self._numbers)
        before: list[str | None] = [None] * len(after)
        if change.is_old_kept:
            with self._worlds.alone(change, undone=True) as connection:
                before = _values(connection, self._numbers)
            if any(number.is_count_of_faults for number in self._numbers):
                with self._worlds.undone(change) as connection:
                    undone = _values(connection, self._numbers)
                for place, number in enumerate(self._numbers):
                    if number.is_count_of_faults:
                        before[place], after[place] = undone[place], self._now[place]
        return before, after

    def _named(self, change: Change) -> Move:
        came, went = change.came, change.went
        submission = (came or went or sorted({part[1] for part in change.new}))[0]
        if came:
            kind = "replaces" if went else "came"
        elif went:
            kind = "withdrawn" if set(went) & self._withdrawn else "gone"
        else:
            kind = "read_again"
        quarantined = self._warehouse.value(
            "SELECT CAST(sum(quarantined) AS BIGINT) FROM log.part WHERE submission_id = ? AND dataset = ?",
            [submission, change.dataset],
        )
        replaced = tuple(file_of(self._warehouse, one) for one in went) if came else ()
        return Move(
            submission, file_of(self._warehouse, submission), kind, replaced, "", None, None, None, quarantined or 0
        )


def _values(connection: duckdb.DuckDBPyConnection, numbers: Sequence[Number]) -> list[str | None]:
    found = []
    for number in numbers:
        row = connection.execute(f"SELECT CAST(({number.query}) AS VARCHAR)").fetchone()
        found.append(row[0] if row else None)
    return found
