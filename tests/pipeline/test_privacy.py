"""No personal value reaches anything that a run writes but the place kept apart, and there it stays for its days."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import CLASS, as_csv, table
from nights import NEEDED, hashes, lose_database, night, operations, published, settings, submit
from planting import TRACES, planted_files, sound_file

from sciculture_etl.extract import Archive, Restricted, Verdict, extract_submissions
from sciculture_etl.findings import Finding
from sciculture_etl.pipeline import Run, take_steps

PLANTED = planted_files()


def traces(data: bytes) -> list[bytes]:
    """Values in bytes of one or two a character."""
    return TRACES.findall(data) + TRACES.findall(data.replace(b"\x00", b""))


def run_command(inbox: Path, warehouse: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    places = {"SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(warehouse)}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.run(
        [sys.executable, "-m", "sciculture_etl.cli", *words], env=outside | places, capture_output=True, timeout=300,
        check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.fixture(scope="module")
def planted_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The warehouse after a night over all planted files, and all that the command said."""
    folder = tmp_path_factory.mktemp("privacy")
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    for path, data in [(planted.path, planted.data) for planted in PLANTED] + [sound_file()]:
        submit(inbox, *path.split("/"), data)
    done = run_command(inbox, warehouse, "run")
    assert done.returncode == 3, done.stderr
    return warehouse, done.stdout + done.stderr


def test_a_thousand_values_are_planted() -> None:
    assert sum(planted.count for planted in PLANTED) >= 1_000
    assert all(TRACES.search(planted.path.encode() + planted.data) for planted in PLANTED if planted.path[-3:] == "csv"
               and "utf-16" not in planted.path)  # fmt: skip


def test_every_planted_file_is_refused_with_its_exact_places(planted_night: tuple[Path, bytes]) -> None:
    warehouse, _ = planted_night
    query = "SELECT source_file, code, source_sheet, source_row, cell, value, raw_row FROM mart_row_error"
    told = [row for row in operations(warehouse, query) if row[1] != "R_DUPLICATE_FILE"]
    assert {row[1] for row in told} == {"R_PII"}
    assert {row[5:] for row in told} == {(None, None)}
    found: dict[str, Counter[Any]] = {}
    for source, _, *place in told:
        found.setdefault(source, Counter())[tuple(place[:3])] += 1
    asked: dict[str, Counter[Any]] = {}
    for planted in PLANTED:
        asked.setdefault(planted.told, Counter()).update(planted.places)
    assert found == asked
    verdicts = dict(operations(warehouse, "SELECT verdict, count(*) FROM mart_submission_log GROUP BY ALL"))
    assert verdicts == {"rejected": len(PLANTED), "accepted": 1}
    assert published(warehouse, "SELECT class_count FROM mart_dsc_summary") == [(1,)]


