"""Who takes part: how each prepares, which command is measured, and where what it made is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from peer import own
from peer.job import RESULT, Job, totals
from peer.project import write_project

FLOOR, JOB_IN_SQL, PANDAS, POLARS, DBT = "floor", "job in DuckDB", "pandas + pandera", "Polars + pandera", "dbt-duckdb"
SQLMESH, DLT, OURS, STEPS = "SQLMesh", "dlt + dbt", "sciculture run", "sciculture run, without Prefect"
# What peers make, too, and no more: databases, Parquet and manifest; no site, no workbooks, no answers' pages.
NEEDED = "its steps, needed files alone"

QUIET = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "RUNTIME__DLTHUB_TELEMETRY": "false",
         "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "NO_COLOR": "1"}  # fmt: skip


@dataclass(frozen=True)
class Participant:
    """One who does the job.

    Attributes:
        environment: its list of packages; ``None``: this project's own.
        commands: given its interpreter, the file of the job and a folder of its own; one after the other.
        project: the template of its project.
        schema: where its tables lie in ``result.duckdb``; ``None``: in a warehouse of this project.
        is_peer: stands in the table of ratios.
        next_time: what is measured instead of ``commands`` where its tables are there already.
    """

    name: str
    environment: str | None
    commands: Callable[[Path, Path, Path], list[list[str]]]
    project: str | None = None
    schema: str | None = "main"
    is_peer: bool = True
    next_time: Callable[[Path, Path, Path], list[list[str]]] | None = None

    def again(self) -> Participant:
        return replace(self, commands=self.next_time or self.commands)

    def prepare(self, job: Job, folder: Path) -> None:
        if self.project:
            write_project(self.project, job, folder)

    def surroundings(self, job: Job, folder: Path) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SCICULTURE_", "PREFECT_"))}
        if self.schema is None:
            kept |= {"SCICULTURE_INBOX": job.inbox, "SCICULTURE_WAREHOUSE": str(folder / "warehouse")}
        return kept | QUIET | {"PYTHONPATH": str(Path(__file__).parents[1])}

    def made(self, job: Job, folder: Path) -> dict[str, list[int]]:
        """Rows and sums of all that the job asks for."""
        if self.schema is None:
            return own.made(folder / "warehouse", job)
        found = {}
        with duckdb.connect(str(folder / RESULT), read_only=True) as connection:
            for table in job.tables:
                for name in [table.name, *(table.summaries if self.name != FLOOR else [])]:
                    row = connection.execute(totals(table, f"{self.schema}.{name}")).fetchall()[0]
                    found[name] = [int(value) for value in row]
        return found


def _script(module: str, *more: str) -> Callable[[Path, Path, Path], list[list[str]]]:
    return lambda python, job, folder: [[str(python), "-m", f"peer.{module}", str(job), str(folder), *more]]


def _tool(*arguments: str) -> Callable[[Path, Path, Path], list[list[str]]]:
    return lambda python, job, folder: [[str(python.with_name(arguments[0])), *arguments[1:]]]


def _dlt(python: Path, job: Path, folder: Path) -> list[list[str]]:
    return _script("dlt_load")(python, job, folder) + _tool("dbt", "build")(python, job, folder)


PARTICIPANTS = [
    Participant(FLOOR, None, _script("floor"), is_peer=False),
    Participant(OURS, None, _tool("sciculture", "run", "--json"), schema=None, is_peer=False),
    Participant(JOB_IN_SQL, None, _script("floor", "--job")),
    Participant(POLARS, "polars", _script("polars_pandera")),
    Participant(PANDAS, "pandas", _script("pandas_pandera")),
    Participant(DBT, "dbt", _tool("dbt", "build"), project="dbt"),
    Participant(SQLMESH, "sqlmesh", _tool("sqlmesh", "plan", "--auto-apply", "--no-prompts"), project="sqlmesh",
                schema="peers", next_time=_tool("sqlmesh", "run", "--ignore-cron")),
    Participant(DLT, "dlt", _dlt, project="dlt"),
    Participant(STEPS, None, _script("own"), schema=None, is_peer=False),
    Participant(NEEDED, None, lambda python, *_: [[str(python), "-m", "peer.own", "needed"]], schema=None,
                is_peer=False),
]  # fmt: skip
