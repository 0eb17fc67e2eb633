"""What years of history cost: nights over one year in the archive, and over ten.

    .venv/bin/python benchmarks/history.py [--files 12000] [--repeat 3] [--folder DIR] [--json FILE]

Ten years of ``--files`` submissions (the sample, and its files sent again), and one year of a tenth of them, each taken
in by a first night. Then nights with nothing new, nights with one new file, and a run that is only opened and closed,
side by side. CPU seconds of all threads are told first, since they depend less on what else the machine does; each
night is a process of its own, and the median of the repeats is shown. With ``--folder`` what was made there is used
again, so that two versions of the code can be measured on the same archives.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from measuring import Measured, child, measure, repeated, tell

YEARS = range(2016, 2026)
STEPS = ("open", "extract", "load", "accept", "model", "publish", "answer", "summary", "close")
NIGHTS = {"open": "opened and closed", "quiet": "nothing new", "one": "one new file"}
AGAIN = ("정정", "새판")
RESENT_AFTER = 24 * 3600  # seconds


def make_inbox(folder: Path, files: int, first_year: int) -> Measured:
    """The sample from that year on, whose published figures come out, and its files sent again, one after the other and
    as often as it takes, until there are as many as wanted."""
    from sciculture_sample import write_sample

    shutil.rmtree(folder, ignore_errors=True)
    written = write_sample(folder, years=range(first_year, YEARS.stop))
    plain = plain_files(folder)
    for nth in range(max(0, files - written.file_count)):
        send_again(plain[nth % len(plain)], "정정", nth // len(plain) + 1)
    return {"files": max(files, written.file_count)}


def plain_files(inbox: Path) -> list[Path]:
    """The CSV files as they were first sent whose bytes can be added to."""
    found = [path for path in sorted(inbox.rglob("*.csv")) if not path.stem.rpartition("_")[2].startswith(AGAIN)]
    return [path for path in found if b"\x00" not in path.read_bytes()]


def send_again(path: Path, word: str, nth: int) -> None:
    """The same file under another name, days later, with blank lines at its end: a newer version of it."""
    copy = path.with_name(f"{path.stem}_{word}{nth}.csv")
    copy.write_bytes(path.read_bytes() + b"\r\n" * nth)
    moment = path.stat().st_mtime + RESENT_AFTER * nth
    os.utime(copy, (moment, moment))


def run_night(inbox: Path, warehouse: Path, whole: int) -> Measured:
    """All steps with the CPU and the seconds of each; whole = 0: opened and closed alone."""
    from sciculture_etl.pipeline import Made, Run, Step, take_steps
    from sciculture_etl.settings import Settings

    steps: dict[str, list[float]] = {}
    last = [time.process_time(), time.perf_counter()]
    begin = list(last)

    def done(step: str) -> None:
        now = [time.process_time(), time.perf_counter()]
        steps[step] = [b - a for a, b in zip(last, now, strict=True)]
        last[:] = now

    with ExitStack() as held:
        run = held.enter_context(Run.open(Settings(inbox=str(inbox), warehouse=warehouse)))
        done("open")
        summarise = run.sum_up  # the first thing at the end of the block, told apart

        def summed_up() -> None:
            summarise()
            done("summary")

        run.sum_up = summed_up  # type: ignore[method-assign]

        def timed(step: Step, work: Callable[[], Made]) -> Made:
            made = work()
            done(step.name)
            return made

        if whole:
            take_steps(run, take=timed)
        measured = {"outcome": run.report.publication.outcome, "read": run.report.read_count}
        held.close()
        done("close")
    return {"cpu": last[0] - begin[0], "seconds": last[1] - begin[1], "steps": steps} | measured


MEASURES: dict[str, Callable[..., Measured]] = {f.__name__: f for f in (make_inbox, run_night)}


def archive(folder: Path, files: int, first_year: int) -> Measured:
    """Inbox and warehouse after the first night; made only where they aren't there."""
    measured = folder / "first.json"
    if not measured.exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = measure(__file__, "make_inbox", folder / "inbox", files, first_year)
        first = measure(__file__, "run_night", folder / "inbox", folder / "warehouse", 1)
        measured.write_text(json.dumps({"files": made["files"], "first": first}), encoding="utf-8")
    return dict(json.loads(measured.read_text(encoding="utf-8")))


def nights(folder: Path, repeat: int) -> Measured:
    """The kinds of night over one archive, which ends as it was but for the files that were new."""
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    plain = plain_files(inbox)
    sent = len(list(inbox.rglob("*_새판*.csv")))

    def night(kind: str, number: int) -> Measured:
        if kind == "one":
            send_again(plain[(sent + number) * 7 % len(plain)], AGAIN[1], 50 + sent + number)
        return measure(__file__, "run_night", inbox, warehouse, int(kind != "open"))

    measure(__file__, "run_night", inbox, warehouse, 1)  # another version of the code may have something to make anew
    return {kind: repeated(repeat, partial(night, kind), by="cpu") for kind in NIGHTS}


def benchmark(folder: Path, files: int, repeat: int) -> Measured:
    result: Measured = {"cores": os.cpu_count(), "repeat": repeat}
    for name, count, first_year in (("one year", files // len(YEARS), YEARS[-1]), ("ten years", files, YEARS[0])):
        place = folder / name.replace(" ", "-")
        tell(f"{name}: the archive and its first night")
        result[name] = archive(place, count, first_year)
        tell(f"{name}: nights")
        result[name] |= nights(place, repeat)
    return result


def show(result: Measured) -> None:
    one, ten = result["one year"], result["ten years"]
    print(f"{one['files']:,} files of one year and {ten['files']:,} of ten; {result['cores']} cores, medians of")
    print(f"{result['repeat']}; CPU seconds (in brackets: by the clock), start of Python and imports not counted\n")
    first = [f"{side['first']['cpu']:.0f} ({side['first']['seconds']:.0f})" for side in (one, ten)]
    print(f"first night: {first[0]} with one year, {first[1]} with ten\n")
    for kind, title in NIGHTS.items():
        print(f"{title:16}{'one year':>18}{'ten years':>18}{'grows by':>12}")
        steps = [step for step in STEPS if step in ten[kind]["steps"]]
        for step in [*steps, "in all"]:
            cells = [
                side[kind]["steps"][step] if step != "in all" else (side[kind]["cpu"], side[kind]["seconds"])
                for side in (one, ten)
            ]
            measured = "".join(f"{f'{cpu:.3f} ({clock:.3f})':>18}" for cpu, clock in cells)
            print(f"  {step:14}{measured}{cells[1][0] - cells[0][0]:12.3f}")
        print(f"  {'peak MiB':14}{one[kind]['peak_mib']:18,.0f}{ten[kind]['peak_mib']:18,.0f}\n")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(MEASURES, *sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=12_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the archives are made and kept; a temporary one otherwise")
    parser.add_argument("--json", type=Path, help="also write all that was measured to this file")
    options = parser.parse_args()
    with ExitStack() as made:
        folder = options.folder or Path(made.enter_context(tempfile.TemporaryDirectory(prefix="sciculture-history-")))
        result = benchmark(folder, options.files, options.repeat)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
