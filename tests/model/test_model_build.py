"""Only what changed, and what reads it, is rebuilt; SQL and promise must agree."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from forms import CENTRE, CLASS, FACILITY, as_csv, table
from nights import settings, submit

from sciculture_etl.contracts import TableContract, load_contracts, load_table_contracts, table_contracts_over
from sciculture_etl.errors import ContractError
from sciculture_etl.model import Model, all_statements, build_model
from sciculture_etl.pipeline import Run
from sciculture_etl.project import carried_folder

TODAY = date(2026, 11, 1)  # for the first build and those after it, on whatever day the tests run


class Workshop:
    """A warehouse whose model was built, and SQL and promises of its own to change. built: what the first build
    made."""

    def __init__(self, run: Run, folder: Path, built: Model) -> None:
        self.run = run
        self.sql = folder / "sql"
        self.promised = folder / "curated"
        self.built = built

    @property
    def table_contracts(self) -> dict[str, TableContract]:
        return table_contracts_over(load_contracts(), self.promised.parent)

    def build(self) -> Model:
        return build_model(self.run.warehouse, load_contracts(), self.table_contracts, TODAY, self.sql)

    def change(self, name: str, old: str, new: str) -> None:
        path = self.sql / f"{name}.sql"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    """The folder of a workshop after its first build, and what that made; each test goes on with a copy."""
    folder = tmp_path_factory.mktemp("workshop")
    inbox = folder / "inbox"
    for name, rows in {"실적": table(CLASS, {}, {}), "교육장": table(FACILITY), "센터": table(CENTRE)}.items():
        submit(inbox, "가상시험센터", f"{name}.csv", as_csv(rows))
    shutil.copytree(carried_folder() / "sql", folder / "sql")
    shutil.copytree(carried_folder() / "expectations" / "curated", folder / "curated")
    with Run.open(settings(inbox, folder / "warehouse")) as run:
        run.extract()
        run.read_and_load()
        run.accept()
        return folder, build_model(run.warehouse, load_contracts(), load_table_contracts(), TODAY, folder / "sql")


@pytest.fixture
def workshop(first_build: tuple[Path, Model], tmp_path: Path) -> Iterator[Workshop]:
    folder, built = first_build
    copy = shutil.copytree(folder, tmp_path / "workshop")
    with Run.open(settings(copy / "inbox", copy / "warehouse")) as run:
        yield Workshop(run, copy, built)


def readers_of(table: str) -> set[str]:
    """The table and everything that reads it, directly or not."""
    statements = all_statements()
    found = {table}
    while more := {s.table for s in statements.values() if s.inputs & found} - found:
        found |= more
    return found


def test_built_again_nothing_is_made_again(workshop: Workshop) -> None:
    assert set(workshop.built.rebuilt) == {name for name, p in load_table_contracts().items() if p.made_by == "sql"}
    assert workshop.build().rebuilt == []


def test_a_statement_that_comes_to_the_same_rows_leaves_its_readers_alone(workshop: Workshop) -> None:
    before = workshop.built
    workshop.change("core/fct_dsc_facility", "-- ", "-- Changed. ")
    after = workshop.build()
    assert after.rebuilt == ["fct_dsc_facility"]
    assert after.fingerprints == before.fingerprints


def test_a_statement_with_other_rows_makes_again_only_what_depends_on_it(workshop: Workshop) -> None:
    before = workshop.built
    workshop.change("core/fct_dsc_facility", "ORDER BY f.program_year, i.institution_code, facility_code", "LIMIT 0")
    after = workshop.build()
    direct = {s.table for s in all_statements().values() if "fct_dsc_facility" in s.inputs}
    assert direct <= set(after.rebuilt) <= readers_of("fct_dsc_facility")
    assert {t for t in after.fingerprints if after.fingerprints[t] != before.fingerprints[t]} <= set(after.rebuilt)


def test_a_changed_reference_list_makes_again_only_what_reads_it(workshop: Workshop) -> None:
    path = workshop.sql / "reference" / "program.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    direct = [s.table for s in all_statements().values() if "reference.program" in s.inputs]
    assert "dim_program" in direct
    rebuilt = set(workshop.build().rebuilt)
    assert set(direct) <= rebuilt <= set().union(*map(readers_of, direct))


def test_changed_words_of_a_promise_make_another_table(workshop: Workshop) -> None:
    """A release describes it anew then, though its rows are the same."""
    before = workshop.build()
    path = workshop.promised / "mart_dsc_summary.yml"
    table_contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    table_contract["description"]["en"] = "It's an invented description"
    path.write_text(yaml.safe_dump(table_contract, allow_unicode=True, sort_keys=False), encoding="utf-8")
    after = workshop.build()
    assert set(after.rebuilt) >= {"mart_dsc_summary"}
    assert after.fingerprints["mart_dsc_summary"] != before.fingerprints["mart_dsc_summary"]


def test_a_statement_that_is_taken_away_takes_its_table_along(workshop: Workshop) -> None:
    (workshop.sql / "mart" / "mart_program_region_year.sql").unlink()
    (workshop.promised / "mart_program_region_year.yml").unlink()
    workshop.build()
    tables = workshop.run.warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
    assert "mart_program_region_year" not in {row["table_name"] for row in tables}
    assert "mart_dsc_summary" in {row["table_name"] for row in tables}


DISAGREEMENTS = {
    "another type": (
        "CAST(attendance_count AS BIGINT)",
        "CAST(attendance_count AS DOUBLE)",
        "gives attendance_count as DOUBLE",
    ),
    "another column": ("AS sharing_session_share", "AS sharing_share", "gives sharing_share (DOUBLE), which"),
    "a measure of its fact left out": (
        "AS attendance_count,\n    percent",
        "AS visit_count,\n    percent",
        "sql/mart/mart_dsc_summary.sql lacks attendance_count, which expectations/curated/mart_dsc_summary.yml takes "
        "from fct_dsc_class: add it there, or to what the contract leaves out (except)",
    ),
    "another order": (
        "    CAST(attendance_count AS BIGINT) AS attendance_count,\n    percent(coalesce(sharing_session_count, 0), "
        "session_count) AS sharing_session_share",
        "    percent(coalesce(sharing_session_count, 0), session_count) AS sharing_session_share,\n"
        "    CAST(attendance_count AS BIGINT) AS attendance_count",
        "in another order",
    ),
    "no such column": ("coalesce(facility_count, 0)", "coalesce(facility_cuont, 0)", "facility_cuont"),
}


@pytest.mark.parametrize("case", DISAGREEMENTS)
def test_sql_that_breaks_its_promise_is_told_and_leaves_the_old_tables(workshop: Workshop, case: str) -> None:
    old, new, told = DISAGREEMENTS[case]
    before = workshop.run.warehouse.rows("FROM mart_dsc_summary")
    workshop.change("mart/mart_dsc_summary", old, new)
    with pytest.raises(ContractError) as refusal:
        workshop.build()
    assert "mart_dsc_summary" in str(refusal.value)
    assert told in str(refusal.value)
    assert workshop.run.warehouse.rows("FROM mart_dsc_summary") == before
    workshop.change("mart/mart_dsc_summary", new, old)
    assert workshop.build().rebuilt == []


def test_a_table_that_nothing_promises_is_refused(workshop: Workshop) -> None:
    (workshop.sql / "mart" / "mart_invented.sql").write_text("-- Invented. Grain: x.\nSELECT 1 AS x", encoding="utf-8")
    with pytest.raises(ContractError, match=r"expectations/curated/mart_invented\.yml is missing"):
        workshop.build()


ROW_BY_ROW = {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "CROSS_PRODUCT"}
AS_MANY_AS_FAULTS = {"log.finding", "log.quarantine", "mart_row_error"}


def scanned(node: dict[str, Any]) -> set[str]:
    """The tables that a part of a plan reads."""
    own = str(node["extra_info"].get("Table", "")).removeprefix("warehouse.").removeprefix("main.")
    return {own}.union(*(scanned(child) for child in node["children"]))


def pairings(node: dict[str, Any]) -> list[set[str]]:
    """Of every join in a plan that compares all rows with all: the tables below it."""
    own = [scanned(node)] if node["name"] in ROW_BY_ROW else []
    return [*own, *(tables for child in node["children"] for tables in pairings(child))]


def test_no_statement_compares_every_fault_with_every_other(workshop: Workshop) -> None:
    """A night full of faults takes as long as there are faults, not their square."""
    connection, found = workshop.run.warehouse.connection, set()
    for name, statement in all_statements().items():
        ((_, text),) = connection.execute(f"EXPLAIN (FORMAT json) {statement.text}").fetchall()
        (plan,) = json.loads(text)
        found |= scanned(plan) & AS_MANY_AS_FAULTS
        assert [tables for tables in pairings(plan) if tables & AS_MANY_AS_FAULTS] == [], name
    assert {"log.finding", "log.quarantine"} <= found


def test_a_statement_without_memory_is_no_fault_of_its_text(workshop: Workshop) -> None:
    too_much = "sum(session_count) + 0 * (SELECT len(list(range)) FROM range(1_000_000_000))"
    workshop.change("mart/mart_dsc_by_region", "sum(session_count)", too_much)
    with workshop.run.warehouse.beside_workers(), pytest.raises(duckdb.OutOfMemoryException):
        workshop.build()
