"""``CHANGELOG.md`` of a release: what each release up to it changed of the figures, and of their structure.

What changed of the figures is counted in ``mart_revision``, which withholds what a release withholds; the rest stands
in the manifest, which carries what those before it said (``history``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from sciculture_etl.publish.announcement import reason_text
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.release_version import version_of
from sciculture_etl.revisions.diff import HISTORY

SEOUL = ZoneInfo("Asia/Seoul")
Entry = dict[str, Any]
# Of a release, what those after it go on saying.
CARRIED = (
    "release_id", "previous_release_id", "previous_version", "built_at", "change", "structure", "reason", "note_ko",
    "note_en",
)  # fmt: skip
MAX_TABLES, MAX_MOVES = 20, 10
HEAD = """# 공표 수치의 변경 이력 / Changelog of the figures

버전은 `주.부.수정`입니다. 주 버전은 표·열·코드가 없어지거나 뜻이 바뀔 때, 부 버전은 더해질 때, 수정 버전은 값이 바뀔 때
오릅니다. 바뀐 값 하나하나는 `mart_revision`에 있습니다. / Versions are MAJOR.MINOR.PATCH: something that readers
rely on went or means something else, something came, values changed. Each single value is in `mart_revision`.
"""
LEVELS = {
    "first": "최초 / first", "major": "주 버전 / major", "minor": "부 버전 / minor", "patch": "값 / values",
}  # fmt: skip
KINDS = {
    "added": "추가 / added", "removed": "삭제 / removed", "deprecated": "폐지 예정 / deprecated", "type": "형 / type",
    "unit": "단위 / unit", "additive": "합산 여부 / additive", "grain": "행 기준 / grain",
}  # fmt: skip
COUNTS = f"""
SELECT
    release_id, table_name,
    count(*) FILTER (change = 'changed' AND column_name <> 'status') AS changed,
    count(*) FILTER (change = 'added' AND row_key IS NOT NULL) AS added,
    count(*) FILTER (change = 'removed' AND row_key IS NOT NULL) AS removed,
    count(*) FILTER (change = 'changed' AND column_name = 'status') AS status
