"""Great Expectations suites on tables of an open DuckDB connection: one batch a suite, never one a file.

What evidently holds isn't asked of the library, which takes seconds to import: it is imported where it first runs.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from sciculture_etl.contracts import Expectation
from sciculture_etl.errors import ContractError
from sciculture_etl.loading import let_in_pandas, put_off
from sciculture_etl.privacy import mask_text
from sciculture_etl.quality.evident import empty_cells, hold_evidently
from sciculture_etl.quality.failing_rows import failing_rows, result_format
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.storage.ducklake import another

MAX_SHOWN = 3
# What the library imports for distributions and drawings, of which no suite asks anything: a quarter of its import.
UNUSED = ("scipy.stats", "altair")
MAX_LOOKED_AT = 200  # wrong rows that the library looks at; there may be millions
# How the library writes a query for wrong rows, and how it counts what that finds.
WRONG_ROWS_OF = ") AS subselect"
COUNT_OF_WRONG_ROWS = re.compile(
    r"SELECT COUNT\(\*\) as unexpected_row_count\s+FROM \((?P<query>.*)\) AS substituted_batch_subquery", re.DOTALL
)
# Faults of the engine and the machine, which say nothing about the data.
ENGINE_FAULTS = ("IO Error", "INTERNAL Error", "FATAL Error", "Out of Memory Error", "Query interrupted")


@dataclass(frozen=True)
class Suite:
    """A suite and the rows that it checks.

    Attributes:
        name: shown to people.
        query: the SELECT whose rows are checked.
        keys: the columns that identify a row, where it is to be known which rows fail.
    """

    name: str
    query: str
    expectations: list[Expectation]
    keys: Sequence[str] = ()


@dataclass
class SuiteOutcome:
    """The outcome of a suite.

    Attributes:
        errors, warnings: one sentence a failing expectation, by its severity.
        checked: how many were evaluated.
        failed: the expectations that failed.
        failing_rows: sentence → the SELECT of the rows that fail, of errors that are about rows.
    """

    name: str
    checked: int
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failed: list[Expectation] = field(default_factory=list)
    failing_rows: dict[str, str] = field(default_factory=dict)

    @property
    def has_passed(self) -> bool:
        return not self.errors


@contextmanager
def _buffered_cursors(queries: set[str]) -> Iterator[None]:
    # The library closes its connection before it fetches, and DuckDB's cursors end with their connection. A suite's
    # bare query it runs only to learn the names of the columns: those rows, which may be millions, are never fetched.
    # A query for wrong rows it runs twice, for some of them and for their number, in any order: where the first finds
    # none, the second is spared.
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    without_rows = set[str]()

    def spare(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _m: Any) -> tuple[str, Any]:
        counted = COUNT_OF_WRONG_ROWS.fullmatch(statement.strip())
        if (counted["query"] if counted else statement).strip() not in without_rows:
            return statement, parameters
        spared = "SELECT 0 AS unexpected_row_count" if counted else f"SELECT * FROM ({statement}) AS spared LIMIT 0"
        return spared, parameters

    def fetch(cursor: Any, asked: str) -> list[Any]:
        if asked in queries:
            return []
        counted = COUNT_OF_WRONG_ROWS.fullmatch(asked)
        is_for_rows = WRONG_ROWS_OF in asked and not counted
        rows: list[Any] = cursor.fetchmany(MAX_LOOKED_AT) if is_for_rows else cursor.fetchall()
        if (is_for_rows and not rows) or (counted and rows == [(0,)]):
            without_rows.add(counted["query"].strip() if counted else asked)
        return rows

    def buffer(_c: Any, cursor: Any, statement: str, _p: Any, context: Any, _m: Any) -> None:
        if context.dialect.name == "duckdb" and cursor.description:
            rows = fetch(cursor, statement.strip())
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=rows)

    event.listen(Engine, "before_cursor_execute", spare, retval=True)
    event.listen(Engine, "after_cursor_execute", buffer)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", spare)
        event.remove(Engine, "after_cursor_execute", buffer)


@contextmanager
def _configurations_kept() -> Iterator[None]:
    # For each argument that it looks up, the library makes the whole configuration of an expectation anew, which takes
    # a fifth of its time. Those of a suite stay as they are while it is judged.
    from great_expectations.expectations.expectation import Expectation as Judged

    made, kept = Judged.configuration, dict[int, tuple[Any, Any]]()

    def configuration(expectation: Any) -> Any:
        # The expectation is kept beside it, so that no other one gets its number.
        if (known := kept.get(id(expectation))) is None:
            known = kept[id(expectation)] = expectation, made.fget(expectation)
        return known[1]

    Judged.configuration = property(configuration)
    try:
        yield
    finally:
        Judged.configuration = made


def preload() -> None:
    """Imports the library; may be called on a thread of its own while there is nothing else to do."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    if "great_expectations" in sys.modules:
        return
    let_in_pandas()
    for name in UNUSED:
        put_off(name)
    # A fifth of the import went into looking through what stays for good.
    gc.disable()
    try:
        import great_expectations  # noqa: F401
    finally:
        gc.freeze()
        gc.enable()


