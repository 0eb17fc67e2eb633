"""All that the project is made of beside Python can be loaded: contracts, promises, words, figures, and the SQL, which
is bound by making every table from nothing."""

from datetime import date
from pathlib import Path

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.load import Warehouse
from sciculture_etl.model import build_model
from tests.nights import settings


def test_contracts_and_sql_make_every_table(tmp_path: Path) -> None:
    contracts, table_contracts = load_contracts(), load_table_contracts()
    with Warehouse.open(settings(tmp_path, tmp_path), contracts) as warehouse:
        made = build_model(warehouse, contracts, table_contracts, date(2020, 12, 1)).rebuilt
    assert set(made) == {name for name, table_contract in table_contracts.items() if table_contract.made_by == "sql"}
