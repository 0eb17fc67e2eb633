"""Builds what changed: a table is rebuilt when its SQL, its promise or the rows it reads are other than before."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import astuple, dataclass, field
from datetime import date

import duckdb

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.errors import ContractError
from sciculture_etl.load import Warehouse
from sciculture_etl.load.layout import views_over_all
from sciculture_etl.model.figures import broken_figure, figures_query, read_figures
from sciculture_etl.model.reference import reference_tables
from sciculture_etl.model.statements import FIGURES, Statement, figures_statement, load_statements, ordered, readers_of
from sciculture_etl.model.status import YearStates, select_with_status, sources_of
from sciculture_etl.project import SQL, Folder
from sciculture_etl.settings import fingerprint

# What the engine can't do by the text of a statement, or with the rows, and not for want of memory, disk or a lake.
FAULTS_OF_SQL = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError, duckdb.IntegrityError)


@dataclass(frozen=True)
class BuiltTable:
    """What a table was made from: made_from covers all, made_by all but the rows accepted; content is what came out.

    Attributes:
        input_fingerprints: JSON of what made_from is made of, by name: its SQL, the macros,
            its table contract, and each table it reads.
    """

    name: str
    made_from: str
    made_by: str
    content: str
    input_fingerprints: str = "{}"


@dataclass
class Model:
    """The modelled tables after a build.

    Attributes:
        fingerprints: of the content of every table as it stands now.
        rebuilt: those made in this run, in order.
        input_fingerprints: of every table, what it is made from, by name.
        why: of each one rebuilt, what is other than before.
    """

    fingerprints: dict[str, str] = field(default_factory=dict)
    rebuilt: list[str] = field(default_factory=list)
    input_fingerprints: dict[str, dict[str, str]] = field(default_factory=dict)
    why: dict[str, list[str]] = field(default_factory=dict)


def _log_fingerprint(warehouse: Warehouse) -> str:
    """Of everything in ``log`` that the operator's tables read. Findings follow from what was read and with what."""
    rows = warehouse.rows(
        """SELECT md5(string_agg(line, '\n' ORDER BY line)) AS lines FROM (
            SELECT 'receipt ' || seq || ' ' || sha256 || ' ' || path || ' ' || received_at AS line FROM log.receipt
            UNION ALL SELECT 'reading ' || submission_id || ' ' || reading FROM log.submission
            UNION ALL SELECT 'withdrawn ' || submission_id || ' ' || decided_at FROM log.withdrawn
            UNION ALL SELECT 'decided ' || kind || ' ' || submission_id || ' ' || decided_at FROM log.decided
            UNION ALL SELECT concat_ws(' ', 'waiting', dataset, submitter, program_year, partition_key, submission_id,
                cause, measure, value_before, value_after) FROM log.waiting
            UNION ALL SELECT concat_ws(' ', 'held', dataset, submitter, program_year, partition_key, submission_id)
                FROM log.held
            UNION ALL SELECT concat_ws(' ', 'closing', closing_no, dataset, program_year, kind, submitter, until,
                decided_at) FROM log.closing
            UNION ALL SELECT concat_ws(' ', 'order', dataset, submitter, program_year, partition_key, submission_id,
                position, decided_by) FROM log.version_order
            UNION ALL SELECT 'in force ' || dataset || ' ' || submitter || ' ' || program_year || ' ' || partition_key
                || ' ' || submission_id FROM log.in_force)"""
    )
    return fingerprint(str(rows[0]["lines"]))


def _accepted_fingerprints(warehouse: Warehouse, datasets: Collection[str]) -> dict[str, str]:
    """Of the partitions that count, by dataset."""
    rows = warehouse.rows(
        """SELECT dataset, md5(string_agg(line, '\n' ORDER BY line)) AS mark FROM (
            SELECT dataset, concat_ws(' ', submitter, program_year, partition_key, submission_id, reading) AS line
            FROM log.in_force) GROUP BY dataset"""
    )
    return dict.fromkeys(datasets, "") | {row["dataset"]: row["mark"] for row in rows}


