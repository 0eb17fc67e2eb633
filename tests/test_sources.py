"""All that the project is made of beside Python can be loaded: contracts, promises, words, figures, and the SQL, which
is bound by making every table from nothing."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.load import Warehouse
from sciculture_etl.load.scope import EVERYTHING
from sciculture_etl.model import build_model
from sciculture_etl.project import SQL
from sciculture_etl.revisions.diff import DIFFERENCE
from sciculture_etl.revisions.revision import RELEASE
from sciculture_etl.rules import apply_rule, rule


def test_contracts_and_sql_make_every_table(tmp_path: Path) -> None:
    contracts, table_contracts = load_contracts(), load_table_contracts()
    with Warehouse.open(tmp_path / "warehouse.duckdb", tmp_path / "staging", contracts) as warehouse:
        made = build_model(warehouse, contracts, table_contracts, date(2020, 12, 1)).rebuilt
    assert set(made) == {name for name, table_contract in table_contracts.items() if table_contract.made_by == "sql"}


RULES = [Path(name).stem for name in SQL.files("rules/*.sql")]
COUNTING = ("dataset", "submitter", "program_year", "partition_key", "submission_id", "reading")
ROW = ("table_name", "row_key", "cause")
# What the rules are handed.
FRAMES = {
    "counting": pl.DataFrame(schema=dict.fromkeys(COUNTING, pl.String) | {"program_year": pl.Int16}),
    "difference": pl.DataFrame(schema=DIFFERENCE),
    "found": pl.DataFrame(schema=dict.fromkeys(ROW, pl.String)),
    "cause": pl.DataFrame(schema=dict.fromkeys(ROW, pl.String)),
    "scope": EVERYTHING.frame,
    "release": pl.DataFrame(schema=RELEASE),
    "wording": pl.DataFrame({"unknown": ["unknown"], "named": [5]}),
    "between_them": pl.DataFrame(schema=dict.fromkeys((*ROW, "column_name"), pl.String)),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with every table and no row."""
    folder, contracts = tmp_path_factory.mktemp("rules"), load_contracts()
    with Warehouse.open(folder / "warehouse.duckdb", folder / "staging", contracts) as warehouse:
        build_model(warehouse, contracts, load_table_contracts(), date(2020, 12, 1))
        yield warehouse


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_it_is_for_and_can_be_applied(made: Warehouse, name: str) -> None:
    text = rule(name)
    header = re.match(r"(?:--.*\n)+", text)
    assert header
    assert "Grain: " in header[0] or "One row." in header[0]
    body = text[header.end() :]
    frames = {frame: empty for frame, empty in FRAMES.items() if re.search(rf"(FROM|JOIN) {frame}\b", body)}
    assert all(f"{frame}: " in header[0] for frame in frames)
    found = apply_rule(made.connection, name, **frames)
    assert found.width > 0


def test_there_are_rules() -> None:
    assert len(RULES) >= 9
