"""The order of versions against the definition of it, on random evidence with gaps. Every institution is invented."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import duckdb
import pytest

from sciculture_etl.load.layout import LOG_TABLES
from sciculture_etl.rules import apply_rule
from sciculture_etl.versions.fold import NONE_ASIDE
from sciculture_etl.versions.revision_words import named_version

PLAYS = 400
FIRST = datetime(2020, 4, 1, 9, tzinfo=UTC)
NAMES = [
    "실적",
    "실적_수정",
    "실적_수정2",
    "실적_최종",
    "실적_최종_수정",
    "실적_20200415",
    "실적_20200502_수정",
    "다른것",
]
LEVELS = ["made_on", "saved_at", "name_day", "name_rank", "arrival", "modified_at"]


@dataclass(frozen=True)
class Version:
    """What is known of one file; None where a level is not."""

    id: str
    made_on: date | None
    saved_at: datetime | None
    name: str
    arrival: int
    modified_at: datetime | None


def some(of: random.Random, choices: Sequence[Any], gaps: float) -> Any:
    return None if of.random() < gaps else of.choice(choices)


def random_play(of: random.Random, number: int) -> list[Version]:
    gaps = of.choice([0, 0.2, 0.5])
    return [
        Version(
            f"{number:04}{of.getrandbits(32):08x}{place}",
            some(of, [date(2020, 4, 1), date(2020, 4, 2)], gaps),
            some(of, [FIRST, FIRST + timedelta(seconds=number + 1)], gaps),
            of.choice(NAMES[: of.randint(1, len(NAMES))]),
            of.randint(1, 3),
            some(of, [FIRST + timedelta(seconds=40 * step) for step in range(6)], gaps),
        )
        for place in range(of.randint(2, 5))
    ]


def groups_of(versions: list[Version], level: int = 0) -> list[list[Version]]:
    """The definition: a level that all have parts them, and the next one orders what it leaves equal."""
    if level == len(LEVELS) or len(versions) == 1:
        return [versions]
    key = BY_LEVEL[LEVELS[level]](versions)
    if key is None:
        return groups_of(versions, level + 1)
    found = []
    for value in sorted({key(version) for version in versions}):
        found += groups_of([version for version in versions if key(version) == value], level + 1)
    return found


Key = Callable[[Version], Any]


def by_value(name: str) -> Callable[[list[Version]], Key | None]:
    def keyed(versions: list[Version]) -> Key | None:
        return None if any(getattr(one, name) is None for one in versions) else lambda one: getattr(one, name)

    return keyed


def by_day_in_name(versions: list[Version]) -> Key | None:
    names = [named_version(one.name) for one in versions]
    if len({name.stem for name in names}) > 1 or any(name.day is None for name in names):
        return None
    return lambda one: named_version(one.name).day


def tokens(version: Version) -> tuple[str, ...]:
    return tuple(named_version(version.name).rank.split("/")[:-1])


def by_words(versions: list[Version]) -> Key | None:
    """Comparable are names of which each, in order, says all that the one before says, or a higher number last."""
    if len({named_version(one.name).stem for one in versions}) > 1:
        return None
    in_order = sorted(versions, key=lambda one: (len(tokens(one)), tokens(one)))
    for older, newer in pairwise(map(tokens, in_order)):
        is_longer = newer[: len(older)] == older
        if not is_longer and (newer[:-1], newer[-1].split()[0]) != (older[:-1], older[-1].split()[0]):
            return None
    return lambda one: (len(tokens(one)), tokens(one))


def by_channel(versions: list[Version]) -> Key | None:
    times = sorted({one.modified_at for one in versions if one.modified_at})
    if any(one.modified_at is None for one in versions):
        return None
    begins = [times[0], *(later for earlier, later in pairwise(times) if later - earlier > timedelta(minutes=1))]
    return lambda one: sum(begin <= one.modified_at for begin in begins)


BY_LEVEL = {
    "made_on": by_value("made_on"), "saved_at": by_value("saved_at"), "name_day": by_day_in_name,
    "name_rank": by_words, "arrival": by_value("arrival"), "modified_at": by_channel,
}  # fmt: skip


@pytest.fixture(scope="module")
def plays() -> list[list[Version]]:
    of = random.Random(14)
    return [random_play(of, number) for number in range(PLAYS)]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA log")
        for name, columns in LOG_TABLES.items():
            connection.execute(f"CREATE TABLE log.{name} ({columns})")
        yield connection


def ordered(
    connection: duckdb.DuckDBPyConnection, plays: list[list[Version]], seed: int = 0
) -> dict[int, list[tuple[str, str]]]:
    """Play → submission and what decided its place, from oldest to newest. seed: of the order of all rows."""
    versions = [(number, version) for number, play in enumerate(plays) for version in play]
    random.Random(seed).shuffle(versions)
    tables: dict[str, list[dict[str, Any]]] = {"version": [], "submission": [], "receipt": []}
    for seq, (number, one) in enumerate(versions):
        own = {"submission_id": one.id, "submitter": f"가상{number}센터"}
        named = named_version(f"{one.name}.csv")
        tables["version"].append(
            own | {"dataset": "dsc_class", "program_year": 2020, "partition_key": "1", "reading": "r"}
        )
        tables["submission"].append(own | {"reading": "r", "made_on": one.made_on, "saved_at": one.saved_at})
        tables["receipt"].append(
            own | {"seq": seq, "arrival": one.arrival, "received_at": FIRST + timedelta(days=40),
                   "modified_at": one.modified_at, "name_stem": named.stem, "name_day": named.day,
                   "name_rank": named.rank}
        )  # fmt: skip
    for name, rows in tables.items():
        columns = ", ".join(rows[0])
        connection.execute(f"DELETE FROM log.{name}")
        connection.executemany(
            f"INSERT INTO log.{name} ({columns}) VALUES ({', '.join('?' * len(rows[0]))})",
            [list(row.values()) for row in rows],
        )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in apply_rule(connection, "version_order", set_aside=NONE_ASIDE).to_dicts():
        found.setdefault(int(row["submission_id"][:4]), []).append((row["submission_id"], row["decided_by"]))
    return found


def test_the_order_is_that_of_its_definition(connection: duckdb.DuckDBPyConnection, plays: list[list[Version]]) -> None:
    found = ordered(connection, plays)
    seen = set()
    for number, play in enumerate(plays):
        groups = groups_of(play)
        expected = [one.id for group in groups for one in sorted(group, key=lambda one: one.id, reverse=True)]
        assert [name for name, _ in found[number]] == expected
        # Nothing decides within a group, and something between two of them.
        is_first = [place == 0 for group in groups for place in range(len(group))]
        assert [by != "undecided" for _, by in found[number]] == is_first
        seen |= {by for _, by in found[number]}
    assert seen == {"", "made_on", "saved_at", "file_name", "arrival", "channel_time", "undecided"}


@pytest.mark.slow
def test_it_depends_on_no_order_of_rows(connection: duckdb.DuckDBPyConnection, plays: list[list[Version]]) -> None:
    assert ordered(connection, plays, seed=1) == ordered(connection, plays, seed=2)


def test_where_all_pairs_have_evidence_the_newest_is_newer_than_each(
    connection: duckdb.DuckDBPyConnection, plays: list[list[Version]]
) -> None:
    """Without gaps, the order of a pair does not depend on who else is in play."""
    complete = [
        [replace(one, modified_at=None) for one in play]
        for play in plays
        if all(one.made_on and one.saved_at for one in play)
        and by_words(play)
        and not any(named_version(one.name).day for one in play)
    ]
    assert sum(len(play) > 2 for play in complete) > 10
    pairs = [list(pair) for play in complete for pair in combinations(play, 2)]
    places = {name: place for play in ordered(connection, complete).values() for place, (name, _) in enumerate(play)}
    for older, newer in (groups_of(pair) for pair in pairs if len(groups_of(pair)) == 2):
        assert places[older[0].id] < places[newer[0].id]
