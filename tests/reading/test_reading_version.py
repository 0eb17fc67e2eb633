"""What decides that a file is read again is a number, and a corpus of files holds that number to the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sciculture_etl.intake.read_fingerprints import READING_VERSION
from sciculture_etl.project import CARRIED_FOLDERS, CHECKOUT, EXPECTATIONS
from tests.reading.corpus import COMMAND, changed, comparable, corpus, load, name_of

SOURCE = CHECKOUT / "src"
PARTS = """
import json
from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.read_fingerprints import ReadFingerprints
from sciculture_etl.settings import DEFAULT_LIMITS
print(json.dumps(ReadFingerprints(load_contracts(), DEFAULT_LIMITS).parts(["dsc_class"], False, "a.csv")))
"""


def test_the_record_is_that_of_the_number() -> None:
    version = load().version
    assert version == READING_VERSION, (
        f"READING_VERSION is {READING_VERSION}, and the digests were recorded for {version}: run `{COMMAND}`"
    )


def test_the_reading_changes_only_with_its_number() -> None:
    other = changed(load(), corpus())
    assert not other, (
        f"{', '.join(other)}: the reading gives something else than recorded, and every archive must be read again. "
        f"Where that is meant, raise READING_VERSION in intake/read_fingerprints.py and run `{COMMAND}`"
    )


def test_most_of_the_corpus_can_be_compared() -> None:
    files = corpus()
    same = comparable(load(), files)
    assert len(same) > len(files) / 2, (
        f"{len(files) - len(same)} of {len(files)} files, or contracts that they are read with, were changed since "
        f"their digests were recorded: run `{COMMAND}`"
    )


@pytest.mark.parametrize("name", ["messy/01_cp949.csv", "contracts/dsc_class/bad_rows.csv"])
def test_another_reading_of_a_file_is_noticed_and_another_file_is_not(name: str) -> None:
    record = load()
    known = record.files[name]
    read_otherwise = replace(record, files={name: replace(known, digest="0" * 16)})
    assert changed(read_otherwise, corpus()) == [name]
    file_changed = replace(record, files={name: replace(known, digest="0" * 16, read_with="0" * 16)})
    assert changed(file_changed, corpus()) == []


def test_every_form_and_every_kind_of_mess_is_in_the_corpus() -> None:
    names = {name_of(path) for path in corpus()}
    datasets = {Path(name).stem for name in EXPECTATIONS.files("submissions/*.yml")}
    assert {name.split("/")[1] for name in names if name.startswith("contracts/")} == datasets
    assert {int(name.removeprefix("messy/")[:2]) for name in names if name.startswith("messy/")} == set(range(1, 39))


def test_mending_a_docstring_reads_nothing_again(tmp_path: Path) -> None:
    for folder in CARRIED_FOLDERS:
        (tmp_path / folder).symlink_to(CHECKOUT / folder)
    for path in SOURCE.rglob("*"):
        copy = tmp_path / "src" / path.relative_to(SOURCE)
        if path.suffix == ".py":
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text(encoding="utf-8") + '\n"""Mended."""\n', encoding="utf-8")
        elif path.is_file() and "__pycache__" not in path.parts:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)

    def parts(source: Path) -> dict[str, str]:
        script = f"import sys; sys.path.insert(0, {str(source)!r}); {PARTS}"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        return dict(json.loads(done.stdout))

    assert parts(tmp_path / "src") == parts(SOURCE)
