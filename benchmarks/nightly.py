"""What a night costs: a million class rows in 300 mixed files, a quiet night, a night with one changed file.

    .venv/bin/python benchmarks/nightly.py [--rows 1000000] [--repeat 3] [--folder DIR] [--json FILE]

Speed is told as a ratio to a peer that is measured in the same run on the same rows: DuckDB's ``read_csv`` with given
column types over clean UTF-8 files into a table on disk, and fastexcel alone over the same workbooks. Everything runs
in a process of its own; times are the median of the repeats, memory the largest seen. Times are without the start of
Python and its imports, which are shown apart, but with Great Expectations', which is part of the work.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import Measured, child, measure, repeated, tell

ROWS_A_SCALE = 5_500
INSTITUTIONS = 75  # four files each
COLUMNS = {
    "institution_name": "VARCHAR", "term": "TINYINT", "class_name": "VARCHAR", "class_no": "BIGINT",
    "class_track": "VARCHAR", "target_group": "VARCHAR", "facility_name": "VARCHAR", "sido_name": "VARCHAR",
    "sigungu_name": "VARCHAR", "eupmyeondong_name": "VARCHAR", "session_count": "BIGINT",
    "beneficiary_count": "BIGINT", "attendance_count": "BIGINT",
}  # fmt: skip
PARTS = ("csv", "xlsx", "all")


# What is measured. Each runs in a child process and returns what it wants told beside its seconds.


def make_sample(folder: Path, rows: int) -> Measured:
    from sciculture_sample import write_sample

    everything = folder / "all"
    scale = max(1, round(rows / ROWS_A_SCALE))
    write_sample(everything, scale=scale, institutions=INSTITUTIONS, datasets=["dsc_class"])
    for path in everything.rglob("*.*"):
        if path.suffix[1:] in PARTS and path.is_file():
            beside = folder / path.suffix[1:] / path.relative_to(everything)
            beside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, beside)
    return {}


def write_clean(build_database: Path, folder: Path) -> Measured:
    """The accepted rows as clean CSV, one file a submission: what the floor reads."""
    import duckdb

    with duckdb.connect(str(build_database), read_only=True) as connection:
        rows = connection.sql(f"SELECT submission_id, {', '.join(COLUMNS)} FROM store.dsc_class").pl()
    folder.mkdir(parents=True)
    for (submission,), part in rows.group_by("submission_id", maintain_order=True):
        part.drop("submission_id").write_csv(folder / f"{submission}.csv")
    return {"rows": rows.height}


def read_floor(clean: Path, database: Path) -> Measured:
    import duckdb

    begin = time.perf_counter()
    columns = ", ".join(f"'{name}': '{dtype}'" for name, dtype in COLUMNS.items())
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"CREATE TABLE classes AS SELECT * FROM read_csv('{clean}/*.csv', columns = {{{columns}}}, header = true, "
            "auto_detect = false, delim = ',', quote = '\"')"
        )
    return {"seconds": time.perf_counter() - begin}


def read_workbooks(inbox: Path) -> Measured:
    import fastexcel

    paths = sorted(inbox.rglob("*.xlsx"))
    begin = time.perf_counter()
    for path in paths:
        try:
            reader = fastexcel.read_excel(path)
        except fastexcel.FastExcelError:
            continue  # planted: a file that is no workbook
        for index in range(len(reader.sheet_names)):
            reader.load_sheet(index).to_polars()
    return {"seconds": time.perf_counter() - begin}


def run_night(inbox: Path, warehouse: Path) -> Measured:
    from sciculture_etl.pipeline import Run
    from sciculture_etl.settings import Settings

    begin = last = time.perf_counter()
    steps: dict[str, float] = {}
    with Run.open(Settings(inbox=str(inbox), warehouse=warehouse)) as run:
        for step in ("open", "extract", "read_and_load", "accept", "model", "publish"):
            if step != "open":
                getattr(run, step)()
            steps[step] = time.perf_counter() - last
            last = time.perf_counter()
    seconds = time.perf_counter() - begin
    report = run.report  # complete once the run is closed
    measured = {"outcome": report.publication.outcome, "files": report.read_count, "rows": report.rows}
    return {"seconds": seconds, "steps": steps} | measured


MEASURES: dict[str, Callable[..., Measured]] = {
    f.__name__: f for f in (make_sample, write_clean, read_floor, read_workbooks, run_night)
}


def run_console(inbox: Path, warehouse: Path) -> Measured | None:
    """The same through ``sciculture run``, below Prefect; None where the command isn't there or fails."""
    command = Path(sys.executable).with_name("sciculture")
    if not command.exists():
        return None
    moved = os.environ | {"SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(warehouse)}
    begin = time.perf_counter()
    done = subprocess.run([command, "run", "--json"], env=moved, stdout=subprocess.PIPE, text=True)
    wall = time.perf_counter() - begin
    try:
        measured = json.loads(done.stdout)["seconds"]
    except (ValueError, KeyError, TypeError):
        return None
    return {"wall": wall, "startup": measured["startup"], "work": measured["work"]}


def drop_a_row(inbox: Path, nth: int) -> None:
    """Changes the nth CSV file that has plain bytes: one row from its middle is gone."""
    plain = [path for path in sorted(inbox.rglob("*.csv")) if b"\x00" not in path.read_bytes()]
    path = plain[nth * 7 % len(plain)]
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[len(lines) // 2]
    path.write_bytes(b"".join(lines))


def benchmark(folder: Path, rows: int, repeat: int) -> Measured:
    tell("writing the sample")
    inboxes = folder / "inbox"
    measure(__file__, "make_sample", inboxes, rows)
    result: Measured = {"rows": rows, "repeat": repeat, "cores": os.cpu_count()}
    for part in PARTS:

        def night(number: int, part: str = part) -> Measured:
            shutil.rmtree(folder / f"warehouse-{part}", ignore_errors=True)
            return measure(__file__, "run_night", inboxes / part, folder / f"warehouse-{part}")

        def floor(number: int, part: str = part) -> Measured:
            return measure(__file__, "read_floor", folder / f"clean-{part}", folder / f"floor-{part}-{number}.duckdb")

        tell(f"files to published release: {part}")
        result[part] = repeated(repeat, night)
        result[part]["clean_rows"] = measure(
            __file__, "write_clean", folder / f"warehouse-{part}" / "warehouse.duckdb", folder / f"clean-{part}"
        )["rows"]
        tell(f"floor: {part}")
        result[part]["floor"] = repeated(repeat, floor)
    tell("fastexcel alone")
    result["xlsx"]["fastexcel"] = repeated(repeat, lambda number: measure(__file__, "read_workbooks", inboxes / "xlsx"))
    tell("quiet night, and one changed file")
    inbox, warehouse = inboxes / "all", folder / "warehouse-all"

    def changed(number: int) -> Measured:
        drop_a_row(inbox, number)
        return measure(__file__, "run_night", inbox, warehouse)

    result["quiet"] = repeated(repeat, lambda number: measure(__file__, "run_night", inbox, warehouse))
    result["changed"] = repeated(repeat, changed)
    tell("the same through the console")
    result["quiet"]["console"] = run_console(inbox, warehouse)
    if result["quiet"]["console"]:
        drop_a_row(inbox, repeat)
        result["changed"]["console"] = run_console(inbox, warehouse)
    return result


def show(result: Measured) -> None:
    titles = {
        "csv": "CSV files → release", "xlsx": "XLSX files → release", "all": "all files → release",
        "quiet": "night with nothing new", "changed": "night with one changed file",
    }  # fmt: skip
    print(f"{result['rows']:,} rows, {result['cores']} cores, median of {result['repeat']}; seconds\n")
    steps = ("open", "extract", "read_and_load", "accept", "model", "publish")
    heads = "".join(f"{step:>14}" for step in steps)
    print(f"{'':28}{'time':>7}{'floor':>7}{'ratio':>7}{heads}{'CPU s':>7}{'peak MiB':>10}")
    for key, title in titles.items():
        row = result[key]
        floor = row.get("floor")
        beside = f"{floor['seconds']:7.2f}{row['seconds'] / floor['seconds']:6.2f}×" if floor else " " * 14
        print(
            f"{title:28}{row['seconds']:7.2f}{beside}"
            + "".join(f"{row['steps'][step]:14.2f}" for step in steps)
            + f"{row['cpu']:7.1f}{row['peak_mib']:10,.0f}"
        )
    books = result["xlsx"]
    alone = books["fastexcel"]["seconds"]
    ratio = books["seconds"] / alone
    print(f"\nXLSX read by fastexcel alone, nothing checked or loaded: {alone:.2f} s; to the release {ratio:.2f}×")
    print(f"rows read {result['all']['rows']['read']:,}, in the floor {result['all']['clean_rows']:,}")
    starts = statistics.median(result[key]["start"] for key in titles)
    print(f"start of Python and imports, not counted above: {starts:.2f} s")
    floor = result["all"]["floor"]
    print(f"floor over all rows: {floor['cpu']:.1f} CPU seconds, peak {floor['peak_mib']:,.0f} MiB")
    for key in ("quiet", "changed"):
        console = result[key].get("console")
        if console:
            print(
                f"{titles[key]} through `sciculture run`: {console['work']:.2f} s of work, Prefect's start-up "
                f"{console['startup']:.2f} s, in all {console['wall']:.2f} s"
            )


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(MEASURES, *sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the sample and warehouses go; a temporary folder otherwise")
    parser.add_argument("--json", type=Path, help="also write all that was measured to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sciculture-nightly-", dir=options.folder) as made:
        result = benchmark(Path(made), options.rows, options.repeat)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
