"""How time and memory of a first night grow: with rows, with files, with findings, with years.

    .venv/bin/python benchmarks/curves.py [--only CURVE ...] [--most SIZE] [--again] [--folder DIR]

Every point is a night of its own, from files in the inbox to a release and answers, in processes of its own: seconds by
the clock, CPU of all processes, and the most memory that they held together. Its files are written for it and deleted
once they lie in the archive, and its warehouse after it. What was measured is kept in
``benchmarks/results/curves.json``, and what stands there isn't measured again without ``--again``, so that the command
goes on where it was ended. At its end it writes table and chart into ``docs/performance.md``. 3·10^7 rows take 8 GB of
disk, 10^8 take 26 GB. The rows are invented.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from curves_shown import Points, chart, table
from measuring import replace_block, tell
from peer import million, own
from peer.million import rows_of, write_csv

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "curves.json"
PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "charts" / "curves.svg"
ROWS_A_FILE, FILES_WITH_FINDINGS = 100, 20
LAST_YEAR = 2025
SESSIONS, OUT_OF_RANGE = 9, 401  # the column, and a number from which on none is right
DISK_A_ROW = 260  # bytes: as received and in the archive, and, once the former are gone, in the build database


@dataclass(frozen=True)
class Curve:
    """What grows from point to point.

    Attributes:
        make: inbox, size → its files.
        rows: size → how many rows there are then.
    """

    title: str
    sizes: tuple[int, ...]
    make: Callable[[Path, int], None]
    rows: Callable[[int], int]


def make_rows(inbox: Path, size: int) -> None:
    million.make(inbox, size)


def make_files(inbox: Path, size: int) -> None:
    for number in range(size):
        write_csv(inbox, number, rows_of(number, ROWS_A_FILE))


def make_findings(inbox: Path, size: int) -> None:
    """As many rows without a fault as with one."""
    for number in range(FILES_WITH_FINDINGS):
        count = size * (number + 1) // FILES_WITH_FINDINGS - size * number // FILES_WITH_FINDINGS
        write_csv(inbox, number, faulty(rows_of(number, 2 * count)))


def faulty(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        if number % 2:
            row[SESSIONS] += OUT_OF_RANGE
        yield row


def make_years(inbox: Path, size: int) -> None:
    from sciculture_sample import write_sample

    write_sample(inbox, years=range(LAST_YEAR + 1 - size, LAST_YEAR + 1))


CURVES = {
    "rows": Curve("rows, in 300 files", (10**4, 10**5, 10**6, 10**7, 3 * 10**7, 10**8), make_rows, lambda size: size),
    "files": Curve(
        f"files, of {ROWS_A_FILE} rows each", (10, 100, 1_000, 5_000, 20_000), make_files,
        lambda size: size * ROWS_A_FILE,
    ),
    "findings": Curve(
        f"findings, in {FILES_WITH_FINDINGS} files of twice as many rows", tuple(10**n for n in range(2, 7)),
        make_findings, lambda size: 2 * size,
    ),
    "years": Curve("years of the sample, of mixed files", (1, 2, 5, 10), make_years, lambda size: size * 20_000),
}  # fmt: skip


def exponent(points: Points, key: str) -> float | None:
    """By which power a measure grows over the upper two decades, by regression; None of fewer than three points."""
    largest = max(map(int, points), default=0)
    upper = [
        (math.log(int(size)), math.log(point[key])) for size, point in points.items() if int(size) * 100 >= largest
    ]
    if len(upper) < 3:
        return None
    mean_x, mean_y = (sum(values) / len(upper) for values in zip(*upper, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in upper) / sum((x - mean_x) ** 2 for x, _ in upper)
    return float(slope)


def measure_point(curve: Curve, size: int, folder: Path | None) -> dict[str, Any] | None:
    """One night over files that are made for it; None where the disk has no room for them."""
    with tempfile.TemporaryDirectory(prefix="sciculture-curves-", dir=folder) as temporary:
        place = Path(temporary)
        if shutil.disk_usage(place).free < curve.rows(size) * DISK_A_ROW:
            tell(f"{size:,} {curve.title}: left out, for want of {curve.rows(size) * DISK_A_ROW / 1e9:.0f} GB of disk")
            return None
        tell(f"{size:,} {curve.title}: writing")
        curve.make(place / "inbox", size)
        (place / "own").mkdir()
        tell("the night")
        night = own.measured(place / "inbox", place / "own", spends=True)
        disk = sum(path.lstat().st_size for path in (place / "own").rglob("*"))
    if night["outcome"] != "published":
        raise SystemExit(f"{size:,} {curve.title}: {night['outcome']}")
    kept = ("cpu", "peak_mib", "steps", "rows", "files", "answers")
    return {"whole": night["seconds"]} | {key: night[key] for key in kept} | {"disk_mib": disk / 1024**2}


def measure_curves(names: list[str], most: int, again: bool, folder: Path | None) -> dict[str, Points]:
    results: dict[str, Points] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in names:
        curve, points = CURVES[name], results.setdefault(name, {})
        for size in takewhile(lambda size: size <= most, curve.sizes):
            if str(size) in points and not again:
                continue
            point = measure_point(curve, size, folder)
            if point is None:
                break
            points[str(size)] = point
            tell(f"{point}")
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CURVES, default=list(CURVES))
    parser.add_argument("--most", type=int, default=10**8, help="no larger size of any curve")
    parser.add_argument("--again", action="store_true", help="also what was measured before")
    parser.add_argument("--folder", type=Path, help="on a disk with room; the one for temporary files otherwise")
    options = parser.parse_args()
    results = measure_curves(options.only, options.most, options.again, options.folder)
    titled = [(CURVES[name].title, results[name]) for name in CURVES if results.get(name)]
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(chart(titled), encoding="utf-8")
    replace_block(PAGE, "curves", table(titled, exponent))


if __name__ == "__main__":
    main()
