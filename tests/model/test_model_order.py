"""The order in which tables are made follows from the SQL itself; what can't be ordered is told by file."""

from pathlib import Path

import pytest

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.errors import ContractError
from sciculture_etl.model import all_statements, load_statements, ordered

Files = dict[str, str]


def folder(root: Path, files: Files) -> Path:
    for layer in ("core", "mart"):
        (root / layer).mkdir(parents=True)
    for name, text in files.items():
        (root / f"{name}.sql").write_text(text, encoding="utf-8")
    return root


def order(root: Path, files: Files) -> list[str]:
    return [statement.table for statement in ordered(load_statements(folder(root, files)))]


def test_a_table_comes_after_all_that_it_reads_whatever_it_is_called(tmp_path: Path) -> None:
    files = {
        "core/a": "SELECT * FROM b JOIN c USING (x)",
        "core/b": "WITH own AS (SELECT * FROM c) SELECT * FROM own",
        "core/c": "SELECT 1 AS x FROM accepted.dsc_class",
        "mart/m": "SELECT (SELECT max(x) FROM a) AS x, EXISTS (SELECT 1 FROM b) AS y",
    }
    found = order(tmp_path, files)
    assert found == ["c", "b", "a", "m"]


def test_a_name_of_its_own_query_is_no_table(tmp_path: Path) -> None:
    files = {"core/a": "WITH b AS (SELECT 1 AS x), c AS (SELECT * FROM b) SELECT * FROM c", "core/b": "SELECT * FROM a"}
    statements = load_statements(folder(tmp_path, files))
    assert statements["a"].inputs == frozenset()
    assert statements["b"].inputs == {"a"}


def test_reading_is_seen_in_joins_subqueries_and_unions(tmp_path: Path) -> None:
    text = """SELECT * FROM accepted.one LEFT JOIN log.two USING (x)
    WHERE x IN (SELECT x FROM reference.three) UNION ALL SELECT * FROM (SELECT * FROM four)"""
    statements = load_statements(folder(tmp_path, {"core/a": text, "core/four": "SELECT 1 AS x"}))
    assert statements["a"].inputs == {"accepted.one", "log.two", "reference.three", "four"}


BROKEN = {
    "a circle": (
        {"core/a": "SELECT * FROM b", "core/b": "SELECT * FROM c", "core/c": "SELECT * FROM a", "core/d": "SELECT 1"},
        ["circle", "a", "b", "c"],
    ),
    "itself": ({"core/a": "SELECT * FROM a"}, ["circle", "a"]),
    "an unknown table": ({"core/a": "SELECT * FROM nowhere"}, ["sql/core/a.sql", "unknown tables: nowhere"]),
    "no SQL": ({"mart/a": "SELEKT 1"}, ["sql/mart/a.sql"]),
    "no SELECT": ({"mart/a": "CREATE TABLE x AS SELECT 1"}, ["sql/mart/a.sql"]),
    "two SELECTs": ({"mart/a": "SELECT 1; SELECT 2"}, ["sql/mart/a.sql", "one SELECT a file, this one has 2"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_ordered_is_told_by_its_file(case: str, tmp_path: Path) -> None:
    files, told = BROKEN[case]
    with pytest.raises(ContractError) as refusal:
        order(tmp_path, files)
    assert [part for part in told if part not in str(refusal.value)] == []


def test_every_shipped_statement_comes_after_what_it_reads_and_is_promised() -> None:
    statements = ordered(all_statements())
    made: set[str] = set()
    for statement in statements:
        assert {name for name in statement.inputs if "." not in name} <= made
        made.add(statement.table)
        assert statement.table in load_table_contracts()
        assert statement.text.lstrip().startswith("-- "), f"{statement.table} doesn't say what it is"
        assert "Grain:" in statement.text.split("SELECT")[0], f"{statement.table} doesn't say its grain"
    assert made == {name for name, table_contract in load_table_contracts().items() if table_contract.made_by == "sql"}


def test_core_reads_no_mart() -> None:
    statements = all_statements()
    for statement in statements.values():
        if statement.layer == "core":
            assert not {name for name in statement.inputs if name.startswith("mart_")}
