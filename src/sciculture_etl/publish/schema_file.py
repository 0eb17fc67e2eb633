"""``schema.json``: what a release holds, for machines: tables, columns, types, units, codes, what changed of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import orjson

from sciculture_etl.publish.files import Content
from sciculture_etl.publish.structure import Column, Notice, Structure, model_structure

# Raised when a reader of the file has to do something else.
SCHEMA_FORMAT = 1


def schema_of(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> dict[str, Any]:
    """What ``schema.json`` says.

    Args:
        connection: to a database with the ``meta_`` tables.
        manifest: of the release.
    """
    structure = model_structure(connection)
    texts = {
        (row[0], row[1]): {"ko": row[2], "en": row[3]}
        for row in connection.execute(
            "SELECT table_name, NULL, description_ko, description_en FROM meta_table UNION ALL "
            "SELECT table_name, column_name, description_ko, description_en FROM meta_column"
        ).fetchall()
    }
    said = ("release_id", "version", "previous_release_id", "previous_version", "built_at", "change", "structure")
    return {
        "schema_format": SCHEMA_FORMAT,
        **{key: manifest.get(key) for key in said},
        "tables": [_table(name, structure, texts) for name in sorted(structure)],
    }


def _table(name: str, structure: Structure, texts: dict[tuple[str, str | None], dict[str, str]]) -> dict[str, Any]:
    table = structure[name]
    in_database = ("meta", name.removeprefix("meta_")) if name.startswith("meta_") else ("main", name)
    return {
        "name": name,
        "in_database": ".".join(in_database),
        "description": texts[name, None],
        "grain": table.grain,
        "is_code_list": table.codes is not None,
        "deprecated": _notice(table.deprecated),
        "columns": [
            {"name": column, "description": texts[name, column], **_column(stated)}
            for column, stated in table.columns.items()
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "type": column.type,
        "unit": column.unit,
        "is_additive": column.is_additive,
        "codes": [{"code": code, "meaning": meaning} for code, meaning in (column.codes or {}).items()],
        "references": column.references,
        "deprecated": _notice(column.deprecated),
    }


def _notice(notice: Notice) -> dict[str, Any] | None:
    if notice.since is None:
        return None
    return {"since": notice.since, "until": notice.until, "use": notice.use or None}


def write_schema(content: Content, _table: str, target: Path) -> None:
    target.write_bytes(orjson.dumps(schema_of(content.connection, content.manifest), option=orjson.OPT_INDENT_2))
