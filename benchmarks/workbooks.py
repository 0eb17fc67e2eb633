"""What reading workbooks costs beside fastexcel alone, which checks nothing and searches nothing.

    .venv/bin/python benchmarks/workbooks.py [--repeat 5]

One sheet of about 10 MB of XML and 300 sheets of 3,333 rows and 10 columns, each with its texts in cells and shared;
seconds of CPU in a process of its own, the least of some. The rows are invented. Not part of the tests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = [
    "사업연도", "기수", "강좌명", "교육장명", "시도", "시군구", "읍면동", "운영횟수", "수혜자수(순인원)", "만족도",
]  # fmt: skip
SIZES = {"10 MB": (1, 26_000), "300 sheets": (300, 3_333)}
READERS = ("fastexcel", "grids", "texts")


def make(path: Path, rows: int, is_shared: bool) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": not is_shared}) as book:
        sheet, percent = book.add_worksheet("실적"), book.add_format({"num_format": "0.0%"})
        sheet.write_row(0, 0, HEADER)
        for n in range(rows):
            names = f"가상 강좌 {n // 20}", f"가상 교육장 {n // 400}", "서울특별시", "종로구", "삼청동"
            sheet.write_row(n + 1, 0, [2020, n % 4 + 1, *names, 12, n % 30 + 1])
            sheet.write_number(n + 1, 9, 0.925, percent)


def measure(reader: str, folder: Path, times: int) -> None:
    import fastexcel

    from sciculture_etl.formats import open_file
    from sciculture_etl.settings import DEFAULT_LIMITS

    def read(data: bytes) -> None:
        if reader == "fastexcel":
            fastexcel.read_excel(data).load_sheet(0, dtypes="string")
            return
        content = open_file(data, DEFAULT_LIMITS)
        if reader == "texts":
            list(content.texts)

    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    read(files[0])  # what is imported only once
    before = resource.getrusage(resource.RUSAGE_SELF)
    for data in files * times:
        read(data)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds / times, "peak": after.ru_maxrss // 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure[0], Path(given.measure[1]), int(given.measure[2]))
        return
    for name, (count, rows) in SIZES.items():
        for is_shared in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                first = Path(folder) / "0.xlsx"
                make(first, rows, is_shared)
                for number in range(1, count):
                    (Path(folder) / f"{number}.xlsx").write_bytes(first.read_bytes())
                best: dict[str, dict[str, float]] = {}
                for _ in range(given.repeat):
                    for reader in READERS:
                        command = [sys.executable, __file__, "--measure", reader, folder, str(3 if count == 1 else 1)]
                        done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                        best[reader] = min(done, best.get(reader, done), key=lambda result: result["seconds"])
                alone = best["fastexcel"]["seconds"]
                told = "; ".join(
                    f"{reader} {result['seconds']:.2f} s = {result['seconds'] / alone:.1f}×, {result['peak']:.0f} MiB"
                    for reader, result in best.items()
                )
                print(f"{name}, texts {'shared' if is_shared else 'in cells'}: {told}", flush=True)


if __name__ == "__main__":
    main()
