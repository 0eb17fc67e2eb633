"""This project's part of the job: ``sciculture run`` as it is installed, and the same steps without Prefect.

python -m peer.own [needed | spend]: what the steps cost; places come from the environment. needed: the release holds
the files that every release needs, and no site, workbooks or further formats. spend: the files of the inbox go once
they lie in the archive, for the sake of the disk where they are large.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from measuring import Measured, whole

from peer.job import Job, totals

# Where what the job asks for stands under another name.
OURS = {"classes": "dsc_class", "by_region": "mart_dsc_by_region", "by_institution": "mart_dsc_by_institution"}


NEEDED, SPEND = "needed", "spend"


def night(outputs: Sequence[str] | None = None, spends: bool = False) -> dict[str, Any]:
    """The steps of ``sciculture run`` one by one, in the places that the environment says.

    Args:
        spends: whether the inbox is emptied once all of it was received; between two steps, so that none takes longer.
    """
    begin = time.perf_counter()
    from sciculture_etl.pipeline.report import Silent
    from sciculture_etl.pipeline.run import Run
    from sciculture_etl.pipeline.steps import Made, Step, take_steps
    from sciculture_etl.settings import Settings

    steps = {"imports": time.perf_counter() - begin}

    def timed(step: Step, work: Any) -> Made:
        begin = time.perf_counter()
        made: Made = work()
        steps[step.name] = time.perf_counter() - begin
        if spends and step.name == "extract":
            _empty(Path(os.environ["SCICULTURE_INBOX"]))
        return made

    begin = time.perf_counter()
    with Run.open(Settings.from_environment(), Silent(), outputs=outputs) as run:
        steps["open"] = time.perf_counter() - begin
        report = take_steps(run, take=timed)
        begin = time.perf_counter()
    steps["close"] = time.perf_counter() - begin
    return {
        "steps": steps,
        "outcome": report.publication.outcome,
        "files": report.read_count,
        "rows": report.rows,
        "answers": report.answers,
    }


def _empty(inbox: Path) -> None:
    for path in inbox.rglob("*"):
        if path.is_file():
            path.unlink()


def measured(inbox: Path, own: Path, spends: bool = False) -> Measured:
    """A night in a process of its own: what it costs, start included, and what it says of itself.

    Args:
        spends: whether the files of the inbox may go once they were received.
    """
    places = {"SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(own / "warehouse")}
    surroundings = os.environ | places | {"PYTHONPATH": str(Path(__file__).parents[1])}
    found = whole([sys.executable, "-m", "peer.own", *([SPEND] if spends else [])], own, surroundings)
    told: Measured = json.loads(found.pop("output").splitlines()[-1])
    return found | told


def made(warehouse: Path, job: Job) -> dict[str, list[int]]:
    """What stands in the warehouse and in the release, as ``Job.expected`` says it."""
    found = {}
    for table in job.tables:
        queries = {table.name: ("warehouse.duckdb", totals(table, f"accepted.{OURS.get(table.name, table.name)}"))}
        queries |= {name: ("sciculture.duckdb", totals(table, OURS[name])) for name in table.summaries if name in OURS}
        for name, (file, query) in queries.items():
            with duckdb.connect(str(warehouse / file), read_only=True) as connection:
                found[name] = [int(value) for value in connection.execute(query).fetchall()[0]]
    return found


if __name__ == "__main__":
    asked = sys.argv[1:]
    print(json.dumps(night(() if asked == [NEEDED] else None, spends=asked == [SPEND])))
