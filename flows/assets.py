"""Tables as Prefect assets: what was rebuilt, and from what. One event a table, none of them a task of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.assets import Asset, AssetProperties
from prefect.client.schemas.objects import State
from prefect.context import AssetContext
from prefect.states import Completed, Failed

from sciculture_etl.contracts import TableContract, load_contracts, load_table_contracts
from sciculture_etl.model import Statement, all_statements
from sciculture_etl.pipeline import RunReport

MAX_DESCRIPTION_CHARACTERS = 2500


def report_assets(report: RunReport) -> None:
    """Emits what ``@materialize`` would for each table that readers can open and that this run rebuilt.

    Succeeded, or failed where the release was refused, since then readers still have the table as it was.
    """
    table_contracts = load_table_contracts()
    made = [name for name in report.rebuilt if name in table_contracts and table_contracts[name].audience != "internal"]
    if not made:
        return
    refused = report.publication.outcome == "refused"
    state: State[Any] = Failed() if refused else Completed()
    about = {} if refused else {"release": report.publication.release_id or ""}
    statements = all_statements()
    for table in made:
        AssetContext(
            downstream_assets={_table(table, table_contracts)},
            direct_asset_dependencies={
                _dataset(name) if name.startswith("accepted.") else _table(name, table_contracts)
                for name in lineage(table, statements)
            },
            materialized_by="duckdb",
            materialization_metadata={table_key(table): about},
        ).emit_events(state)


def table_key(table: str) -> str:
    return f"duckdb://sciculture/{table}"


def lineage(table: str, statements: Mapping[str, Statement]) -> set[str]:
    """The tables that a table is made from directly.

    And the datasets (``accepted.<dataset>``) that they come from in the end.
    """
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


def _table(table: str, table_contracts: Mapping[str, TableContract]) -> Asset:
    words = table_contracts[table].description if table in table_contracts else None
    properties = AssetProperties(
        name=table, description=f"{words.en} / {words.ko}"[:MAX_DESCRIPTION_CHARACTERS] if words else None
    )
    return Asset(key=table_key(table), properties=properties)


def _dataset(name: str) -> Asset:
    dataset = name.removeprefix("accepted.")
    title = load_contracts()[dataset].title
    return Asset(
        key=f"sciculture://submissions/{dataset}",
        properties=AssetProperties(name=dataset, description=f"{title.en} / {title.ko}"),
    )
