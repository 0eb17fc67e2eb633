"""The same job by this project and by its peers, in turn, each as a whole process with its start.

    .venv/bin/python benchmarks/peers.py [--rows 1000000] [--repeat 5] [--only PART ...] [--folder DIR] [--fresh]

million: clean rows in 300 CSV files → typed, checked tables in a DuckDB file → summaries. changed: one of those files
is another, and whoever can reads only that. decade: ten years of the sample, 3,046 mixed files; the peers, which read
clean CSV alone, are given what this project accepted of each file as one.

Environments of the peers are made once in the folder. What is measured is kept there too, so that a run that was
stopped goes on where it was; with other sources, or ``--fresh``, all is measured again. Rows and sums of every result
are compared with what was written. A run of 1,000,000 rows also writes its table and chart into docs/performance.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from measuring import Measured, tell, whole
from peer import decade, million
from peer.document import parts_of, table_of, write_document
from peer.environments import python_of
from peer.job import Job
from peer.participants import OURS, PARTICIPANTS, STEPS, Participant

ROOT = Path(__file__).parents[1]
SOURCES = ["src", "flows", "sql", "expectations", "pages", "maps", "benchmarks/peer", "requirements"]
PARTS = ("million", "changed", "decade")
MILLION = 1_000_000
PUBLISHED_WITH_REJECTED = 3  # as the sample's planted errors make it


class Bench:
    def __init__(self, folder: Path, rows: int, repeat: int, is_fresh: bool) -> None:
        self.folder, self.rows, self.repeat = folder, rows, repeat
        self.stamp = f"{rows}-{sources_hash()}"
        self.noted = folder / f"measured-{self.stamp}.jsonl"
        if is_fresh:
            self.noted.unlink(missing_ok=True)
        lines = self.noted.read_text(encoding="utf-8").splitlines() if self.noted.exists() else []
        self.results: list[Measured] = [json.loads(line) for line in lines if line.endswith("}")]

    def is_measured(self, part: str, turn: int, who: Participant) -> bool:
        asked = part, turn, who.name
        return any((found["part"], found["turn"], found["name"]) == asked for found in self.results)

    def run(self, who: Participant, job: Job, own: Path) -> Measured:
        """Does the job in the participant's folder, and looks at what came out."""
        own.mkdir(parents=True, exist_ok=True)
        who.prepare(job, own)
        asked = job.write(own / "job.json")
        python = python_of(who.environment, self.folder / "environments")
        fine = (0, PUBLISHED_WITH_REJECTED) if who.name == OURS else (0,)
        commands = who.commands(python, asked, own)
        found = [whole(command, own, who.surroundings(job, own), fine) for command in commands]
        for name, made in who.made(job, own).items():
            if made != job.expected[name]:
                raise SystemExit(f"{who.name}: {name} holds {made}, not {job.expected[name]}")
        return {
            "seconds": sum(part["seconds"] for part in found),
            "cpu": sum(part["cpu"] for part in found),
            "peak_mib": max(part["peak_mib"] for part in found),
            "told": told_by(who, found[-1]["output"]),
        }

    def note(self, part: str, turn: int, who: Participant, found: Measured) -> None:
        self.results.append({"part": part, "turn": turn, "name": who.name} | found)
        with self.noted.open("a", encoding="utf-8") as file:
            file.write(json.dumps(self.results[-1], ensure_ascii=False) + "\n")
        tell(f"{part} {turn + 1} of {self.repeat}: {who.name}: {found['seconds']:.2f} s, {found['cpu']:.1f} CPU s")

    def from_nothing(self, part: str, job: Job) -> None:
        """In turn, so that a busy minute meets all of them."""
        for turn in range(self.repeat):
            for who in PARTICIPANTS:
                if not self.is_measured(part, turn, who):
                    own = self.place(who)
                    shutil.rmtree(own, ignore_errors=True)
                    self.note(part, turn, who, self.run(who, job, own))

    def place(self, who: Participant) -> Path:
        return self.folder / "own" / "".join(letter if letter.isalnum() else "-" for letter in who.name)

    def million(self) -> None:
        inbox = self.folder / f"csv-{self.rows}"
        job = million.job(inbox, self.rows)
        if all(self.is_measured("million", turn, who) for turn in range(self.repeat) for who in PARTICIPANTS):
            return
        million.make(inbox, self.rows)
        self.from_nothing("million", job)

    def changed(self) -> None:
        """On what each has from the last turn; who has nothing of these files does the whole job first, unmeasured."""
        inbox = self.folder / f"csv-{self.rows}"
        for turn in range(self.repeat):
            for who in PARTICIPANTS:
                if self.is_measured("changed", turn, who):
                    continue
                own = self.place(who)
                state = own / ".state"
                if not state.exists() or state.read_text() != f"{self.stamp} {turn}":
                    shutil.rmtree(own, ignore_errors=True)
                    million.make(inbox, self.rows, turn)
                    tell(f"{who.name}: all files first")
                    self.run(who, million.job(inbox, self.rows, turn), own)
                million.make(inbox, self.rows, turn + 1)
                state.unlink(missing_ok=True)
                self.note("changed", turn, who, self.run(who.again(), million.job(inbox, self.rows, turn + 1), own))
                state.write_text(f"{self.stamp} {turn + 1}")

    def decade(self) -> None:
        self.from_nothing("decade", decade.job(self.folder / "decade"))


def told_by(who: Participant, output: str) -> dict[str, Any]:
    """What this project says of its own run."""
    if who.name == OURS:
        return {"seconds": json.loads(output[output.index("{") :])["seconds"]}
    return dict(json.loads(output.splitlines()[-1])) if who.name == STEPS else {}


def sources_hash() -> str:
    """Of what decides how fast this project and the peers' projects are."""
    found = hashlib.sha256()
    for command in (["ls-files", "-s"], ["diff", "HEAD"]):
        found.update(
            subprocess.run(["git", *command, "--", *SOURCES], cwd=ROOT, check=True, capture_output=True).stdout
        )
    return found.hexdigest()[:12]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "sciculture-etl" / "peers")
    parser.add_argument("--fresh", action="store_true", help="measure again what was measured of the same sources")
    options = parser.parse_args()
    if ROOT in options.folder.resolve().parents:
        parser.error("the folder is to lie outside the repository")
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder.resolve(), options.rows, options.repeat, options.fresh)
    for part in options.only:
        getattr(bench, part)()
    for part in PARTS:
        if found := [line for line in bench.results if line["part"] == part]:
            print(f"\n{part}\n\n" + table_of(found, part) + "\n\n" + parts_of(found))
    if options.rows == MILLION:
        write_document(ROOT / "docs", bench.results)


if __name__ == "__main__":
    main()
