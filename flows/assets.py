"""Tables as Prefect assets: what was made again, and from what. One event a table, none of them a task of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.assets import Asset, AssetProperties
from prefect.client.schemas.objects import State
from prefect.context import AssetContext
from prefect.states import Completed, Failed

from sciculture_etl.contracts import Promise, load_contracts, load_promises
from sciculture_etl.model import Statement, all_statements
from sciculture_etl.pipeline import RunReport

MOST_WORDS = 2500


def tell_assets(report: RunReport) -> None:
    """Emits what ``@materialize`` would for each table that readers can open and that this run made again: succeeded,
    or failed where the release was refused, since then readers still have the table as it was."""
    promises = load_promises()
    made = [name for name in report.rebuilt if name in promises and promises[name].audience != "internal"]
    if not made:
        return
    refused = report.publication.outcome == "refused"
    state: State[Any] = Failed() if refused else Completed()
    about = {} if refused else {"release": report.publication.release_id or ""}
    statements = all_statements()
    for table in made:
        AssetContext(
            downstream_assets={_table(table, promises)},
            direct_asset_dependencies={
                _dataset(name) if name.startswith("accepted.") else _table(name, promises)
                for name in lineage(table, statements)
            },
            materialized_by="duckdb",
            materialization_metadata={table_key(table): about},
        ).emit_events(state)


def table_key(table: str) -> str:
    return f"duckdb://sciculture/{table}"


def lineage(table: str, statements: Mapping[str, Statement]) -> set[str]:
    """The tables that a table is made from directly, and the datasets (``accepted.<dataset>``) that they come from in
    the end."""
    datasets = {f"accepted.{name}" for name in load_contracts()}
    found = {name for name in statements[table].inputs if name in statements}
    seen, further = set[str](), [table]
    while further:
        name = further.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in statements:
            further += statements[name].inputs
        elif name in datasets:
            found.add(name)
    return found


def _table(table: str, promises: Mapping[str, Promise]) -> Asset:
    words = promises[table].description if table in promises else None
    told = AssetProperties(name=table, description=f"{words.en} / {words.ko}"[:MOST_WORDS] if words else None)
    return Asset(key=table_key(table), properties=told)


def _dataset(name: str) -> Asset:
    dataset = name.removeprefix("accepted.")
    title = load_contracts()[dataset].title
    return Asset(
        key=f"sciculture://submissions/{dataset}",
        properties=AssetProperties(name=dataset, description=f"{title.en} / {title.ko}"),
    )
