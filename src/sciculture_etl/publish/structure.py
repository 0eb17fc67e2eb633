"""What readers of a release rely on beside its values: tables, columns, types, units, grain, codes; and what changed.

It is read from the ``meta_`` tables, of the model and of a release alike, so that any kept release can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.settings import sql_text
from sciculture_etl.storage.parquet import damage_reported

MAJOR, MINOR, PATCH = "major", "minor", "patch"
LEVELS = (PATCH, MINOR, MAJOR)
REMOVED, ADDED, DEPRECATED = "removed", "added", "deprecated"
# Kinds of change of what a column or the rows of a table mean.
TYPE, UNIT, ADDITIVE, GRAIN = "type", "unit", "additive", "grain"
IS_MINOR = (ADDED, DEPRECATED)
Read = Callable[[str], str]


@dataclass(frozen=True)
class Notice:
    """How long something deprecated is kept, and what to use instead."""

    since: date | None = None
    until: date | None = None
    use: str = ""


@dataclass(frozen=True)
class Column:
    """codes: with their meaning, all that it may hold; None where that isn't stated. references: ``table.column``.

    has_own_codes: whether the table states them, and not only the forms that have a field of that name.
    """

    type: str
    unit: str | None = None
    is_additive: bool | None = None
    codes: Mapping[str, str] | None = None
    references: str | None = None
    deprecated: Notice = Notice()
    has_own_codes: bool = True


@dataclass(frozen=True)
class Table:
    """codes: those that its rows are, where it is a list of codes."""

    grain: tuple[str, ...]
    columns: Mapping[str, Column]
    codes: frozenset[str] | None = None
    deprecated: Notice = Notice()


Structure = dict[str, Table]


@dataclass(frozen=True)
class StructureChange:
    """One thing that a reader's query may notice.

    Attributes:
        kind: removed, added, deprecated, type, unit, additive or grain.
        what: ``table``, ``table.column``, or ``table.column=code``.
        was, now: of all but what came or went; of what is deprecated, until when it is kept.
        use: what to use instead.
    """

    kind: str
    what: str
    was: str | None = None
    now: str | None = None
    use: str = ""

    @property
    def level(self) -> str:
        return MINOR if self.kind in IS_MINOR else MAJOR

    @property
    def table(self) -> str:
        return self.what.partition(".")[0]

    @property
    def column(self) -> str:
        return self.what.partition(".")[2].partition("=")[0]

    @property
    def code(self) -> str:
        return self.what.partition("=")[2]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def highest_level(changes: list[StructureChange]) -> str:
    """By which part of a version a release differs in that."""
    return max((change.level for change in changes), key=LEVELS.index, default=PATCH)


def model_structure(connection: duckdb.DuckDBPyConnection) -> Structure:
    """That of the public tables as the model has them now."""
    return _structure(connection, lambda name: f'main."{name}"', frozenset())


def released_structure(
    connection: duckdb.DuckDBPyConnection, release: Path, code_lists: frozenset[str] = frozenset()
) -> Structure:
    """That of a release, from its folder.

    Args:
        code_lists: tables whose rows are codes, besides those that the release itself says of.

    Raises:
        ReleaseError: Where a file is missing or damaged.
    """
    folder = release / "parquet"
    with damage_reported(*(folder / f"{name}.parquet" for name in ("meta_table", "meta_column", "meta_field"))):
        return _structure(connection, lambda name: f"read_parquet({sql_text(folder / f'{name}.parquet')})", code_lists)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _structure(connection: duckdb.DuckDBPyConnection, read: Read, code_lists: frozenset[str]) -> Structure:
    """Releases of earlier versions have fewer columns in the ``meta_`` tables."""
    tables = _rows(connection, f"SELECT * FROM {read('meta_table')} ORDER BY table_name")
    columns = _rows(connection, f"SELECT * FROM {read('meta_column')} ORDER BY table_name, column_no")
    lists = {row["table_name"] for row in tables if row.get("is_code_list") or row["table_name"] in code_lists}
    references = {row["grain"][0]: row["table_name"] for row in tables if row["table_name"] in lists}
    of_fields = codes_of_fields(connection, read("meta_field"))
    found: dict[str, dict[str, Column]] = {row["table_name"]: {} for row in tables}
    for row in columns:
        name, owner = row["column_name"], references.get(row["column_name"])
        stated = row.get("codes")
        # Of a release that says nothing of codes, none are known.
        codes = stated or ([] if owner or stated is None else of_fields.get(name, []))
        found[row["table_name"]][name] = Column(
            row["data_type"], row["unit"], row["is_additive"], _with_meaning(codes) if codes else None,
            f"{owner}.{name}" if owner and owner != row["table_name"] else None, _notice(row), bool(stated),
        )  # fmt: skip
    return {
        row["table_name"]: Table(
            tuple(row["grain"]), found[row["table_name"]],
            _codes_of_rows(connection, read(row["table_name"]), row["grain"][0])
            if row["table_name"] in lists else None,
            _notice(row),
        )
        for row in tables
    }  # fmt: skip


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(row.get("deprecated_since"), row.get("deprecated_until"), row.get("use_instead") or "")


def _with_meaning(codes: list[str]) -> dict[str, str]:
    return {code: meaning for code, _, meaning in (text.partition(": ") for text in codes)}


def _codes_of_rows(connection: duckdb.DuckDBPyConnection, source: str, column: str) -> frozenset[str]:
    return frozenset(str(row[0]) for row in connection.execute(f'SELECT "{column}" FROM {source}').fetchall())


def codes_of_fields(connection: duckdb.DuckDBPyConnection, source: str = "meta_field") -> dict[str, list[str]]:
    """Field → ``code: meaning`` of all that it may hold, where all forms that have it agree."""
    rows = _rows(
        connection,
        f"SELECT field, any_value(codes) AS codes FROM {source} WHERE len(codes) > 0 "
        "GROUP BY field HAVING count(DISTINCT codes) = 1",
    )
    return {row["field"]: row["codes"] for row in rows}


def code_lists_of(structure: Structure) -> frozenset[str]:
    return frozenset(name for name, table in structure.items() if table.codes is not None)


def structure_changes(before: Structure, after: Structure) -> list[StructureChange]:
    """What is other in the second, in the order of names; of a table that came or went, no column is named."""
    return [change for name in sorted({**before, **after}) for change in _of_table(name, before, after)]


def _of_table(name: str, before: Structure, after: Structure) -> Iterator[StructureChange]:
    was, now = before.get(name), after.get(name)
    if was is None:
        yield StructureChange(ADDED, name)
        return
    if now is None:
        yield StructureChange(REMOVED, name, use=was.deprecated.use)
        return
    yield from _of_notice(name, was.deprecated, now.deprecated)
    if was.grain != now.grain:
        yield StructureChange(GRAIN, name, ", ".join(was.grain), ", ".join(now.grain))
    if was.codes is not None and now.codes is not None:
        yield from _of_codes(f"{name}.{now.grain[0]}", was.codes, now.codes)
    for column in {**was.columns, **now.columns}:
        yield from _of_column(f"{name}.{column}", was.columns.get(column), now.columns.get(column))


def _of_column(what: str, was: Column | None, now: Column | None) -> Iterator[StructureChange]:
    if was is None:
        yield StructureChange(ADDED, what)
        return
    if now is None:
        yield StructureChange(REMOVED, what, use=was.deprecated.use)
        return
    for kind, old, new in (
        (TYPE, was.type, now.type), (UNIT, was.unit, now.unit), (ADDITIVE, was.is_additive, now.is_additive),
    ):  # fmt: skip
        if old != new:
            yield StructureChange(kind, what, _text(old), _text(new))
    if was.codes is not None and now.codes is not None and was.has_own_codes >= now.has_own_codes:
        yield from _of_codes(what, was.codes, now.codes)
    yield from _of_notice(what, was.deprecated, now.deprecated)


def _of_codes(
    what: str, was: Mapping[str, str] | frozenset[str], now: Mapping[str, str] | frozenset[str]
) -> Iterator[StructureChange]:
    for kind, some, others in ((REMOVED, was, now), (ADDED, now, was)):
        for code in sorted(set(some) - set(others)):
            yield StructureChange(kind, f"{what}={code}")


def _of_notice(what: str, was: Notice, now: Notice) -> Iterator[StructureChange]:
    if was.until != now.until:
        yield StructureChange(DEPRECATED, what, _text(was.until), _text(now.until), now.use)


def _text(value: Any) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)