def _check_table_contract(statement: Statement, table_contract: TableContract | None, columns: dict[str, str]) -> None:
    if table_contract is None:
        raise ContractError(
            f"expectations/curated/{statement.table}.yml is missing: sql/{statement.layer}/{statement.table}.sql makes "
            "this table, and every table is described"
        )
    stated = {name: column.type for name, column in table_contract.exact_columns.items()}
    select = f"sql/{statement.layer}/{statement.table}.sql"
    contract = f"expectations/curated/{statement.table}.yml"
    wrong = []
    for name in {**columns, **stated}:
        if name not in columns and (owner := table_contract.taken_from.get(name)):
            todo = "add it there, or to what the contract leaves out (except)"
            wrong.append(f"{select} lacks {name}, which {contract} takes from {owner}: {todo}")
        elif name not in columns:
            wrong.append(f"{select} lacks {name}, which {contract} states")
        elif name not in stated:
            wrong.append(f"{select} gives {name} ({columns[name]}), which {contract} doesn't state")
        elif columns[name] != stated[name]:
            wrong.append(f"{select} gives {name} as {columns[name]}, which {contract} states as {stated[name]}")
    # The dictionary numbers the columns of published tables.
    if not wrong and table_contract.audience == "public" and list(columns) != list(stated):
        wrong.append(f"{select} gives the columns in another order than {contract}: {', '.join(stated)}")
    if wrong:
        raise ContractError("\n".join(wrong))


def all_statements(folder: Folder = SQL) -> dict[str, Statement]:
    """The SELECTs of ``sql/`` and the check of published figures."""
    return load_statements(folder) | {FIGURES: figures_statement(figures_query(read_figures()))}


def tables_from(datasets: set[str], contracts: dict[str, Contract]) -> set[str]:
    """The tables of the model that rows of these datasets can change."""
    sources = {f"accepted.{dataset}" for dataset in datasets}
    for name, query in views_over_all(contracts).items():
        if name == "dataset_year" or any(f"'{dataset}'" in query for dataset in datasets):
            sources.add(f"accepted.{name}")
    return readers_of(sources, all_statements())


def build_model(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    today: date,
    folder: Folder = SQL,
) -> Model:
    """Makes the tables that changed, in one transaction.

    What reads a table is rebuilt only when that table's rows came out otherwise than before.

    Raises:
        ContractError: Where SQL and promise disagree.
    """
    statements = ordered(all_statements(folder))
    macros = (folder / "macros.sql").read_text(encoding="utf-8")
    known = {row["name"]: BuiltTable(**row) for row in warehouse.rows("SELECT * FROM log.model")}
    reference = reference_tables(folder, contracts, table_contracts, today)
    inputs = {f"reference.{name}": table.fingerprint_of for name, table in reference.items()}
    accepted = _accepted_fingerprints(warehouse, contracts)
    inputs |= {f"accepted.{dataset}": accepted[dataset] for dataset in contracts}
    every = fingerprint(*(f"{name} {value}" for name, value in sorted(inputs.items()) if name.startswith("accepted.")))
    inputs |= {f"accepted.{name}": fingerprint(query, every) for name, query in views_over_all(contracts).items()}
    reported = warehouse.rows("SELECT * FROM accepted.dataset_year ORDER BY ALL")
    inputs["accepted.dataset_year"] = fingerprint(*(f"{row['dataset']} {row['program_year']}" for row in reported))
    log_fingerprint = _log_fingerprint(warehouse)
    made = {name: BuiltTable(name, value, value, value) for name, value in inputs.items()}
    by_name, years = {statement.table: statement for statement in statements}, YearStates(warehouse)
    model = Model()
    with warehouse.transaction() as connection:
        connection.execute(macros)
        for name, table in reference.items():
            before = known.get(f"reference.{name}")
            if before is None or before.made_from != table.fingerprint_of:
                table.load(warehouse)
        for statement in statements:
            table_contract = table_contracts.get(statement.table)
            input_fingerprints = {
                name: log_fingerprint if name.startswith("log.") else made[name].content if name in made else ""
                for name in sorted(statement.inputs)
            }
            input_fingerprints |= {
                "sql": fingerprint(statement.text), "macros": fingerprint(macros),
                "promise": fingerprint(table_contract.model_dump_json() if table_contract else ""),
            }  # fmt: skip
            select = statement.text
            if table_contract and table_contract.has_status:
                sources = sources_of(statement, by_name, contracts, table_contracts)
                select = select_with_status(statement, table_contract, sources)
                # A fact may reach it through a table that comes out the same whatever years its rows are of.
                further = (made[source.table].content for source in sources if source.table not in statement.inputs)
                input_fingerprints["status"] = fingerprint(years.fingerprint_of(sources), *further)
            made_by = _over(
                {name: value for name, value in input_fingerprints.items() if not name.startswith("accepted.")}
            )
            made_from = _over(input_fingerprints)
            model.input_fingerprints[statement.table] = input_fingerprints
            before = known.get(statement.table)
            if before and before.made_from == made_from:
                made[statement.table] = before
                continue
            model.why[statement.table] = _what_differs(before, input_fingerprints)
            if before and before.made_by == made_by and table_contract and table_contract.by_submission:
                _replace_submissions(connection, statement)
            else:
                _make_table(connection, statement, select, table_contract)
            content = _content(connection, statement.table, table_contract)
            made[statement.table] = BuiltTable(
                statement.table, made_from, made_by, content, json.dumps(input_fingerprints)
            )
            model.rebuilt.append(statement.table)
        for gone in known.keys() - made.keys():
            if "." not in gone:
                connection.execute(f'DROP TABLE IF EXISTS "{gone}"')
        connection.execute("DELETE FROM log.model")
        connection.executemany(
            "INSERT INTO log.model VALUES (?, ?, ?, ?, ?)", [list(astuple(m)) for m in made.values()]
        )
        connection.execute("DELETE FROM log.modelled")
        connection.execute("INSERT INTO log.modelled SELECT * FROM log.in_force")
    model.fingerprints = {statement.table: made[statement.table].content for statement in statements}
    return model