FROM {HISTORY}
-- A column or table that came or went stands under the structure.
WHERE change = 'changed' OR row_key IS NOT NULL
GROUP BY ALL ORDER BY ALL"""
# Of each measure of a table the largest step, those first that changed by the largest part.
MOVES = f"""
WITH step AS (
    SELECT r.*, TRY_CAST(new_value AS DOUBLE) - TRY_CAST(old_value AS DOUBLE) AS size
    FROM {HISTORY} AS r
    JOIN meta_column AS c USING (table_name, column_name)
    WHERE r.change = 'changed' AND c.is_additive IS NOT NULL
)
SELECT release_id, table_name, row_key, column_name, old_value, new_value, size, cause
FROM step
WHERE size IS NOT NULL AND size <> 0
QUALIFY row_number() OVER (PARTITION BY release_id, table_name, column_name ORDER BY abs(size) DESC, row_key) = 1
ORDER BY
    release_id, abs(size) / greatest(abs(CAST(old_value AS DOUBLE)), abs(CAST(new_value AS DOUBLE))) DESC,
    abs(size) DESC, table_name, column_name"""


def history_after(before: Entry | None) -> list[Entry]:
    """What a release goes on saying of those before it.

    Args:
        before: manifest of the one that it follows.
    """
    if before is None:
        return []
    return [*before.get("history", []), entry_of(before)]


def entry_of(manifest: Entry) -> Entry:
    return {"version": str(version_of(manifest))} | {key: manifest[key] for key in CARRIED if manifest.get(key)}


def write_changelog(content: Content, _table: str, target: Path) -> None:
    target.write_text(changelog(content.connection, content.manifest), encoding="utf-8")


def changelog(connection: duckdb.DuckDBPyConnection, manifest: Entry) -> str:
    """The whole text, the newest release first.

    Args:
        connection: to a database with ``mart_revision`` and the dictionary.
        manifest: of the newest.
    """
    entries = {entry["release_id"]: entry for entry in [*manifest.get("history", []), entry_of(manifest)]}
    counts, moves = _by_release(connection, COUNTS), _by_release(connection, MOVES)
    for release_id in sorted(counts):  # of which nobody kept more than its changes
        entries.setdefault(
            release_id, {"release_id": release_id, "version": str(version_of({"release_id": release_id}))}
        )
    newest_first = sorted(entries.values(), key=lambda entry: entry["release_id"], reverse=True)
    lines = [HEAD]
    for entry in newest_first:
        release_id = entry["release_id"]
        lines += [*_section(entry, counts.get(release_id, []), moves.get(release_id, [])), ""]
    return "\n".join(lines)


def _by_release(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for release_id, *row in connection.execute(query).fetchall():
        found.setdefault(release_id, []).append(tuple(row))
    return found


def _section(entry: Entry, counts: list[tuple[Any, ...]], moves: list[tuple[Any, ...]]) -> Iterator[str]:
    yield f"## {entry['version']} ({_day(entry)}, {entry['release_id']})"
    yield ""
    level = LEVELS.get(entry.get("change", ""))
    follows = entry.get("previous_version") or entry.get("previous_release_id")
    facts = [level, f"이전 / follows {follows}" if follows else None, _reason(entry)]
    if stated := "; ".join(fact for fact in facts if fact):
        yield f"{stated}."
    for key in ("note_ko", "note_en"):
        if entry.get(key):
            yield from ("", _plain(entry[key]))
    if structure := entry.get("structure"):
        yield from ("", "### 구조 / Structure", "", *(f"- {_structure_line(change)}" for change in structure))
    if not counts:
        yield from ("", "값은 그대로입니다. / No figure changed." if follows else "최초 릴리스입니다. / First release.")
        return
    yield from ("", "### 수치 / Figures", "")
    yield from (
        "| 표 table | 바뀐 값 changed | 더해진 행 added | 빠진 행 removed | 확정 상태 status |",
        "| --- " * 5 + "|",
    )
    for table, *numbers in counts[:MAX_TABLES]:
        yield f"| `{table}` | " + " | ".join(f"{number:,}" for number in numbers) + " |"
    if (left := len(counts) - MAX_TABLES) > 0:
        yield f"| +{left:,} | | | | |"
    if moves:
        yield from ("", "### 가장 큰 변동 / Largest moves", "", *(f"- {_move(*move)}" for move in moves[:MAX_MOVES]))


def _day(entry: Entry) -> str:
    if built_at := entry.get("built_at"):
        return f"{datetime.fromisoformat(built_at).astimezone(SEOUL):%Y-%m-%d}"
    day = entry["release_id"].partition("-")[2]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _reason(entry: Entry) -> str | None:
    texts = [reason_text(entry["reason"], language) for language in ("ko", "en")] if entry.get("reason") else []
    return f"사유 / reason: {' / '.join(map(_plain, texts))}" if texts else None


def _structure_line(change: Entry) -> str:
    parts = [f"{KINDS[change['kind']]}: `{change['what']}`"]
    if change["was"] or change["now"]:
        parts.append(f"{change['was'] or '-'} → {change['now'] or '-'}")
    if change["use"]:
        parts.append(f"대신 / use `{change['use']}`")
    if reason := change.get("reason"):
        parts.append(f"{_plain(reason['ko'])} / {_plain(reason['en'])}")
    return "; ".join(parts)


def _move(table: str, row_key: str, column: str, old: str, new: str, by: float, cause: str) -> str:
    where = f" ({_plain(row_key)})" if row_key else ""
    return f"`{table}`.`{column}`{where}: {_number(old)} → {_number(new)} ({by:+,.10g}); {_plain(cause)}"


def _number(text: str) -> str:
    return f"{float(text):,.10g}"


def _plain(text: str) -> str:
    """What Markdown would take for its own stays text."""
    kept: Iterable[str] = (f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
    return "".join(kept).replace("\n", " ")
