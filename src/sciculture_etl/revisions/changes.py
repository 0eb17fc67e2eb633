"""What changed of the versions that count, one institution's year of a dataset at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sciculture_etl.load import Warehouse
from sciculture_etl.versions.fold import order_versions

Part = tuple[str, str, str]  # partition key, submission, reading
Year = tuple[str, str, int]  # dataset, submitter, program year


@dataclass(frozen=True)
class Change:
    """The parts of a year that counted, and those that count now, where they differ.

    Attributes:
        rows: by how many rows they differ.
        is_beginning: whether it stands alone before any release: that tells nothing by itself.
        is_old_kept: whether the rows of all that counted are still in the build database.
    """

    dataset: str
    submitter: str
    program_year: int
    old: frozenset[Part]
    new: frozenset[Part]
    rows: int = 0
    is_beginning: bool = False
    is_old_kept: bool = True

    @property
    def came(self) -> list[str]:
        """Submissions that count now and didn't."""
        return sorted({part[1] for part in self.new} - {part[1] for part in self.old})

    @property
    def went(self) -> list[str]:
        """Submissions that counted and don't any more."""
        return sorted({part[1] for part in self.old} - {part[1] for part in self.new})


def changes_since(warehouse: Warehouse, before: dict[str, Any] | None) -> list[Change]:
    """What changed since a release, the largest change first.

    Without a release it is what the newest version of each year took the place of, then what stands alone.

    Args:
        before: manifest of the release.
    """
    now = _parts_in_force(warehouse)
    counts = {
        (row["dataset"], row["submission_id"], row["reading"]): row["n"]
        for row in warehouse.rows(
            "SELECT dataset, submission_id, reading, sum(row_count) AS n FROM log.version GROUP BY ALL"
        )
    }
    was = _predecessors(warehouse) if before is None else _parts_of(before, counts)
    found = []
    for year in sorted(was.keys() | now.keys()):
        old, new = was.get(year, set()) - now.get(year, set()), now.get(year, set()) - was.get(year, set())
        for went, came in _apart(old, new):
            kept = {part for part in went if (year[0], *part[1:]) in counts}
            rows = sum(_count(counts, year, came)) - sum(_count(counts, year, kept))
            is_beginning = before is None and not went
            found.append(Change(*year, frozenset(went), frozenset(came), abs(rows), is_beginning, kept == went))
    return sorted(found, key=lambda change: (change.is_beginning, -change.rows))


def _apart(old: set[Part], new: set[Part]) -> Iterator[tuple[set[Part], set[Part]]]:
    """What belongs together: parts of one key, or of one submission. A report of the whole year concerns all others."""
    parts = old | new
    if any(not key for key, _, _ in parts):
        yield old, new
        return
    alike: dict[str, set[Part]] = defaultdict(set)
    for part in parts:
        alike[f"key {part[0]}"].add(part)
        alike[f"submission {part[1]}"].add(part)
    while parts:
        group, waiting = set[Part](), [min(parts)]
        while waiting:
            key, submission, _ = waiting.pop()
            near = alike.pop(f"key {key}", set()) | alike.pop(f"submission {submission}", set())
            waiting += near - group
            group |= near
        parts -= group
        yield group & old, group & new


def _parts_of(before: dict[str, Any], counts: dict[tuple[str, str, str], int]) -> dict[Year, set[Part]]:
    """Those of a release. Of what was read again since, only today's rows are left: they stand for the earlier ones."""
    latest = {(dataset, submission): reading for dataset, submission, reading in counts}
    found: dict[Year, set[Part]] = defaultdict(set)
    for row in before["inputs"]:
        submission = row["submission_id"]
        for dataset, submitter, year, key, reading in row["in_force"]:
            is_kept = (dataset, submission, reading) in counts
            today = reading if is_kept else latest.get((dataset, submission), reading)
            found[dataset, submitter, year].add((key, submission, today))
    return found


def count_reread(warehouse: Warehouse, before: dict[str, Any] | None, datasets: Collection[str]) -> int:
    """How many submissions that count in a release and now have been read again since."""
    if before is None:
        return 0
    found = warehouse.rows("SELECT DISTINCT dataset, submission_id, reading FROM log.in_force")
    now = {(row["dataset"], row["submission_id"]): row["reading"] for row in found if row["dataset"] in datasets}
    return len(
        {
            row["submission_id"]
            for row in before["inputs"]
            for dataset, *_, reading in row["in_force"]
            if now.get((dataset, row["submission_id"]), reading) != reading
        }
    )


def _count(counts: dict[tuple[str, str, str], int], year: Year, parts: Iterable[Part]) -> Iterable[int]:
    versions = {part[1:] for part in parts}
    return [int(counts.get((year[0], *version), 0)) for version in versions]


def _parts_in_force(warehouse: Warehouse) -> dict[Year, set[Part]]:
    found: dict[Year, set[Part]] = defaultdict(set)
    for row in warehouse.rows("SELECT * FROM log.in_force"):
        year = row["dataset"], row["submitter"], row["program_year"]
        found[year].add((row["partition_key"], row["submission_id"], row["reading"]))
    return found


def _predecessors(warehouse: Warehouse) -> dict[Year, set[Part]]:
    """What would count if the newest version of each year hadn't come."""
    years: dict[Year, list[dict[str, Any]]] = defaultdict(list)
    for row in order_versions(warehouse.connection).to_dicts():
        years[row["dataset"], row["submitter"], row["program_year"]].append(row)
    found: dict[Year, set[Part]] = {}
    for year, versions in years.items():
        newest = max(versions, key=lambda row: row["position"])["submission_id"]
        older = {
            row["partition_key"]: row
            for row in sorted(versions, key=lambda row: row["position"])
            if row["submission_id"] != newest
        }
        replaced = {row["partition_key"] for row in versions if row["submission_id"] == newest} & older.keys()
        if replaced:
            found[year] = {(key, row["submission_id"], row["reading"]) for key, row in older.items()}
    return found
