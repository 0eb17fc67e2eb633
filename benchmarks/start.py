"""What commands cost before they do anything, and what Prefect costs a night: CPU seconds of all processes.

    .venv/bin/python benchmarks/start.py [--files 300] [--repeat 3] [--folder DIR]

commands: ``sciculture --help``, and ``check`` of one small CSV. parts: of the start of a run, each in the order in
which a run imports it; Great Expectations only where a suite runs. nights: ``sciculture run`` over so many small files
of invented rows, the first night, one with nothing new, one with one new file; beside each, the same night without
Prefect (``take_steps`` alone), in turn: what is left between them is Prefect's share. Medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import Watched
from peer.million import rows_of, write_csv

COMMAND = str(Path(sys.executable).with_name("sciculture"))
# Each is imported after those before it, so that what they share counts once.
PARTS = {
    "Python": "pass",
    "the command": "import sciculture_etl.cli.runs",
    "settings, contracts, channels": (
        "from sciculture_etl.settings import Settings; from sciculture_etl.contracts import load_contracts; "
        "import sciculture_etl.extract; Settings.from_environment(); load_contracts()"
    ),
    "Prefect's client": "import prefect.main, fastapi.encoders",
    "the steps of a run": "import sciculture_etl.pipeline, sciculture_flows.nightly",
    "Great Expectations": "from sciculture_etl.quality.suites import preload; preload()",
}
STEPS = """
from sciculture_etl.loading import leave_out_pandas
leave_out_pandas()
from sciculture_etl.pipeline.report import Silent
from sciculture_etl.pipeline.run import Run
from sciculture_etl.pipeline.steps import take_steps
from sciculture_etl.settings import Settings
with Run.open(Settings.from_environment(), Silent()) as run:
    take_steps(run)
"""
# As the copy of a run's process loads it (flows/server.py), and no more of Prefect's server.
API = """
from sciculture_flows.server import _without_docket
import uvicorn
with _without_docket():
    from sciculture_flows.one_run import OneRun
OneRun()
"""
LAP = "import time as _t; _n = _t.process_time(); print({name!r}, _n - _b, sep='\\t'); _b = _n"


def parts(repeat: int) -> dict[str, list[float]]:
    """Seconds of CPU of each part, of the run's own process and of the copy of it that is Prefect's API."""
    run = "import gc; gc.disable(); _b = 0\n" + "\n".join(
        f"{code}\n{LAP.format(name=name)}" for name, code in PARTS.items()
    )
    api = f"import gc, time; gc.disable(); import prefect.main, fastapi.encoders; _b = time.process_time()\n{API}\n"
    found: dict[str, list[float]] = {}
    for _ in range(repeat):
        for code in (run, api + LAP.format(name="Prefect's API, beside")):
            told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
            for line in told.splitlines():
                name, seconds = line.split("\t")
                found.setdefault(name, []).append(float(seconds))
    return found


def cpu_of(command: list[str], **environment: str) -> tuple[float, float]:
    """CPU seconds of a command's processes, and seconds on the clock."""
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | environment
    ) as process:
        watched = Watched(process.pid)
        process.wait()
        seconds = time.perf_counter() - begin
        cpu = watched.end()
    if process.returncode not in (0, 3):
        raise SystemExit(f"{command} failed")
    return cpu, seconds


def nights(folder: Path, files: int, repeat: int) -> dict[str, list[tuple[float, float]]]:
    inbox, found = folder / "inbox", dict[str, list[tuple[float, float]]]()
    for number in range(files):
        _lay(write_csv(inbox, number, rows_of(number, 20)))
    ways = {"run": folder / "run", "steps alone": folder / "steps"}
    for night in ["first"] + ["nothing new", "one new file"] * repeat:
        if night == "one new file":
            new = write_csv(inbox, files + len(found.get("run: one new file", ())), rows_of(files, 40))
            _lay(new)
        for way, own in ways.items():
            own.mkdir(exist_ok=True)
            command = [COMMAND, "run"] if way == "run" else [sys.executable, "-c", STEPS]
            places = {"SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(own / "warehouse")}
            found.setdefault(f"{way}: {night}", []).append(cpu_of(command, **places))
    return found


def _lay(path: Path) -> None:
    os.utime(path, (time.time() - 3600,) * 2)  # as one that has lain there for a while


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="is made anew; a temporary one otherwise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sciculture-start-") as temporary:
        folder = options.folder or Path(temporary)
        shutil.rmtree(folder / "inbox", ignore_errors=True)
        own = folder / "one.csv"
        shutil.copy(write_csv(folder / "small", 0, rows_of(0, 20)), own)
        for name, command in {"--help": [COMMAND, "--help"], "check": [COMMAND, "check", str(own)]}.items():
            seconds = [cpu_of(command)[0] for _ in range(options.repeat * 2)]
            print(f"{f'sciculture {name}':40}{statistics.median(seconds):8.2f}")
        for name, seconds in parts(options.repeat).items():
            print(f"{f'start of a run: {name}':52}{statistics.median(seconds):8.2f}")
        found = nights(folder, options.files, options.repeat)
    for name, runs in found.items():
        cpu, clock = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{name:40}{cpu:8.2f} CPU s{clock:8.2f} s")
    for night in ("first", "nothing new", "one new file"):
        pairs = [
            run[0] - alone[0] for run, alone in zip(found[f"run: {night}"], found[f"steps alone: {night}"], strict=True)
        ]
        print(f"{f'Prefect in a night, {night}':40}{statistics.median(pairs):8.2f} CPU s")


if __name__ == "__main__":
    main()
