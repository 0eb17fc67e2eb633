"""The schema ``published`` of the build database: every public table as a release shows it.

The model's own tables stay exact. Whatever writes or compares what readers get reads it from here, by
``published_relation``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.disclosure import SUPPRESSED
from sciculture_etl.load import Warehouse
from sciculture_etl.model import Model

SCHEMA = "published"


@dataclass(frozen=True)
class Published:
    """What was made of the model for readers.

    Attributes:
        fingerprints: of the content of every table as it is shown, by name.
    """

    fingerprints: dict[str, str] = field(default_factory=dict)


def published_relation(table_contract: TableContract) -> str:
    """What a release's files of a table are written from, as SQL names it."""
    if table_contract.audience == "public" and table_contract.made_by == "sql":
        return f'{SCHEMA}."{table_contract.table}"'
    return f'"{table_contract.table}"'


def protect_tables(warehouse: Warehouse, table_contracts: dict[str, TableContract], model: Model) -> Published:
    """Makes the tables that are shown from those of the model."""
    connection = warehouse.connection
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for name, table_contract in table_contracts.items():
        if table_contract.audience == "public" and table_contract.made_by == "sql":
            relation = published_relation(table_contract)
            connection.execute(
                f'CREATE OR REPLACE VIEW {relation} AS SELECT {_columns(table_contract)} FROM main."{name}"'
            )
    return Published(dict(model.fingerprints))


def _columns(table_contract: TableContract) -> str:
    """The columns of a table as it is shown where nothing of it is withheld, in their order."""
    empty = {name: "false" if name == SUPPRESSED else "CAST(NULL AS VARCHAR)" for name in table_contract.symbol_columns}
    named = (f'{empty[name]} AS "{name}"' if name in empty else f'"{name}"' for name in table_contract.columns)
    return ", ".join(named)
