"""Along which tables a change reached a published table, from what each was made from in two releases (``marks``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sciculture_etl.model.statements import FIGURES, Statement
from sciculture_etl.project import SQL, files_of

Fingerprints = dict[str, dict[str, str]]
GENERATED = {"region": "administrative divisions", "region_change": "administrative divisions"}
MACROS = "sql/macros.sql"


@dataclass
class LineagePath:
    """What changed on the way to a table.

    Attributes:
        tables: itself and those that came out otherwise.
        datasets: whose accepted rows differ; None among them where all datasets are read together.
        reasons: SQL and lists, in words.
    """

    tables: set[str] = field(default_factory=set)
    datasets: set[str | None] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)


def sql_file(statement: Statement) -> str:
    if statement.table == FIGURES:
        return "expectations/figures.csv"
    return f"sql/{statement.layer}/{statement.table}.sql"


def reference_list(table: str) -> str:
    """Which list a table of the schema ``reference`` holds: its file, where it is kept by hand."""
    name = table.removeprefix("reference.")
    kept = [path.name for path in files_of(SQL, "reference/*.csv")]
    return f"sql/reference/{name}.csv" if f"{name}.csv" in kept else GENERATED.get(name, f"reference {name}")


def _reference(name: str, sources: dict[str, Any]) -> str:
    path = f"sql/reference/{name}.csv"
    return f"reference list {path}" if path in sources else GENERATED.get(name, f"reference {name}")


def changed_path(
    table: str, before: Fingerprints, after: Fingerprints, statements: dict[str, Statement], sources: dict[str, Any]
) -> LineagePath:
    """Follows a table's inputs as long as they came out otherwise than before.

    Args:
        sources: by path.
    """
    path, waiting = LineagePath(), [table]
    while waiting:
        name = waiting.pop()
        if name in path.tables:
            continue
        path.tables.add(name)
        was, now = before.get(name, {}), after.get(name, {})
        for part in was.keys() | now.keys():
            if was.get(part) == now.get(part):
                continue
            if part == "sql":
                path.reasons.add(f"SQL {sql_file(statements[name])}")
            elif part == "macros":
                path.reasons.add(f"SQL {MACROS}")
            elif part.startswith("reference."):
                path.reasons.add(_reference(part.removeprefix("reference."), sources))
            elif part.startswith("accepted."):
                dataset = part.removeprefix("accepted.")
                path.datasets.add(dataset if f"expectations/submissions/{dataset}.yml" in sources else None)
            elif part in statements:
                waiting.append(part)
    return path
