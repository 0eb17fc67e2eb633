"""What the whole way costs, from files to release and answers, beside its peers in the same run.

    .venv/bin/python benchmarks/whole_way.py [--rows 1000000] [--repeat 3] [--only NAME ...] [--folder DIR]

million: the same clean rows in 300 CSV files for all: DuckDB's ``read_csv`` with given types (the floor), pandas with
pandera (an environment of its own, made once), and a night of ours with its answers. books: the same rows in 300
workbooks, beside fastexcel alone. decade: ten years of the sample, 3,046 mixed files. quiet, one: a night with nothing
new among 12,000 files, and with one new file among them.

Every measure runs in a process of its own. Times are medians; memory is the most that all processes
held together. Start: Python and its imports, shown apart. The rows are invented.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

FILES = 300
SMALL_FILES = 9_000
HEADER = [
    "기관명", "사업연도", "기수", "강좌명", "반", "교육장명", "시도", "시군구", "읍면동", "운영횟수",
    "수혜자수(순인원)", "연인원",
]  # fmt: skip
COLUMNS = {
    "institution_name": "VARCHAR", "program_year": "SMALLINT", "term": "TINYINT", "class_name": "VARCHAR",
    "class_no": "BIGINT", "facility_name": "VARCHAR", "sido_name": "VARCHAR", "sigungu_name": "VARCHAR",
    "eupmyeondong_name": "VARCHAR", "session_count": "BIGINT", "beneficiary_count": "BIGINT",
    "attendance_count": "BIGINT",
}  # fmt: skip
PLACES = [
    ("서울특별시", "종로구", "삼청동"), ("서울특별시", "양천구", "신정동"), ("부산광역시", "해운대구", "우동"),
    ("대전광역시", "유성구", "궁동"), ("경기도", "파주시", "금촌동"), ("강원도", "춘천시", "석사동"),
    ("전라남도", "순천시", "조례동"), ("제주특별자치도", "제주시", "노형동"),
]  # fmt: skip
PEER = ["pandas==2.3.3", "pandera==0.26.1"]


def rows_of(number: int, count: int) -> Iterator[list[Any]]:
    """Of one file: one term of one of 75 institutions."""
    centre, term = divmod(number, 4)
    for n in range(count):
        net = n % 30 + 1
        place = PLACES[(centre + n // 400) % len(PLACES)]
        names = f"가상 강좌 {n // 20}", n % 20 + 1, f"가상 교육장 {centre}-{n // 400}"
        yield [f"가상센터{centre:02}", 2022, term + 1, *names, *place, 12, net, net * 12]


def place_of(folder: Path, number: int, kind: str) -> Path:
    path = folder / f"가상센터{number // 4:02}" / f"강좌_2022_{number % 4 + 1}기.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_csv(folder: Path, number: int, rows: Iterable[list[Any]]) -> Path:
    path = place_of(folder, number, "csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(chain([HEADER], rows))
    return path


def write_workbook(folder: Path, number: int, rows: Iterable[list[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(place_of(folder, number, "xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("강좌")
        for at, row in enumerate(chain([HEADER], rows)):
            sheet.write_row(at, 0, row)


def write_files(folder: Path, rows: int, kind: str) -> None:
    for number in range(FILES):
        count = rows * (number + 1) // FILES - rows * number // FILES
        (write_csv if kind == "csv" else write_workbook)(folder, number, rows_of(number, count))


# What a child process runs: (inbox, place of its own) → what it wants told beside its seconds.


def floor(inbox: Path, own: Path) -> dict[str, Any]:
    import duckdb

    begin = time.perf_counter()
    columns = ", ".join(f"'{name}': '{dtype}'" for name, dtype in COLUMNS.items())
    with duckdb.connect(str(own / "floor.duckdb")) as connection:
        connection.execute(
            f"CREATE TABLE classes AS SELECT * FROM read_csv('{inbox}/*/*.csv', columns = {{{columns}}}, "
            "header = true, auto_detect = false, delim = ',', quote = '\"')"
        )
    return {"seconds": time.perf_counter() - begin}


def fastexcel_alone(inbox: Path, own: Path) -> dict[str, Any]:
    import fastexcel

    begin = time.perf_counter()
    for path in sorted(inbox.rglob("*.xlsx")):
        fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    return {"seconds": time.perf_counter() - begin}


def night(inbox: Path, own: Path) -> dict[str, Any]:
    from sciculture_etl.pipeline.report import Silent
    from sciculture_etl.pipeline.run import Run
    from sciculture_etl.pipeline.steps import Made, Step, take_steps
    from sciculture_etl.quality.suites import preload
    from sciculture_etl.settings import Settings

    preload()  # as the command does while Prefect starts

    steps: dict[str, float] = {}

    def timed(step: Step, work: Any) -> Made:
        begin = time.perf_counter()
        made: Made = work()
        steps[step.name] = round(time.perf_counter() - begin, 3)
        return made

    begin = time.perf_counter()
    with Run.open(Settings(inbox=str(inbox), warehouse=own / "warehouse"), Silent()) as run:
        steps["open"] = round(time.perf_counter() - begin, 3)
        report = take_steps(run, take=timed)
    seconds = time.perf_counter() - begin
    told = {"outcome": report.publication.outcome, "files": report.read_count, "rows": report.rows}
    return {"seconds": seconds, "steps": steps, "answers": report.answers, **told}


# Of the peer, in an environment of its own: it reads, checks types, ranges, sets and uniqueness, and writes a table.
PANDERA = """
import sys, time, glob, json
begin = time.perf_counter()
import pandas as pd, pandera.pandas as pa
start = time.perf_counter() - begin
names = json.loads(sys.argv[2])
whole, text = pa.Column(int), pa.Column(str)
schema = pa.DataFrameSchema({
    "institution_name": text, "program_year": pa.Column(int, pa.Check.in_range(2000, 2100)),
    "term": pa.Column(int, pa.Check.in_range(1, 4)), "class_name": text, "class_no": whole, "facility_name": text,
    "sido_name": text, "sigungu_name": text, "eupmyeondong_name": text,
    "session_count": pa.Column(int, pa.Check.in_range(0, 400)),
    "beneficiary_count": pa.Column(int, pa.Check.in_range(0, 2000)), "attendance_count": pa.Column(int, pa.Check.ge(0)),
}, unique=["institution_name", "program_year", "term", "facility_name", "class_name", "class_no"])
begin = time.perf_counter()
frames = [pd.read_csv(path, header=0, names=names) for path in sorted(glob.glob(sys.argv[1] + "/*/*.csv"))]
checked = schema.validate(pd.concat(frames, ignore_index=True), lazy=True)
checked.to_pickle(sys.argv[3])
print(json.dumps({"seconds": time.perf_counter() - begin, "start": start}))
"""


def pandera(folder: Path, inbox: Path, own: Path) -> list[str]:
    """The command that runs the peer; makes its environment where there is none."""
    python = folder / "peer" / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "peer"], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *PEER], check=True)
    return [str(python), "-c", PANDERA, str(inbox), json.dumps(list(COLUMNS)), str(own / "checked.pickle")]


class Watched:
    """What a process and all that come from it use, looked at twenty times a second.

    Attributes:
        peak: bytes that they held together.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._ticks: dict[int, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        """CPU seconds of all of them."""
        self._done.set()
        self._thread.join()
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            total, waiting = 0, [self._pid]
            while waiting:
                pid = waiting.pop()
                try:
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
                    self._ticks[pid] = int(fields[11]) + int(fields[12])
                    # Of what several share, each its part.
                    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    total += 1024 * int(rollup.partition("\nPss:")[2].split()[0])
                    for task in Path(f"/proc/{pid}/task").iterdir():
                        waiting += map(int, (task / "children").read_text().split())
                except (OSError, ValueError, IndexError):
                    continue  # it has just ended
            self.peak = max(self.peak, total)


def measured(command: list[str]) -> dict[str, Any]:
    """What a command prints as JSON, with the CPU seconds of all its processes and the most memory that they held."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watched = Watched(process.pid)
        output, _ = process.communicate()
        cpu = watched.end()
    if process.returncode:
        raise SystemExit(f"{command[:4]} failed")
    whole = time.perf_counter() - begin
    told = json.loads(output.splitlines()[-1])
    found = {"cpu": cpu, "peak_mib": watched.peak / 1024**2, "start": whole - told["seconds"], "whole": whole}
    found |= told
    return found


def own_command(measure: str, inbox: Path, own: Path) -> list[str]:
    return [sys.executable, __file__, "--child", measure, str(inbox), str(own)]


class Bench:
    def __init__(self, folder: Path, rows: int, repeat: int) -> None:
        self.folder, self.rows, self.repeat = folder, rows, repeat
        self.results: dict[str, list[dict[str, Any]]] = {}

    def own(self) -> Path:
        place = self.folder / "own"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place

    def inbox(self, kind: str) -> Path:
        place = self.folder / kind
        if not place.exists():
            print(f"… writing {kind}", file=sys.stderr, flush=True)
            write_files(place, self.rows, kind)
        return place

    def note(self, name: str, command: list[str]) -> None:
        self.results.setdefault(name, []).append(measured(command))
        print(f"… {name}: {self.results[name][-1]}", file=sys.stderr, flush=True)

    def million(self) -> None:
        """In turn, so that a busy minute meets all of them."""
        inbox = self.inbox("csv")
        for _ in range(self.repeat):
            self.note("floor", own_command("floor", inbox, self.own()))
            own = self.own()
            self.note("pandas + pandera", pandera(self.folder, inbox, own))
            self.note("files → release and answers", own_command("night", inbox, self.own()))

    def books(self) -> None:
        inbox = self.inbox("xlsx")
        for _ in range(self.repeat):
            self.note("fastexcel alone", own_command("fastexcel_alone", inbox, self.own()))
            self.note("workbooks → release and answers", own_command("night", inbox, self.own()))

    def decade(self) -> None:
        from sciculture_sample import write_sample

        inbox = self.folder / "decade"
        if not inbox.exists():
            print("… writing decade", file=sys.stderr, flush=True)
            write_sample(inbox, years=range(2016, 2026))
        for _ in range(self.repeat):
            self.note("ten years of mixed files", own_command("night", inbox, self.own()))

    def quiet(self) -> None:
        """Ten years of mixed files, and small ones of many institutions, so that 12,000 lie there."""
        from sciculture_sample import write_sample

        inbox, own = self.folder / "many", self.folder / "many-own"
        if not inbox.exists():
            print("… writing many", file=sys.stderr, flush=True)
            write_sample(inbox, years=range(2016, 2026))
            for number in range(SMALL_FILES):
                write_csv(inbox, number, rows_of(number, 10))
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        self.note("first night of 12,000 files", own_command("night", inbox, own))
        for number in range(self.repeat):
            self.note("quiet night", own_command("night", inbox, own))
            new = write_csv(inbox, SMALL_FILES + number * 4, rows_of(SMALL_FILES + number * 4, 100))
            os.utime(new, (time.time() - 3600,) * 2)
            self.note("one new file", own_command("night", inbox, own))
            new.unlink()


MEASURES = {function.__name__: function for function in (floor, fastexcel_alone, night)}
PARTS = ("million", "books", "decade", "quiet")


def show(results: dict[str, list[dict[str, Any]]]) -> None:
    def median(name: str, key: str) -> float:
        return float(statistics.median(run[key] for run in results[name]))

    print(f"\n{'median':40}{'seconds':>9}{'spread':>14}{'CPU s':>8}{'start s':>9}{'peak MiB':>10}  ratio")
    for name, runs in results.items():
        times = sorted(run["seconds"] for run in runs)
        beside = {"workbooks → release and answers": "fastexcel alone"}.get(name, "floor")
        pairs = [a["seconds"] / b["seconds"] for a, b in zip(runs, results.get(beside, []), strict=False)]
        is_beside = name in ("pandas + pandera", "files → release and answers", "workbooks → release and answers")
        ratio = f"{statistics.median(pairs):.2f}× {beside}" if pairs and is_beside else ""
        print(
            f"{name:40}{median(name, 'seconds'):9.2f}{f'{times[0]:.2f}-{times[-1]:.2f}':>14}{median(name, 'cpu'):8.1f}"
            f"{median(name, 'start'):9.2f}{max(run['peak_mib'] for run in runs):10,.0f}  {ratio}"
        )
        if "steps" in runs[-1]:
            print(" " * 8 + ", ".join(f"{step} {seconds:.2f}" for step, seconds in runs[-1]["steps"].items()))


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(MEASURES[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, help="is kept, with what was written for it; a temporary one otherwise")
    parser.add_argument("--json", type=Path, help="also write all that was measured to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sciculture-whole-way-") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, options.rows, options.repeat)
        for part in options.only:
            getattr(bench, part)()
    show(bench.results)
    if options.json:
        options.json.write_text(json.dumps(bench.results, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
