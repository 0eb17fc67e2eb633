"""``datapackage.json``: every public file of a release for programs, as a Frictionless Data Package.

Of a table's CSV it holds the columns: type, unit, meaning, what may stand in it, which columns tell its rows apart. Of
every file it holds size and hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from sciculture_etl.contracts import TableContract
from sciculture_etl.publish.about import about, release_texts
from sciculture_etl.publish.files import Content

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
NAME = "sciculture"
# The output of which the files are tables with a schema.
TABLES = "csv"
# The output that shows the data, and holds none.
PAGES = "site"
# As columns of the engine are written as CSV.
TYPES: dict[str, dict[str, Any]] = {
    **{name: {"type": "integer"} for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")},
    **{name: {"type": "number"} for name in ("FLOAT", "DOUBLE")},
    "BOOLEAN": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "DATE": {"type": "date"},
    "TIMESTAMP": {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
}
MEDIA = {
    ".csv": "text/csv", ".json": "application/json", ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/vnd.duckdb", ".md": "text/markdown", ".html": "text/html", ".cff": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def _fields(table_contract: TableContract) -> Iterator[dict[str, Any]]:
    for name, column in table_contract.columns.items():
        field: dict[str, Any] = {"name": name, **TYPES.get(column.type, {"type": "string"})}
        field["description"] = column.description.both
        if column.unit:
            field["unit"] = column.unit
        if column.additive is not None:
            field["additive"] = column.additive
        if column.codes:
            field["constraints"] = {"enum": [*column.codes]}
            field["codes"] = {code: meaning.both for code, meaning in column.codes.items()}
        yield field


def table_schema(table_contract: TableContract) -> dict[str, Any]:
    """The columns of a table's CSV as a Table Schema."""
    return {
        "fields": [*_fields(table_contract)],
        "missingValues": [""],
        "primaryKey": table_contract.grain,
    }


def _resource(content: Content, path: str, said: dict[str, Any], folder: Path) -> dict[str, Any]:
    table, output, suffix = said["of"], said["output"], Path(path).suffix
    is_table = output == TABLES
    texts = release_texts().files[output]
    found: dict[str, Any] = {"name": table if is_table else "-".join(filter(None, (output, table))).lower()}
    if is_table:
        found |= {"type": "table"}
    if table in content.table_contracts:
        found |= {"title": content.table_contracts[table].description.both}
    found |= {"description": texts.both, "path": path, "format": suffix.removeprefix(".")}
    if suffix in MEDIA:
        found |= {"mediatype": MEDIA[suffix]}
    if suffix in (".csv", ".json", ".md", ".html", ".cff"):
        found |= {"encoding": "utf-8"}
    found |= {"bytes": (folder / path).stat().st_size, "hash": f"sha256:{said['sha256']}"}
    if is_table:
        found |= {"schema": table_schema(content.table_contracts[table])}
    return found


def data_package(content: Content, folder: Path) -> dict[str, Any]:
    """The description of the public files that were written into a folder so far."""
    described, texts = about(content.manifest), release_texts()
    listed = [
        (path, said)
        for path, said in content.manifest["files"].items()
        if said["output"] in content.public and said["output"] != PAGES
    ]
    # What has columns comes first.
    listed.sort(key=lambda one: (one[1]["output"] != TABLES, one[0]))
    licence = described.licence
    return {
        "$schema": PROFILE,
        "name": NAME,
        "title": texts.title.both,
        "description": f"{texts.description.ko}\n\n{texts.description.en}",
        "version": described.version,
        "release_id": described.release_id,
        "created": f"{described.day.isoformat()}T00:00:00Z",
        "keywords": texts.keywords,
        "licenses": [{"name": described.licence_code, "path": licence.url, "title": licence.title.both}],
        "contributors": [{"title": described.publisher.both, "roles": ["creator", "publisher"]}],
        "sources": [{"title": source.both} for source in texts.sources],
        "citation": {"ko": described.citation.ko, "en": described.citation.en},
        "resources": [_resource(content, path, said, folder) for path, said in listed],
    }


def write_data_package(content: Content, _table: str, target: Path) -> None:
    target.write_bytes(orjson.dumps(data_package(content, target.parent), option=orjson.OPT_INDENT_2) + b"\n")
