"""What the reading gives for each file of the corpus, one digest a file; ``python -m tests.reading.corpus`` records it.

The corpus is every file that institutions might send under ``tests/messy`` and ``tests/contracts``. A digest is over
the typed rows, the refused ones, findings, accounts and years; it can be compared as long as the file and all that it
is read with besides the code (contracts, regions, limits) are those it was recorded with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import Reading, read_submission
from sciculture_etl.intake.read_fingerprints import READING_VERSION, ReadFingerprints
from sciculture_etl.settings import DEFAULT_LIMITS, fingerprint
from sciculture_etl.validate import TableCandidate, Validated, validate_tables

TESTS = Path(__file__).parents[1]
RECORD = Path(__file__).with_name("digests.json")
COMMAND = "python -m tests.reading.corpus"
NOT_OF_THE_READING = ("code", "words")


@dataclass(frozen=True)
class Recorded:
    """Of one file. datasets: whose contracts it is read with, none for all. read_with: fingerprint of the file and of
    all that it is read with besides the code. digest: of what the reading gives."""

    datasets: list[str]
    read_with: str
    digest: str


@dataclass(frozen=True)
class Record:
    """version: of the reading. files: by path below ``tests``."""

    version: int
    files: dict[str, Recorded]


def corpus() -> list[Path]:
    """Every file that stands for one sent."""
    spelt = Path(__file__).with_name("files").iterdir()
    messy = [path for path in (TESTS / "messy").iterdir() if path.name[:2].isdigit()]
    forms = [path for kind in ("good", "bad") for path in (TESTS / "contracts").glob(f"*/{kind}_*")]
    return sorted(path for path in (*messy, *forms, *spelt) if path.suffix != ".json")


def read_with(path: Path, datasets: list[str]) -> str:
    parts = ReadFingerprints(load_contracts(), DEFAULT_LIMITS).parts(datasets, not datasets, path.name)
    marks = (f"{part} {mark}" for part, mark in parts.items() if part not in NOT_OF_THE_READING)
    return fingerprint(path.name, path.read_bytes(), *marks)


def _judged(path: Path) -> tuple[Reading, dict[str, Validated]]:
    contracts = load_contracts()
    reading = read_submission(path.read_bytes(), contracts, path=path.name)
    by_dataset: dict[str, list[TableCandidate]] = {}
    for part, table in enumerate(reading.tables, start=1):
        candidate = TableCandidate("s", part, reading.submitter or "", path.name, table)
        by_dataset.setdefault(table.contract.dataset, []).append(candidate)
    return reading, {name: validate_tables(contracts[name], own) for name, own in sorted(by_dataset.items())}


def _rows(frames: Iterable[pl.DataFrame]) -> list[Any]:
    return [[frame.columns, frame.rows()] for frame in frames]


def observe(path: Path) -> Recorded:
    """What the reading of today gives for a file."""
    reading, outcomes = _judged(path)
    given = {
        "format": reading.format, "refused": reading.refused, "submitter": reading.submitter,
        "unread_sheets": reading.unread_sheets, "findings": [asdict(finding) for finding in reading.findings],
        "made_on": [table.made_on for table in reading.tables], "saved_at": reading.saved_at,
        "outcomes": {
            name: _rows((v.accepted, v.quarantine, v.findings, v.accounts, v.corrections, v.years))
            for name, v in outcomes.items()
        },
    }  # fmt: skip
    datasets = [] if reading.unread_sheets else sorted(outcomes)
    # Years are taken up to the next one: what a finding says of that is the calendar's, not the reading's.
    told = json.dumps(given, ensure_ascii=False, default=str).replace(f"~{datetime.now(UTC).year + 1}", "~")
    return Recorded(datasets, read_with(path, datasets), fingerprint(told))


def name_of(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def load() -> Record:
    written = json.loads(RECORD.read_text(encoding="utf-8"))
    return Record(written["version"], {name: Recorded(*entry) for name, entry in written["files"].items()})


def comparable(record: Record, files: Iterable[Path]) -> list[Path]:
    """The files that are as they were recorded, and so is all that they are read with besides the code."""
    return [
        path
        for path in files
        if (known := record.files.get(name_of(path))) and known.read_with == read_with(path, known.datasets)
    ]


def changed(record: Record, files: Iterable[Path]) -> list[str]:
    """The comparable files for which the reading gives something else than recorded."""
    return [
        name_of(path)
        for path in comparable(record, files)
        if observe(path).digest != record.files[name_of(path)].digest
    ]


def write(version: int) -> None:
    """A line a file, so that a change of one file is a change of one line."""
    lines = ",\n".join(
        f"  {json.dumps(name_of(path), ensure_ascii=False)}: {json.dumps([*asdict(observe(path)).values()])}"
        for path in corpus()
    )
    RECORD.write_text(f'{{"version": {version}, "files": {{\n{lines}\n}}}}\n', encoding="utf-8")


def main() -> int:
    record = load() if RECORD.exists() else None
    if record and record.version == READING_VERSION and (other := changed(record, corpus())):
        print(f"{', '.join(other)}: read otherwise, so raise READING_VERSION in intake/read_fingerprints.py first")
        return 1
    write(READING_VERSION)
    return 0


if __name__ == "__main__":
    sys.exit(main())