def test_no_byte_of_a_value_is_written_anywhere_else(planted_night: tuple[Path, bytes]) -> None:
    warehouse, said = planted_night
    assert traces(said) == []
    files = [path for path in warehouse.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(".prefect" in path.parts for path in files)
    for path in files:
        if not path.is_relative_to(warehouse / "restricted"):
            assert traces(path.name.encode() + path.read_bytes()) == [], path
        if path.suffix == ".xlsx" and path.is_relative_to(warehouse / "releases"):
            with zipfile.ZipFile(path) as packed:
                assert traces(b"".join(map(packed.read, packed.namelist()))) == [], path
        if path.suffix == ".duckdb":
            assert traces(everything_in(path).encode()) == [], path


def everything_in(database: Path) -> str:
    """All cells of all tables: the engine packs texts, so that the file's bytes don't show them."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return "\n".join(str(connection.execute(f'FROM "{schema}"."{name}"').fetchall()) for schema, name in names)


def test_the_bytes_lie_apart_and_only_their_owner_opens_them(planted_night: tuple[Path, bytes]) -> None:
    warehouse, _ = planted_night
    kept = list((warehouse / "restricted").iterdir())
    assert sorted(path.read_bytes() for path in kept) == sorted({planted.data for planted in PLANTED})
    assert stat.S_IMODE((warehouse / "restricted").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert len([path for path in (warehouse / "archive").rglob("*") if len(path.name) == 64]) == 1


PERSONAL = as_csv(table(CLASS, {"비고": "010-0000-0000"}))


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refused")
    submit(folder / "inbox", "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    submit(folder / "inbox", "가상개인센터", "명단.csv", PERSONAL)
    assert night(folder / "inbox", folder / "warehouse").verdicts == {"accepted": 1, "rejected": 1}
    return folder


@pytest.fixture
def refused(first_night: Path, tmp_path: Path) -> Path:
    """A folder with an inbox and its warehouse after a night: one file sound, one with a number in it."""
    return shutil.copytree(first_night, tmp_path / "copy", symlinks=True)


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "warehouse" / "restricted").iterdir())


def events(folder: Path) -> list[str]:
    lines = (folder / "warehouse" / "archive" / "restricted.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["event"] for line in lines]


def later(folder: Path, days: int) -> Any:
    with Run.open(
        settings(folder / "inbox", folder / "warehouse", personal_retention_days=days), outputs=NEEDED
    ) as run:
        return take_steps(run)


def test_after_its_days_the_bytes_are_gone_and_what_was_found_stands(refused: Path) -> None:
    warehouse = refused / "warehouse"
    before = hashes(warehouse), hashes(warehouse, "operator")
    assert later(refused, days=30).publication.outcome == "unchanged"
    assert len(kept(refused)) == 1
    assert later(refused, days=0).publication.outcome == "unchanged"
    assert kept(refused) == []
    assert events(refused) == ["restricted", "deleted"]
    # Made again from the archive alone, the operator's tables say what they said.
    for path in warehouse.iterdir():
        if path.name != "archive":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    lose_database(settings(refused / "inbox", warehouse))
    assert later(refused, days=30).publication.outcome == "published"
    assert (hashes(warehouse), hashes(warehouse, "operator")) == before


def test_deleting_the_bytes_by_hand_is_enough(refused: Path) -> None:
    (name,) = kept(refused)
    (refused / "warehouse" / "restricted" / name).unlink()
    assert later(refused, days=30).publication.outcome == "unchanged"
    assert events(refused) == ["restricted", "deleted"]


def test_bytes_that_come_again_after_they_were_deleted_are_kept_apart_again(refused: Path) -> None:
    later(refused, days=0)
    submit(refused / "inbox", "가상개인센터", "명단 다시.csv", PERSONAL, "2020-05-01T09:00:00")
    later(refused, days=30)
    assert len(kept(refused)) == 1
    assert not Archive(refused / "warehouse" / "archive").path_of(kept(refused)[0]).exists()
    assert events(refused) == ["restricted", "deleted", "restricted"]


@pytest.mark.slow
def test_a_file_whose_name_was_personal_is_accepted_under_another(tmp_path: Path) -> None:
    inbox, data = tmp_path / "inbox", as_csv(table(CLASS))
    submit(inbox, "가상시험센터", "실적 010-0000-0000.csv", data)
    submit(inbox, "가상다른센터", "실적.csv", as_csv(table(CLASS | {"강좌명": "가상 다른 강좌"})))
    assert night(inbox, tmp_path / "warehouse").verdicts == {"accepted": 1, "rejected": 1}
    submit(inbox, "가상시험센터", "실적.csv", data, "2020-05-01T09:00:00")
    night(inbox, tmp_path / "warehouse")
    assert published(tmp_path / "warehouse", "SELECT class_count FROM mart_dsc_summary") == [(2,)]
    assert kept(tmp_path) == []
    assert events(tmp_path) == ["restricted", "returned"]


def test_names_that_differ_in_what_is_masked_are_two_files_and_received_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for number in range(3):  # as long and as old as each other
        submit(tmp_path, "inbox/가상센터", f"010-0000-000{number}.csv", f"가상 {number}".encode())
        (receipt,) = extract_submissions(settings(tmp_path / "inbox", tmp_path), archive).received
        assert (receipt.path, archive.read(receipt.sha256)) == (
            "가상센터/⟦휴대전화번호⟧.csv", f"가상 {number}".encode(),
        )  # fmt: skip
    again = extract_submissions(settings(tmp_path / "inbox", tmp_path), archive)
    assert (again.received, again.unchanged) == ([], 3)


FOUND = Verdict("csv", [Finding("R_PII", row=2, cell="J2", expected_ko="휴대전화번호", expected_en="mobile number")])
OTHERWISE = Verdict(
    "csv", [Finding("R_PII", row=3, cell="J3", expected_ko="휴대전화번호", expected_en="mobile number")]
)


class Killed(Restricted):
    """Dies where the bytes would move."""

    def _take(self, sha256: str) -> None:
        raise KeyboardInterrupt

    _return = _take


def stored(folder: Path) -> tuple[Archive, str]:
    archive = Archive(folder / "archive")
    return archive, archive.store(io.BytesIO(b"invented"))[0]


def test_a_kill_between_the_journal_and_the_move_is_finished_by_the_next_run(tmp_path: Path) -> None:
    archive, sha256 = stored(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        Killed(tmp_path / "restricted", archive).restrict(sha256, FOUND)
    assert archive.path_of(sha256).exists()
    Restricted(tmp_path / "restricted", archive).resume_pending(30)
    assert not archive.path_of(sha256).exists()
    assert Restricted(tmp_path / "restricted", archive).path_of(sha256).read_bytes() == b"invented"
    with pytest.raises(KeyboardInterrupt):
        Killed(tmp_path / "restricted", archive).give_back(sha256)
    Restricted(tmp_path / "restricted", archive).resume_pending(30)
    assert archive.read(sha256) == b"invented"
    assert list((tmp_path / "restricted").iterdir()) == []


def test_a_kill_between_deletion_and_journal_is_finished_by_the_next_run(tmp_path: Path) -> None:
    archive, sha256 = stored(tmp_path)
    first = Restricted(tmp_path / "restricted", archive)
    first.restrict(sha256, FOUND)
    first.path_of(sha256).unlink()
    again = Restricted(tmp_path / "restricted", archive)
    again.resume_pending(30)
    assert again.deleted(sha256) == FOUND
    assert Restricted(tmp_path / "restricted", archive).deleted(sha256) == FOUND


def test_read_again_with_another_outcome_the_days_go_on(tmp_path: Path) -> None:
    archive, sha256 = stored(tmp_path)
    Restricted(tmp_path / "restricted", archive).restrict(sha256, FOUND)
    journal = tmp_path / "archive" / "restricted.jsonl"
    line = json.loads(journal.read_text(encoding="utf-8"))
    line["at"] = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    journal.write_text(json.dumps(line) + "\n", encoding="utf-8")
    Restricted(tmp_path / "restricted", archive).restrict(sha256, OTHERWISE)
    Restricted(tmp_path / "restricted", archive).resume_pending(30)
    assert Restricted(tmp_path / "restricted", archive).deleted(sha256) == OTHERWISE
