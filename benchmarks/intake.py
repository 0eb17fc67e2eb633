"""What one very large file costs: a million class rows as CSV and as a workbook, read and validated.

    .venv/bin/python benchmarks/intake.py [--rows 1000000] [--folder DIR]

Prints seconds and peak memory of reading alone and of reading and validating, each in a process of its own; the rows
are invented. Not part of the tests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = [
    "사업연도", "기수", "강좌명", "반", "교육장명", "시도", "시군구", "읍면동", "운영횟수", "수혜자수(순인원)",
    "연인원", "만족도",
]  # fmt: skip
KINDS = ("csv", "xlsx")


def _rows(count: int) -> Iterator[list[Any]]:
    for n in range(count):
        place = ("서울특별시", "종로구", "삼청동")
        net = n % 30 + 1
        names = f"가상 강좌 {n // 20}", n % 10 + 1, f"가상 교육장 {n // 400}"
        yield [2020, n % 4 + 1, *names, *place, 12, net, net * 12, 92.5]


def make(kind: str, path: Path, rows: int) -> None:
    if kind == "csv":
        with path.open("w", encoding="cp949") as file:
            for row in [HEADER, *_rows(rows)]:
                file.write(",".join(map(str, row)) + "\r\n")
        return
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        percent = book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet("실적")
        sheet.write_row(0, 0, HEADER)
        for r, row in enumerate(_rows(rows), start=1):
            sheet.write_row(r, 0, row[:-1])
            sheet.write_number(r, len(row) - 1, 0.925, percent)


def measure(step: str, path: Path) -> None:
    from sciculture_etl.contracts import load_contracts
    from sciculture_etl.intake import read_submission
    from sciculture_etl.intake.check import check_file

    contracts, data = load_contracts(), path.read_bytes()
    begin = time.perf_counter()
    if step == "read":
        rows = sum(table.frame.height for table in read_submission(data, contracts).tables)
    else:
        rows = check_file(data, path.name, "가상시험센터", contracts).rows["loaded"]
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": round(seconds, 1), "peak_mib": round(peak)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure[0], Path(given.measure[1]))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for kind in KINDS:
            path = Path(folder) / f"가상.{kind}"
            make(kind, path, given.rows)
            for step in ("read", "check"):
                done = subprocess.run(
                    [sys.executable, __file__, "--measure", step, str(path)], capture_output=True, text=True, check=True
                )
                print(f"{kind:5} {path.stat().st_size / 1e6:6.0f} MB  {step:6} {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