def _expectations(suite: Suite, asked: Sequence[int]) -> list[Any]:
    """Those of the suite at these places."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    made = []
    for index in asked:
        entry = suite.expectations[index]
        configuration = ExpectationConfiguration(type=entry.type, kwargs=entry.kwargs, meta={"index": index})
        try:
            made.append(configuration.to_domain_obj())
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ContractError(f"{suite.name}: suite: {entry.type}: {reason}") from None
    return made


@dataclass(frozen=True)
class _Failing:
    """What fails of an expectation: in words, and the SELECT of the rows where it is about rows."""

    sentence: str
    rows: str | None


def _about(entry: Expectation) -> str:
    named = entry.kwargs.get("description") or ", ".join(f"{key}={value}" for key, value in entry.kwargs.items())
    return f"{entry.type}({named})"


def _differing(entry: Expectation, count: int, of: int) -> str:
    return f"{_about(entry)}: {count:,} of {of:,} rows differ"


def _sentence(entry: Expectation, result: Any) -> str:
    """What failed. The library quotes values."""
    return mask_text(_texts_of(entry, result))


def _texts_of(entry: Expectation, result: Any) -> str:
    for info in _infos(result.exception_info or {}):
        if isinstance(info, dict) and info.get("raised_exception"):
            reason = str(info.get("exception_message") or "").partition("\n")[0]
            return f"{_about(entry)}: could not be evaluated: {reason}"
    seen = result.result or {}
    if "unexpected_count" in seen:
        return _differing(entry, seen["unexpected_count"], seen.get("element_count", 0))
    return f"{_about(entry)}: observed {seen.get('observed_value')}"


def _raise_engine_fault(result: Any) -> None:
    """A page that can't be read, or a signal, is no verdict on the data, although the library takes it for one."""
    stop_if_asked()
    for info in _infos(result.exception_info or {}):
        reason = str(info.get("exception_message") or "") if isinstance(info, dict) else ""
        if any(fault in reason for fault in ENGINE_FAULTS):
            raise duckdb.OperationalError(reason)


def _infos(exception_info: dict[str, Any]) -> list[Any]:
    return [exception_info] if "raised_exception" in exception_info else list(exception_info.values())


def run_suites(connection: duckdb.DuckDBPyConnection, suites: list[Suite]) -> list[SuiteOutcome]:
    """Evaluates all suites on the connection's database.

    An expectation that can't be evaluated counts as failed; where the engine itself fails, duckdb.Error is raised. What
    is seen is what has been committed.

    Raises:
        ContractError: For an expectation that doesn't exist.
    """
    outcomes: list[SuiteOutcome] = []
    found = [_found_by_query(connection, suite) for suite in suites]
    if any(left for _, left in found):
        _ask_library(connection, [(suite, *one) for suite, one in zip(suites, found, strict=True)])
    for suite, (failing, _) in zip(suites, found, strict=True):
        outcome = SuiteOutcome(suite.name, len(suite.expectations))
        outcomes.append(outcome)
        for index, one in sorted(failing.items()):
            entry = suite.expectations[index]
            outcome.failed.append(entry)
            (outcome.errors if entry.severity == "error" else outcome.warnings).append(one.sentence)
            if one.rows:
                outcome.failing_rows[one.sentence] = one.rows
    return outcomes


def _found_by_query(connection: duckdb.DuckDBPyConnection, suite: Suite) -> tuple[dict[int, _Failing], list[int]]:
    """What fails by its place in the suite, as far as a query tells, and the places that are left to the library."""
    failing, left = dict[int, _Failing](), list[int]()
    for index, holds in enumerate(hold_evidently(connection, suite.query, suite.expectations)):
        entry = suite.expectations[index]
        if holds:
            continue
        if empty := empty_cells(connection, suite.query, entry, suite.keys):
            sentence = mask_text(_differing(entry, empty.count, empty.of))
            failing[index] = _Failing(sentence, empty.rows if suite.keys else None)
        else:
            left.append(index)
    return failing, left


def _ask_library(
    connection: duckdb.DuckDBPyConnection, suites: Sequence[tuple[Suite, dict[int, _Failing], list[int]]]
) -> None:
    """Has the library judge what is left of suites, and adds what fails."""
    preload()
    import great_expectations as gx
    from duckdb_sqlalchemy import ConnectionWrapper
    from sqlalchemy.pool import NullPool

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_sql(
        name="warehouse", connection_string="duckdb:///:memory:", create_temp_table=False,
        kwargs={"creator": lambda: ConnectionWrapper(another(connection)), "poolclass": NullPool},
    )  # fmt: skip
    # The context lives in memory alone; writing it out at every suite would take a fifth of the time.
    context.variables.save = lambda: None
    with _buffered_cursors({suite.query for suite, *_ in suites}), _configurations_kept():
        for number, (suite, failing, left) in enumerate(suites):
            if not left:
                continue
            asset = source.add_query_asset(name=f"suite-{number}", query=suite.query)
            batch = asset.add_batch_definition_whole_table("all").get_batch()
            # All at once, so that the library gathers what they ask into few queries, and without counts and examples,
            # which cost as much again: those are asked of what fails.
            judged = gx.ExpectationSuite(name=f"suite-{number}", expectations=_expectations(suite, left))
            for verdict in batch.validate(judged, result_format="BOOLEAN_ONLY").results:
                if verdict.success:
                    continue
                _raise_engine_fault(verdict)
                index = verdict.expectation_config.meta["index"]
                entry = suite.expectations[index]
                expectation = verdict.expectation_config.to_domain_obj()
                result = batch.validate(expectation, result_format=result_format(suite.keys))
                _raise_engine_fault(result)
                rows = failing_rows(entry, suite.query, result.result or {}) if suite.keys else None
                failing[index] = _Failing(_sentence(entry, result), rows)
