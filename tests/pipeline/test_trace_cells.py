"""Any number leads back to rows that add up to it: random cells of all tables, and all published figures."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from nights import rows, settings

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.model.figures import read_figures
from sciculture_etl.model.sql_tree import quoted
from sciculture_etl.trace.account import Term, terms
from sciculture_etl.trace.question import ask_cell, ask_figure, measures
from sciculture_etl.trace.tracing import Trace, Tracer, opened
from tests.settled import Settled

SEED = 14
CONTRACTS = load_table_contracts()
# Tables of which no cell can be traced, and why.
UNTRACED = {
    "mart_revision": "tells of releases, and is made at publication",
    "mart_seed_figure_check": "compares figures, which are traced by their number",
}
TRACED = [c for c in CONTRACTS.values() if c.audience != "internal" and c.table not in UNTRACED]


@pytest.fixture(scope="module")
def tracer(years: Settled) -> Iterator[Tracer]:
    with opened(settings(years.inbox, years.warehouse)) as tracer:
        yield tracer


def random_cells(tracer: Tracer, table: str, column: str, condition: str, count: int = 1) -> Iterator[Trace]:
    grain = CONTRACTS[table].grain
    keys = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in grain)
    found = tracer.connection.execute(
        f"SELECT {keys} FROM main.{quoted(table)} WHERE {condition} ORDER BY ALL"
    ).fetchall()
    for key in random.Random(f"{SEED} {table} {column}").sample(found, min(count, len(found))):
        where = [(name, value or "") for name, value in zip(grain, key, strict=True)]
        yield tracer.answer(ask_cell(tracer.connection, table, column, None, where, CONTRACTS))


@pytest.fixture(scope="module")
def traces(tracer: Tracer) -> list[Trace]:
    """Of every measure of every table a cell that isn't empty, and of the first of each table any cell, too."""
    return [
        trace
        for contract in TRACED
        for number, column in enumerate(measures(contract))
        for condition in (f"{quoted(column)} > 0", *([] if number else ["true"]))
        for trace in random_cells(tracer, contract.table, column, condition)
    ]


def stated_in_facts(tracer: Tracer, term: Term) -> float | None:
    """What the rows listed hold, read from their table once more; None where the argument is no column of it."""
    listed = [row for one in term.contributions for row in one.rows]
    tables = {row.table for row in listed}
    argument = re.match(r"sum\((?:\w+\.)?(\w+)\)", term.text)
    if term.kind != "sum" or argument is None or len(tables) != 1 or len(set(listed)) < len(listed):
        return None
    (table,) = tables
    if not table.startswith("fct_"):
        return None
    columns = {row[0] for row in tracer.connection.execute(f"DESCRIBE main.{table}").fetchall()}
    if argument[1] not in columns:
        return None
    numbers = [row.number for row in listed]
    query = f"SELECT sum({argument[1]}) FROM main.{table} WHERE rowid IN (SELECT unnest(?::BIGINT[]))"
    (found,) = tracer.connection.execute(query, [numbers]).fetchone() or (None,)
    return None if found is None else float(found)


def test_random_cells_of_all_measures_add_up(tracer: Tracer, traces: list[Trace]) -> None:
    assert [trace for trace in traces if not (trace.adds_up and trace.is_as_published)] == []
    read_again, kinds = 0, set()
    for term in (term for trace in traces for term in terms(trace.account)):
        kinds.add(term.kind)
        if (stated := stated_in_facts(tracer, term)) is not None:
            read_again += 1
            assert stated == pytest.approx(float(term.value or 0)), term.text
    assert read_again > 50
    assert kinds >= {"sum", "rows", "keys", "value"}


def test_every_measure_that_holds_numbers_leads_to_rows(traces: list[Trace]) -> None:
    measured = {(t.question.table, t.question.column) for t in traces if t.value not in (None, "0")}
    assert len(measured) > 90
    assert measured - {(t.question.table, t.question.column) for t in traces if t.rows} == set()


def test_tables_that_are_not_traced_are_those_with_a_reason() -> None:
    assert {c.table for c in CONTRACTS.values() if c.audience != "internal"} - {c.table for c in TRACED} == set(
        UNTRACED
    )


def test_published_figures_add_up_to_what_the_release_gives(tracer: Tracer, years: Settled) -> None:
    actual = dict(rows(years.warehouse / "sciculture.duckdb", "SELECT figure_id, actual FROM mart_seed_figure_check"))
    figures = read_figures()
    for figure in figures:
        trace = tracer.answer(ask_figure(tracer.connection, figure["figure_id"], figures))
        assert trace.adds_up, figure["figure_id"]
        assert trace.is_as_published, figure["figure_id"]
        if actual[figure["figure_id"]] is not None:
            assert str(trace.value).removesuffix(" 00:00:00") == actual[figure["figure_id"]], figure["figure_id"]
            assert trace.rows or trace.value == "0", figure["figure_id"]


def test_a_cell_of_an_open_year_is_empty_for_readers_and_exact_for_the_operator(
    tracer: Tracer,
) -> None:
    found = list(random_cells(tracer, "mart_voucher_by_region", "issued_count", "true", 3))
    assert len(found) == 3
    for trace in found:
        assert trace.is_not_yet_shown
        assert not trace.is_withheld
        assert trace.published is None
        assert trace.adds_up
        cell = dict(trace.question.conditions)
        exact = tracer.connection.execute(
            "SELECT issued_count FROM main.voucher_cell "
            "WHERE program_year = ? AND sigungu_code = ? AND beneficiary_category = ?", list(cell.values()),
        ).fetchone()  # fmt: skip
        assert exact == (int(trace.value or -1),)


def test_the_rows_named_are_those_of_the_file(tracer: Tracer, years: Settled) -> None:
    """Sheet and row lead to the cells that the fact holds."""
    files = [path.relative_to(years.inbox) for path in years.inbox.rglob("*")]
    submitted = {unicodedata.normalize("NFC", path.as_posix()) for path in files}
    question = ask_cell(tracer.connection, "mart_do_dream_summary", "visitor_count", 2020, [], CONTRACTS)
    trace = tracer.answer(question, with_values=True)
    (term,) = terms(trace.account)
    for one in term.contributions:
        (row,) = one.rows
        assert trace.values[row]["visitor_count"] == one.amount
        place = trace.places[row.submission_id, row.part]
        assert place.file in submitted
        assert Path(place.file).parts[0] == place.submitter
