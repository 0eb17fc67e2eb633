"""From a published number back to the rows of the submissions behind it.

The build database is private and exact: whoever reads it is the operator. The way follows from the SQL of the model
alone, so that a new table can be traced as soon as there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from sciculture_etl.contracts import TableContract, load_table_contracts
from sciculture_etl.contracts.disclosure import symbol_column
from sciculture_etl.disclosure.history import WITHHELD
from sciculture_etl.errors import BusyError, NotReadyError, UserError
from sciculture_etl.load.builds import build_of
from sciculture_etl.load.layout import has_todays_layout
from sciculture_etl.messages import message
from sciculture_etl.model import all_statements
from sciculture_etl.model.figures import read_figures
from sciculture_etl.model.sql_tree import NAME, Functions, quoted
from sciculture_etl.model.statements import Statement, parse_select, select_text
from sciculture_etl.publish.current import current_release
from sciculture_etl.revisions.lineage import sql_file
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.lock import lock_holder
from sciculture_etl.trace.account import Account, Reader, SourceRow, is_same_number, terms
from sciculture_etl.trace.names import key_names
from sciculture_etl.trace.narrowing import Narrowing
from sciculture_etl.trace.queries import query_of
from sciculture_etl.trace.question import Conditions, Question, ask_cell, ask_figure
from sciculture_etl.trace.relations import Explained
from sciculture_etl.trace.row_columns import RowColumns, RowCondition
from sciculture_etl.trace.source_files import Place, places_of, values_of

# The current release, beside the build database.
PUBLISHED = "current_release"


@dataclass(frozen=True)
class Part:
    """What the rows that fit conditions make of a number.

    Attributes:
        account: how the part is made up; its value is the part.
        adds_up: also false where a value can't be divided between these rows and others.
    """

    conditions: list[RowCondition]
    account: Account | None
    adds_up: bool

    @property
    def value(self) -> str | None:
        return None if self.account is None else self.account.value


@dataclass(frozen=True)
class Trace:
    """A number and what is behind it.

    Attributes:
        sql: the file that makes the table.
        unit: of the column, empty of a figure's expression.
        value: what the build database gives, exact where the published one is withheld.
        published: what the current release holds; None where it is empty.
        release_id: of the current release; None before the first.
        is_withheld: the published cell is empty to protect persons.
        is_not_yet_shown: it is empty until its year is closed.
        withheld_cells: of several cells added up, those that are empty for either cause: the published sum leaves them
            out, the value doesn't.
        account: how it is made up; None where no row reaches it.
        adds_up: whether what is listed gives the value; nothing listed gives nothing, or zero.
        sources: tables with rows of submissions that the table is made from, directly or not.
        names: of the codes that are counted as keys.
        places: of every part named, by submission and part.
        part: what was asked of the number, where conditions narrow the rows behind.
    """

    question: Question
    sql: str
    unit: str
    value: str | None
    published: str | None
    release_id: str | None
    is_withheld: bool
    is_not_yet_shown: bool
    withheld_cells: int
    account: Account | None
    adds_up: bool
    sources: list[str]
    names: dict[str, str] = field(repr=False)
    places: dict[tuple[str, int], Place] = field(repr=False)
    values: dict[SourceRow, dict[str, str]] = field(repr=False)
    part: Part | None = None

    @property
    def is_as_published(self) -> bool:
        is_empty = self.is_withheld or self.is_not_yet_shown or self.withheld_cells > 0
        return is_empty or is_same_number(self.value, self.published)

    @property
    def rows(self) -> set[SourceRow]:
        return set(_rows_of(self.account))


@contextmanager
def opened(settings: Settings) -> Iterator[Tracer]:
    """The build database as it is now, with the current release beside it; only for the operator.

    Raises:
        NotReadyError: Before the first run, without room for the copy, or where the database is broken or made by
            another version.
        UserError: Where the user may not read it.
        BusyError: While a run changes it.
    """
    build, live = build_of(settings), settings.warehouse / "sciculture.duckdb"
    if not build.is_there():
        raise NotReadyError(message("not_made_yet", path=build.name))
    if not live.exists():
        raise NotReadyError(message("not_made_yet", path=live))
    if not build.is_readable():
        raise UserError(message("trace_for_operator", path=build.name))
    if not build.has_room_for_copy():
        raise NotReadyError(message("trace_without_room"))
    _refuse_while_running(settings)
    with ExitStack() as opened_ones:
        try:
            connection = opened_ones.enter_context(build.read_still())
        except duckdb.Error as error:
            if not build.is_broken_at_opening(error):
                raise
            raise NotReadyError(
                message("trace_of_broken_database", path=build.name, reason=build.reason_of(error))
            ) from None
        _refuse_while_running(settings)  # one may have begun while it was copied
        if not has_todays_layout(connection):
            raise NotReadyError(message("trace_of_another_version", path=build.name))
        connection.execute(f"ATTACH {sql_text(live)} AS {PUBLISHED} (READ_ONLY)")
        release = current_release(settings.warehouse) or {}
        yield Tracer(connection, release.get("release_id"))


def _refuse_while_running(settings: Settings) -> None:
    if (holder := lock_holder(settings.warehouse)) is not None:
        doing, pid, since = (holder.get(name) or "?" for name in ("doing", "pid", "since"))
        raise BusyError(message("warehouse_locked", folder=settings.warehouse, doing=doing, pid=pid, since=since))


def trace_cell(
    settings: Settings,
    table: str,
    column: str,
    year: int | None = None,
    where: Conditions | None = None,
    with_values: bool = False,
) -> Trace:
    """What is behind the number that a column of a published or operator's table holds.

    Args:
        where: column and value of the rows meant; an empty value is NULL.
        with_values: gives the values of the rows listed, too.

    Raises:
        UserError: For a name or value that isn't there, or several cells that may not be added up.
        NotReadyError, BusyError: As ``opened``.
    """
    with opened(settings) as tracer:
        question = ask_cell(tracer.connection, table, column, year, where or [], tracer.table_contracts)
        return tracer.answer(question, with_values)


def trace_figure(settings: Settings, figure_id: str, with_values: bool = False) -> Trace:
    """The same of an officially published figure.

    Raises:
        UserError: For an unknown figure.
        NotReadyError, BusyError: As ``opened``.
    """
    with opened(settings) as tracer:
        return tracer.answer(ask_figure(tracer.connection, figure_id, read_figures()), with_values)


class Tracer:
    """Answers questions about one state of the build database.

    Attributes:
        connection: to a copy, with the current release attached as ``published``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, release_id: str | None) -> None:
        self.connection = connection
        self.table_contracts = load_table_contracts()
        self._release_id = release_id
        self._statements = all_statements()
        self._functions = Functions.of(connection)

    def answer(self, question: Question, with_values: bool = False) -> Trace:
        """What is behind a number."""
        contract, connection = self.table_contracts[question.table], self.connection
        texts = _texts(connection, question)
        explained = Explained(connection, self._functions, self._statements, question.table, texts)
        try:
            value, why = self._followed(explained, question)
        except duckdb.Error:  # of a kind of SQL that the rewriting doesn't know
            value, why = _one(connection.execute(question.select()).fetchall(), followed=False)
        symbols = _symbols(connection, question, contract)
        published = _published(connection, question, contract)
        is_empty = published is None and bool(symbols)
        reader = Reader(connection, explained.expressions)
        account = reader.read(why, question.expression, value)
        rows = _rows_of(account)
        part = self._part(question, reader, why, rows) if question.row_conditions else None
        if part is not None:
            rows = _rows_of(part.account)
        column = contract.columns.get(question.column)
        return Trace(
            question,
            sql=sql_file(self._statements[question.table]),
            unit=column.unit or "" if column else "",
            value=value,
            published=published,
            release_id=self._release_id,
            is_withheld=is_empty and WITHHELD in symbols,
            is_not_yet_shown=is_empty and WITHHELD not in symbols,
            withheld_cells=0 if is_empty else len(symbols),
            account=account,
            adds_up=_is_explained(account, value),
            sources=_sources(question.table, self._statements),
            names=key_names(connection, terms(account), self.table_contracts),
            places=places_of(connection, rows),
            values=values_of(connection, rows) if with_values else {},
            part=part,
        )

    def _followed(self, explained: Explained, question: Question) -> tuple[str | None, Any]:
        query = query_of(explained, self._functions.written_out(parse_select(question.select(), NAME)), {})
        assert query is not None
        followed = query.add("value", "why") is not None
        return _one(self.connection.execute(select_text(query.tree)).fetchall(), followed)

    def _part(self, question: Question, reader: Reader, why: Any, rows: list[SourceRow]) -> Part:
        columns = RowColumns(self.connection, self.table_contracts)
        fitting, conditions = columns.fitting(rows, question.row_conditions, question.table, question.column)
        narrowing = Narrowing(reader, fitting)
        account = reader.read(narrowing.narrowed(why), question.expression, None)
        return Part(conditions, account, account is not None and account.adds_up and narrowing.is_divisible)


