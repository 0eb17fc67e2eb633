"""What the whole way costs where no peer has the like: workbooks, and quiet nights over many files.

    .venv/bin/python benchmarks/whole_way.py [--rows 1000000] [--repeat 3] [--only NAME ...] [--folder DIR]

books: the rows of ``benchmarks/peers.py`` in 300 workbooks, beside fastexcel alone. quiet: a first night of 12,000
files, a night with nothing new among them, and one with a single new file.

Every measure is a process of its own: the steps of a run without Prefect, its start included. Times are medians; memory
is the most that all processes held together. The rows are invented.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

from measuring import Measured, tell, whole
from peer import own as project
from peer.million import FILES, HEADER, count_of, place_of, rows_of, write_csv

SMALL_FILES = 9_000
FASTEXCEL = """
import pathlib, sys, fastexcel
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.xlsx")):
    fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
"""


def write_workbooks(folder: Path, rows: int) -> None:
    import xlsxwriter

    for number in range(FILES):
        with xlsxwriter.Workbook(place_of(folder, number, "xlsx"), {"constant_memory": True}) as book:
            sheet = book.add_worksheet("강좌")
            for at, row in enumerate(chain([HEADER], rows_of(number, count_of(number, rows)))):
                sheet.write_row(at, 0, row)


class Bench:
    def __init__(self, folder: Path, rows: int, repeat: int) -> None:
        self.folder, self.rows, self.repeat = folder, rows, repeat
        self.results: dict[str, list[Measured]] = {}

    def note(self, name: str, found: Measured) -> None:
        self.results.setdefault(name, []).append(found)
        tell(f"{name}: {found['seconds']:.2f} s, {found['cpu']:.1f} CPU s")

    def night(self, name: str, inbox: Path, own: Path) -> None:
        self.note(name, project.measured(inbox, own))

    def own(self, name: str = "own") -> Path:
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place

    def books(self) -> None:
        inbox = self.folder / "xlsx"
        if not inbox.exists():
            tell("writing workbooks")
            write_workbooks(inbox, self.rows)
        for _ in range(self.repeat):
            self.note("fastexcel alone", whole([sys.executable, "-c", FASTEXCEL, str(inbox)], self.folder))
            self.night("workbooks → release and answers", inbox, self.own())

    def quiet(self) -> None:
        """Ten years of mixed files, and small ones of many institutions, so that 12,000 lie there."""
        from sciculture_sample import write_sample

        inbox, own = self.folder / "many", self.own("many-own")
        if not inbox.exists():
            tell("writing many files")
            write_sample(inbox, years=range(2016, 2026))
            for number in range(SMALL_FILES):
                write_csv(inbox, number, rows_of(number, 10))
        self.night("first night of 12,000 files", inbox, own)
        for number in range(self.repeat):
            self.night("quiet night", inbox, own)
            new = write_csv(inbox, SMALL_FILES + number * 4, rows_of(SMALL_FILES + number * 4, 100))
            os.utime(new, (time.time() - 3600,) * 2)
            self.night("one new file", inbox, own)
            new.unlink()


PARTS = ("books", "quiet")


def show(results: dict[str, list[Measured]]) -> None:
    print(f"\n{'median':40}{'seconds':>9}{'spread':>14}{'CPU s':>8}{'peak MiB':>10}")
    for name, runs in results.items():
        times = sorted(run["seconds"] for run in runs)
        print(
            f"{name:40}{statistics.median(times):9.2f}{f'{times[0]:.2f}-{times[-1]:.2f}':>14}"
            f"{statistics.median(run['cpu'] for run in runs):8.1f}{max(run['peak_mib'] for run in runs):10,.0f}"
        )
        if "steps" in runs[-1]:
            print(" " * 8 + ", ".join(f"{step} {seconds:.2f}" for step, seconds in runs[-1]["steps"].items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, help="is kept, with what was written for it; a temporary one otherwise")
    parser.add_argument("--json", type=Path, help="also write all that was measured to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sciculture-whole-way-") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, options.rows, options.repeat)
        for part in options.only:
            getattr(bench, part)()
    show(bench.results)
    if options.json:
        options.json.write_text(json.dumps(bench.results, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
