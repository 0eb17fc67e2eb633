"""The gate before each publication: what the files of a release, with all earlier ones, tell of few persons.

It reads the files that are about to be published and not what was meant to be in them, so that a fault in the pattern
shows here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import polars as pl

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure.found import NOTHING, Found
from sciculture_etl.disclosure.history import KEY, History, added, number_of
from sciculture_etl.disclosure.ledger import Disclosed, cell_name
from sciculture_etl.disclosure.links import Family, find_families
from sciculture_etl.disclosure.snapshot import take_snapshot
from sciculture_etl.disclosure.system import System, build_system
from sciculture_etl.disclosure.targets import Target

# To say which earlier release a number takes, so many are tried, the newest first.
MAX_TRIED = 30
JUDGED = "{:05d}-00000000"


@dataclass(frozen=True)
class Judgement:
    """What the gate says of a release.

    Attributes:
        state: the numbers as the release has them.
        refused: few persons that it gives away and nobody has let through.
        known: few persons that were given away before and of which no line is in the ledger yet.
    """

    state: pl.DataFrame
    refused: list[Found]
    known: list[Found]


def judge_release(
    connection: duckdb.DuckDBPyConnection,
    table_contracts: dict[str, TableContract],
    shown: Callable[[TableContract], str],
    history: History,
    ledger: list[Disclosed],
) -> Judgement:
    """Attacks a release that isn't out yet.

    Args:
        connection: to the build database, for the exact numbers.
        shown: what a published table is read from, as SQL names it.
        history: of all releases before it.
        ledger: what is in effect of it.
    """
    state = take_snapshot(connection, table_contracts, shown)
    found = attack(state, find_families(table_contracts), history)
    passed: dict[str, list[Disclosed]] = {}
    for line in ledger:
        passed.setdefault(line.cell, []).append(line)
    news = [
        one
        for one in sorted(found, key=lambda one: cell_name(one.target))
        if not any(line.has_allowed(one.interval) for line in passed.get(cell_name(one.target), ()))
    ]
    return Judgement(state, [one for one in news if one.is_new], [one for one in news if not one.is_new])


def _find_narrow(system: System, k: int) -> list[Found]:
    # The solver takes half a second to import, and most releases hold no number of few persons.
    if not system.targets:
        return []
    from sciculture_etl.disclosure.attack import find_narrow

    return find_narrow(system, k)


def attack(state: pl.DataFrame, families: dict[str, Family], history: History) -> list[Found]:
    """The numbers of few persons that lie too narrow once a release is out, those of earlier ones included.

    Args:
        state: the numbers as it has them.
        history: of all releases before it.
    """
    now = next_number(history)
    lines = added(history, JUDGED.format(now), state).lines
    found: list[Found] = []
    linked = [pl.DataFrame(schema=dict.fromkeys(KEY, pl.String))]
    with duckdb.connect() as connection:
        for family in families.values():
            if not _can_hold_few(lines, family):
                continue
            system = build_system(connection, family, lines, now)
            linked.append(system.linked)
            narrow = _find_narrow(system, family.k)
            found += [_explained(connection, family, history, state, one) for one in narrow]
    k = max((family.k for family in families.values()), default=0)
    return [*found, *_shown_alone(lines, pl.concat(linked), now, k)]


def _can_hold_few(lines: pl.DataFrame, family: Family) -> bool:
    """Whether any number of a family is, or was, of few persons; what lies between two numbers isn't looked at here."""
    names = [family.cells, *(table for table, _ in family.sums)]
    own = lines.filter(pl.col("table_name").is_in(names))
    if family.at_most:
        return not own.is_empty()
    few = pl.any_horizontal(pl.col(name).is_between(1, family.k - 1) for name in ("exact", "value"))
    return not own.filter(few).is_empty()


def next_number(history: History) -> int:
    return number_of(history.releases[-1]) + 1 if history.releases else 1


def _explained(
    connection: duckdb.DuckDBPyConnection, family: Family, history: History, state: pl.DataFrame, found: Found
) -> Found:
    """The same with the earlier releases that it takes: none, one, or all of them."""
    if not found.is_new or not history.releases:
        return found

    def is_found(before: History) -> bool:
        now = next_number(before)
        narrow = _find_narrow(
            build_system(connection, family, added(before, JUDGED.format(now), state).lines, now), family.k
        )
        return any(
            one.target.row_key == found.target.row_key
            and one.target.measure == found.target.measure
            and one.target.table == found.target.table
            for one in narrow
        )

    if is_found(history.up_to(0)):
        return found
    for release in list(reversed(history.releases))[:MAX_TRIED]:
        if is_found(history.alone(release)):
            return Found(found.target, found.interval, found.earlier, (release,))
    return Found(found.target, found.interval, found.earlier, history.releases)


def _shown_alone(lines: pl.DataFrame, linked: pl.DataFrame, now: int, k: int) -> list[Found]:
    """Few persons that are shown in a row that is no sum of cells."""
    shown = lines.filter(pl.col("mark").is_null() & pl.col("value").is_between(1, k - 1)).join(
        linked, on=KEY, how="anti"
    )
    last = lines.group_by(KEY).agg(pl.col("number").last(), is_there=pl.col("exact").last().is_not_null())
    standing = shown.group_by(KEY, maintain_order=True).last().join(last.filter("is_there"), on=[*KEY, "number"])
    found = []
    for table, key, measure, value, number in standing.select(*KEY, "value", "number").rows():
        target = Target(table, key, measure, (), value, value, number, 0)
        found.append(Found(target, (value, value), NOTHING if number == now else (value, value)))
    return found
