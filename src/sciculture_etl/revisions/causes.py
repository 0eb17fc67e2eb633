"""Why figures differ from those of the release before: told once, at publication, while the build database still knows.

A row of a table differs because of SQL or lists on the way to it, and because of submissions whose rows share its key.
Submissions are looked for in the facts that it is made from, and where none there shares its key, among all of its
year, then among all that could have reached the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.contracts.table_contract import STATUS
from sciculture_etl.load import Warehouse
from sciculture_etl.model import all_statements
from sciculture_etl.model.statements import Statement
from sciculture_etl.model.status import sources_of
from sciculture_etl.revisions.diff import is_about_status
from sciculture_etl.revisions.events import Event, find_events
from sciculture_etl.revisions.lineage import LineagePath, changed_path
from sciculture_etl.revisions.status_causes import explain_status, year_changes
from sciculture_etl.rules import apply_rule, given
from sciculture_etl.settings import sql_text

NOT_RECORDED = "not recorded"
NEEDED = ("marks", "readings", "sources")
MAX_LISTED = 5  # causes named of one row
YEARS = ("program_year", "event_year")
CAUSE = pl.Schema(dict.fromkeys(("table_name", "row_key", "column_name", "cause"), pl.String()))


def _some(causes: Iterable[str]) -> str:
    named = sorted(set(causes))
    return "; ".join(named[:MAX_LISTED]) + (
        f"; and {len(named) - MAX_LISTED:,} more" if len(named) > MAX_LISTED else ""
    )


def explain_causes(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    before: dict[str, Any],
    after: dict[str, Any],
    differences: pl.DataFrame,
) -> pl.DataFrame:
    """What differs → ``CAUSE``, a row a row that differs, and one a line about the status of rows (``column_name``).

    Args:
        before, after: manifests; one made before they held what is needed here gives ``not recorded``.
    """
    of_rows = _causes_of_rows(
        warehouse, contracts, table_contracts, before, after, differences.filter(~is_about_status())
    )
    causes: list[tuple[str | None, ...]] = [(table, key, None, cause) for table, key, cause in of_rows.iter_rows()]
    known = "years" in before
    changes = year_changes(before, after) if known else []
    explained = explain_status(
        warehouse.connection, differences.filter(is_about_status()), contracts, table_contracts, changes
    )
    causes += [(table, key, STATUS, _some(named) if known else NOT_RECORDED) for table, key, named in explained]
    return pl.DataFrame(causes, CAUSE, orient="row")


def _causes_of_rows(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    before: dict[str, Any],
    after: dict[str, Any],
    differences: pl.DataFrame,
) -> pl.DataFrame:
    connection = warehouse.connection
    connection.execute("CREATE OR REPLACE TEMP TABLE found (table_name VARCHAR, row_key VARCHAR, cause VARCHAR)")
    unknown = NOT_RECORDED
    with given(connection, difference=differences):
        if all(part in before for part in NEEDED):
            _Search(warehouse, contracts, table_contracts, before, after).search()
            unknown = "unknown" if before["versions"]["code"] == after["versions"]["code"] else "software"
        wording = pl.DataFrame({"unknown": [unknown], "named": [MAX_LISTED]})
        return apply_rule(connection, "cause_of_row", wording=wording)


class _Search:
    def __init__(
        self,
        warehouse: Warehouse,
        contracts: dict[str, Contract],
        table_contracts: dict[str, TableContract],
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        self.warehouse = warehouse
        self._kept = 0
        self.table_contracts = table_contracts
        self.before = before
        self.after = after
        self.statements = all_statements()
        self.contracts = contracts
        self.events = find_events(warehouse, before, after, contracts)
        rows = warehouse.rows("SELECT DISTINCT table_name FROM difference ORDER BY ALL")
        self.tables = [row["table_name"] for row in rows if row["table_name"] in self.statements]

    def search(self) -> None:
        sources = self.before["sources"] | self.after["sources"]
        paths = {
            name: changed_path(name, self.before["marks"], self.after["marks"], self.statements, sources)
            for name in self.tables
        }
        facts = {
            name: self.statements[name]
            for name in sorted({name for path in paths.values() for name in path.tables})
            if name in self.table_contracts and self.table_contracts[name].by_submission
        }
        self._note_events()
        self._note_facts(facts)
        for name, path in paths.items():
            for reason in path.reasons:
                self._for_all(name, reason)
            for fact in sorted(path.tables & facts.keys()):
                self._by_key(name, facts[fact])
            if not path.reasons:
                self._by_year(name, path)
                self._by_table(name, path)
            self._by_closing(name)

    def _note_events(self) -> None:
        schema = {"submission_id": pl.String, "dataset": pl.String, "program_year": pl.Int64, "cause": pl.String}
        rows = [(e.submission_id, e.dataset, e.program_year, e.cause) for e in self.events]
        self._keep("event", pl.DataFrame(rows, schema, orient="row"))

    def _keep(self, name: str, frame: pl.DataFrame) -> None:
        # A name of its own each time: the engine keeps what it knows of a file by its name, size and second.
        self._kept += 1
        path = self.warehouse.staging / f"{name}-{self._kept}.parquet"
        frame.write_parquet(path)
        self.warehouse.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM read_parquet({sql_text(path)})"
        )
        path.unlink()

    def _note_facts(self, facts: dict[str, Statement]) -> None:
        """``touched_<fact>``: the keys of the rows that submissions with an event have in a fact, or had."""
        grain = {column for name in self.tables for column in self.table_contracts[name].grain}
        wanted = {
            name: ", ".join(
                f'"{c}"' for c in self.table_contracts[name].columns if c in grain | {*YEARS, "submission_id"}
            )
            for name in facts
        }
        for name, columns in wanted.items():
            self.warehouse.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE touched_{name} AS "
                f'SELECT DISTINCT {columns} FROM "{name}" SEMI JOIN event USING (submission_id)'
            )
        gone = sorted({event.submission_id for event in self.events if event.gone})
        if not gone:
            return
        for name, frame in self._as_if_in_force(gone, facts, wanted).items():
            self._keep("gone_rows", frame)
            self.warehouse.connection.execute(f"INSERT INTO touched_{name} BY NAME SELECT * FROM gone_rows")

    def _as_if_in_force(
        self, gone: list[str], facts: dict[str, Statement], wanted: dict[str, str]
    ) -> dict[str, pl.DataFrame]:
        """What the facts' own SQL makes of submissions that no longer count, in a transaction that is taken back."""
        listed = ", ".join(f"'{submission_id}'" for submission_id in gone)
        connection, found = self.warehouse.connection, {}
        connection.execute("BEGIN")
        try:
            connection.execute("DELETE FROM log.in_force")
            connection.execute(
                "INSERT INTO log.in_force SELECT * EXCLUDE (row_count) FROM log.version "
                f"SEMI JOIN log.submission USING (submission_id, reading) WHERE submission_id IN ({listed})"
            )
            for name, fact in facts.items():
                query = f"SELECT DISTINCT {wanted[name]} FROM ({fact.text}) AS made WHERE submission_id IN ({listed})"
                found[name] = connection.execute(query).pl()
        finally:
            connection.execute("ROLLBACK")
        return found

    def _for_all(self, table: str, reason: str) -> None:
        self.warehouse.connection.execute(
            "INSERT INTO found SELECT DISTINCT table_name, row_key, ? FROM difference WHERE table_name = ?",
            [reason, table],
        )

    def _by_key(self, table: str, fact: Statement) -> None:
        has = self.table_contracts[fact.table].columns
        shared = [(i, column) for i, column in enumerate(self.table_contracts[table].grain, start=1) if column in has]
        if not shared:
            return
        same = " AND ".join(f'd.key[{i}] IS NOT DISTINCT FROM CAST(f."{column}" AS VARCHAR)' for i, column in shared)
        datasets = ", ".join(
            f"'{name.partition('.')[2]}'" for name in sorted(fact.inputs) if name.startswith("accepted.")
        )
        of_year = "".join(f" AND e.program_year = f.{year}" for year in YEARS[:1] if year in has)
        self.warehouse.connection.execute(
            f"INSERT INTO found SELECT DISTINCT d.table_name, d.row_key, e.cause "
            f"FROM (SELECT DISTINCT table_name, row_key, key FROM difference WHERE table_name = ?) AS d "
            f"JOIN touched_{fact.table} AS f ON {same} "
            f"JOIN event AS e ON e.submission_id = f.submission_id AND e.dataset IN ({datasets}){of_year}",
            [table],
        )

    def _reaching(self, path: LineagePath) -> list[Event]:
        direct = [event for event in self.events if event.dataset in path.datasets]
        return direct or (self.events if None in path.datasets else [])

    def _by_year(self, table: str, path: LineagePath) -> None:
        place = next((i for i, c in enumerate(self.table_contracts[table].grain, start=1) if c in YEARS), None)
        if place is None:
            return
        causes = defaultdict(list)
        for event in self._reaching(path):
            causes[event.program_year].append(event.cause)
        for year, named in causes.items():
            self._where_none_is_known(table, _some(named), f"key[{place}] = '{year}'")

    def _by_table(self, table: str, path: LineagePath) -> None:
        if named := _some(event.cause for event in self._reaching(path)):
            self._where_none_is_known(table, named, "true")

    def _by_closing(self, table: str) -> None:
        """Numbers that are shown once their year is closed, and no longer once it is opened again."""
        stated, grain = self.table_contracts[table].disclosure, self.table_contracts[table].grain
        changes = year_changes(self.before, self.after) if "years" in self.before else []
        for one in stated.sums if stated and changes else ():
            if not one.only_closed_years:
                continue
            sources = sources_of(self.statements[one.of], self.statements, self.contracts, self.table_contracts)
            datasets = {source.dataset for source in sources}
            year = next(name for name, cell in one.by.items() if cell == YEARS[0])
            meant = [f"key[{grain.index(name) + 1}] = {sql_text(value)}" for name, value in one.where.items()]
            for change in changes:
                if change.dataset in datasets:
                    of_year = f"key[{grain.index(year) + 1}] = '{change.program_year}'"
                    self._where_none_is_known(table, change.cause, " AND ".join([of_year, *meant]))

    def _where_none_is_known(self, table: str, cause: str, condition: str) -> None:
        self.warehouse.connection.execute(
            "INSERT INTO found SELECT DISTINCT table_name, row_key, ? FROM difference AS d "
            f"WHERE table_name = ? AND {condition} AND NOT EXISTS (SELECT 1 FROM found AS f "
            "WHERE f.table_name = d.table_name AND f.row_key IS NOT DISTINCT FROM d.row_key)",
            [cause, table],
        )