def _rows_of(account: Account | None) -> list[SourceRow]:
    return sorted({row for term in terms(account) for entry in term.contributions for row in entry.rows})


def _is_explained(account: Account | None, value: str | None) -> bool:
    if account is None:
        return value in (None, "0", "0.0", "false")
    return account.adds_up and is_same_number(account.value, value)


def _sources(table: str, statements: dict[str, Statement]) -> list[str]:
    read, waiting = set(), [table]
    while waiting:
        name = waiting.pop()
        if name.startswith(("fct_", "accepted.", "log.")):
            read.add(name)
        elif name in statements:
            waiting += statements[name].inputs - read
    return sorted(read)


def _texts(connection: duckdb.DuckDBPyConnection, question: Question) -> frozenset[str]:
    """All that the rows asked for say in words."""
    cursor = connection.execute(f"FROM main.{quoted(question.table)} WHERE {question.where}")
    return frozenset(cell for row in cursor.fetchall() for cell in row if isinstance(cell, str))


def _one(found: list[tuple[Any, ...]], followed: bool) -> tuple[str | None, Any]:
    """Value and provenance; several rows that say the same are one answer, whose sources are put together."""
    whys = [json.loads(row[1]) for row in found if followed and row[1] is not None]
    values = list(dict.fromkeys(_text(row[0]) for row in found))
    value = values[0] if len(values) == 1 else " | ".join(str(value) for value in values) if values else None
    return value, whys[0] if len(whys) == 1 else {"g": whys} if whys else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _published(connection: duckdb.DuckDBPyConnection, question: Question, contract: TableContract) -> str | None:
    if contract.audience != "public":
        return _one(connection.execute(question.select()).fetchall(), followed=False)[0]
    schema = "meta" if question.table.startswith("meta_") else "main"
    table = question.table.removeprefix("meta_")
    select = question.select(f"{PUBLISHED}.{schema}").replace(f"{schema}.{quoted(question.table)}", f"{schema}.{table}")
    try:
        return _one(connection.execute(select).fetchall(), followed=False)[0]
    except duckdb.Error:  # the release is of another version, and has no such table or column
        return None


def _symbols(connection: duckdb.DuckDBPyConnection, question: Question, contract: TableContract) -> list[str]:
    """Why numbers of the rows asked for are empty in the current release, one for each that is."""
    symbol = symbol_column(question.column)
    if symbol not in contract.symbol_columns:
        return []
    place = f"{PUBLISHED}.main.{quoted(question.table)}"
    try:
        found = connection.execute(
            f"SELECT {quoted(symbol)} FROM {place} AS {quoted(question.table)} "
            f"WHERE ({question.where}) AND {quoted(symbol)} IS NOT NULL"
        ).fetchall()
    except duckdb.Error:  # the release is of another version
        return []
    return [str(row[0]) for row in found]
