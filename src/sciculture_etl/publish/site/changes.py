"""What a release changed, table by table, and the list of all releases up to it.

As ``CHANGELOG.md`` has it, from the same sources: ``mart_revision``, which withholds what a release withholds, and what
the manifest says of this release and those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.moments import shown_day
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.announcement import reason_text
from sciculture_etl.publish.changelog import COUNTS, entry_of
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.release_version import version_of
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.lineage import table_path
from sciculture_etl.publish.site.page import GROUP, page
from sciculture_etl.revisions.diff import HISTORY

PATH = "changes.html"
MAX_GROUPS, MAX_LINES, MAX_STRUCTURE = 12, 12, 200
# What happened to which column and why, summed up; the values where they are the same in all rows.
GROUPS = f"""
SELECT
    table_name, change, column_name, cause, count(*) AS lines, min(old_value), min(new_value),
    count(DISTINCT concat_ws(' → ', old_value, new_value)) <= 1 AS is_same
FROM {HISTORY}
WHERE release_id = ? AND (row_key IS NOT NULL OR column_name = 'status')
GROUP BY ALL
ORDER BY table_name, lines DESC, column_name, cause"""
# Of each table the largest steps, by the part of the larger value that they are.
LINES = f"""
WITH step AS (
    SELECT
        *, TRY_CAST(old_value AS DOUBLE) AS old_number, TRY_CAST(new_value AS DOUBLE) AS new_number
    FROM {HISTORY}
    WHERE release_id = ? AND change = 'changed' AND row_key IS NOT NULL
)
SELECT table_name, row_key, column_name, old_number, new_number, cause
FROM step
WHERE old_number <> new_number
QUALIFY row_number() OVER (
    PARTITION BY table_name
    ORDER BY
        abs(new_number - old_number) / greatest(abs(old_number), abs(new_number)) DESC,
        abs(new_number - old_number) DESC, row_key, column_name
) <= {MAX_LINES}
ORDER BY table_name"""


@dataclass(frozen=True)
class TableChange:
    """What a release changed in a table.

    Attributes:
        counts: changed values, rows added, rows removed, changes of the status of rows.
        groups: kind of change, column, cause, how many, old and new value, whether these are the same in all rows.
        lines: row, column, old and new number, cause; the largest of all.
        left: how many changes no group tells of.
    """

    table: str
    title: str
    counts: tuple[int, ...]
    groups: list[tuple[Any, ...]]
    lines: list[tuple[Any, ...]]

    @property
    def left(self) -> int:
        return sum(self.counts) - sum(int(group[3]) for group in self.groups)


def made_from(_content: Content, _language: str, _name: str) -> str:
    return ""  # it names the release


def write(content: Content, language: str, _name: str) -> bytes:
    own = content.manifest
    return page(
        content, "changes.html", language, PATH, page_texts(GROUP)["menu"][PATH][language], {},
        release=described(own | {"version": str(version_of(own))}, language), tables=table_changes(content, language),
        structure=own.get("structure", [])[:MAX_STRUCTURE], releases=releases(content, language),
        whole=downloads.of_table(content, HISTORY, with_portal=False) if HISTORY in content.table_contracts else [],
        changelog=content.public.get("changelog", ""), table_path=table_path,
        is_public=lambda table: table in content.table_contracts
        and content.table_contracts[table].audience == "public",
    )  # fmt: skip


def table_changes(content: Content, language: str) -> list[TableChange]:
    """Those of this release, most changed first."""
    ask = content.connection.execute
    counts = content.once("changes of all releases", lambda: ask(COUNTS).fetchall())
    groups, lines = (_of_release(content, query) for query in (GROUPS, LINES))
    found = [
        TableChange(
            table,
            _title(content, table, language),
            tuple(numbers),
            groups.get(table, [])[:MAX_GROUPS],
            lines.get(table, []),
        )
        for release_id, table, *numbers in counts
        if release_id == content.release_id
    ]
    return sorted(found, key=lambda one: (-sum(one.counts), one.table))


def _of_release(content: Content, query: str) -> dict[str, list[tuple[Any, ...]]]:
    """Table → what is asked of this release's changes of it."""

    def ask() -> dict[str, list[tuple[Any, ...]]]:
        rows = content.connection.execute(query, [content.release_id]).fetchall()
        return {table: [tuple(row[1:]) for row in some] for table, some in groupby(rows, lambda row: row[0])}

    return content.once(("changes", query), ask)


def _title(content: Content, table: str, language: str) -> str:
    contract = content.table_contracts.get(table)
    return in_language(contract.title, cast("Language", language)) if contract else table


def releases(content: Content, language: str) -> list[dict[str, Any]]:
    """All up to this one, the newest first, each with what it is called and how much it changed."""
    counts = content.once("changes of all releases", lambda: content.connection.execute(COUNTS).fetchall())
    entries = {
        entry["release_id"]: entry for entry in [*content.manifest.get("history", []), entry_of(content.manifest)]
    }
    found = []
    for release_id, entry in sorted(entries.items(), reverse=True):
        sums = [sum(row[place] for row in counts if row[0] == release_id) for place in (2, 3, 4)]
        found.append(described(entry, language) | dict(zip(("changed", "added", "removed"), sums, strict=True)))
    return found


def described(entry: dict[str, Any], language: str) -> dict[str, Any]:
    """What readers are told of a release."""
    built_at = entry.get("built_at")
    return {
        "release_id": entry["release_id"], "version": entry["version"], "day": shown_day(built_at) if built_at else "",
        "level": entry.get("change") or "",
        "reason": reason_text(entry["reason"], language) if entry.get("reason") else "",
        "follows": entry.get("previous_version") or entry.get("previous_release_id") or "",
        "note": entry.get(f"note_{language}") or entry.get("note_ko") or entry.get("note_en") or "",
    }  # fmt: skip
