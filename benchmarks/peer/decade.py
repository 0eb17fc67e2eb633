"""Ten years of the sample for this project, and for its peers what it accepted of each file, as clean CSV."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from peer.job import Job, Table, totals

if TYPE_CHECKING:
    from sciculture_etl.contracts.contract import Contract


def job(folder: Path) -> Job:
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder)
        (folder / ".ready").touch()
    return Job.read(folder / "job.json")


def _make(folder: Path) -> None:
    from sciculture_etl.contracts import load_contracts
    from sciculture_sample import write_sample

    print("… writing ten years, and what is accepted of them as clean CSV", file=sys.stderr, flush=True)
    inbox = folder / "inbox"
    write_sample(inbox, years=range(2016, 2026))
    places = {"SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(folder / "warehouse")}
    command = [str(Path(sys.executable).with_name("sciculture")), "run", "--json"]
    done = subprocess.run(command, env=os.environ | places, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 3):  # 3: published, something was rejected
        raise SystemExit(f"sciculture run ended with {done.returncode}")
    tables: list[Table] = []
    expected: dict[str, list[int]] = {}
    with duckdb.connect(str(folder / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        for dataset, contract in load_contracts().items():
            _convert(connection, dataset, contract, folder / "clean", tables, expected)
    Job(str(inbox), tables, expected).write(folder / "job.json")
    shutil.rmtree(folder / "warehouse")


def _convert(
    connection: duckdb.DuckDBPyConnection, dataset: str, contract: Contract, folder: Path,
    tables: list[Table], expected: dict[str, list[int]],
) -> None:  # fmt: skip
    """Each submission's accepted rows as a file of its own; rows are numbered, since one of a form may give several."""
    query = (
        "SELECT submission_id, row_number() OVER (PARTITION BY submission_id) AS row_no, * EXCLUDE (submission_id) "
        f"FROM accepted.{dataset}"
    )
    relation = connection.sql(query)
    columns = {
        name: "VARCHAR" if str(kind).endswith("[]") else str(kind)
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if name not in ("part", "source_row", "partition_key")
    }
    casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    frame = connection.sql(f"SELECT {casts} FROM ({query})").pl()
    for (submission,), rows in frame.partition_by("submission_id", as_dict=True).items():
        path = folder / dataset / str(submission) / "rows.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_csv(path)
    fields = contract.fields
    measures = [name for name, kind in columns.items() if kind == "BIGINT" and name in fields]
    bounds = {name: fields[name].between for name in measures}
    ranges = {name: (int(bound[0]), int(bound[1])) for name, bound in bounds.items() if bound}
    table = Table(
        name=dataset,
        files=f"{folder / dataset}/*/*.csv",
        columns=columns,
        required=[name for name in columns if not frame[name].null_count()],
        ranges=ranges,
        key=["submission_id", "row_no"],
        measures=measures,
        summaries={f"{dataset}_by_year": ["program_year"]},
    )
    tables.append(table)
    expected[dataset] = _row(connection, totals(table, f"accepted.{dataset}"))
    years = connection.execute(f"SELECT count(DISTINCT program_year) FROM accepted.{dataset}").fetchall()[0][0]
    expected[f"{dataset}_by_year"] = [years, *expected[dataset][1:]]


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [int(value) for value in connection.execute(query).fetchall()[0]]