def _over(input_fingerprints: dict[str, str]) -> str:
    return fingerprint(*(f"{name} {value}" for name, value in input_fingerprints.items()))


def _what_differs(before: BuiltTable | None, input_fingerprints: dict[str, str]) -> list[str]:
    """Why a table is rebuilt: the names of the marks that are other than they were."""
    known: dict[str, str] = json.loads(before.input_fingerprints) if before else {}
    if not known:
        return ["new"]
    differing = [name for name in {**input_fingerprints, **known} if known.get(name) != input_fingerprints.get(name)]
    # All of the log has one mark.
    return list(dict.fromkeys("log" if name.startswith("log.") else name for name in differing))


# Submissions of which other rows are in force than when the model was last built.
CHANGED = """
SELECT submission_id FROM (
    (FROM log.in_force EXCEPT FROM log.modelled) UNION ALL (FROM log.modelled EXCEPT FROM log.in_force)
)"""


def _replace_submissions(connection: duckdb.DuckDBPyConnection, statement: Statement) -> None:
    changed = [row[0] for row in connection.execute(CHANGED).fetchall()]
    if not changed:
        return
    # Written out, not as a subquery: only then does the engine look for them before it joins.
    listed = ", ".join(f"'{submission_id}'" for submission_id in changed)
    connection.execute(f'DELETE FROM "{statement.table}" WHERE submission_id IN ({listed})')
    connection.execute(
        f'INSERT INTO "{statement.table}" SELECT * FROM ({statement.text}) AS made WHERE submission_id IN ({listed})'
    )


def _content(connection: duckdb.DuckDBPyConnection, table: str, table_contract: TableContract | None) -> str:
    """Fingerprint of a table's rows, in any order, and of what is promised of it."""
    row = connection.execute(
        f'SELECT count(*), bit_xor(hash(rows)), sum(CAST(hash(rows) AS HUGEINT)) FROM "{table}" AS rows'
    ).fetchone()
    return fingerprint(str(row), table_contract.model_dump_json() if table_contract else "")


def _make_table(
    connection: duckdb.DuckDBPyConnection, statement: Statement, select: str, table_contract: TableContract | None
) -> None:
    try:
        connection.execute(f'CREATE OR REPLACE TABLE "{statement.table}" AS {select}')
    except FAULTS_OF_SQL as error:
        if statement.table == FIGURES and (broken := broken_figure(connection, read_figures())):
            raise broken from None
        raise ContractError(f"sql/{statement.layer}/{statement.table}.sql: {str(error).splitlines()[0]}") from None
    # Asked of the table itself: a look into the catalogue goes through the columns of all tables each time.
    described = connection.execute(f'DESCRIBE "{statement.table}"').fetchall()
    columns = {name: dtype for name, dtype, *_ in described}
    _check_table_contract(statement, table_contract, columns)
