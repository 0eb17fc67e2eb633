"""Inbox and archive: every file once under its sha256, never half, never changed, whatever happens in between."""

import hashlib
import io
import os
import stat
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from nights import submit

from sciculture_etl.errors import ArchiveError, UnreachableError
from sciculture_etl.extract import Archive, Extraction, Receipt, extract_submissions
from sciculture_etl.settings import Limits, Settings, Timeouts

DATA = "가상 자료".encode()
RECEIPT = Receipt(
    hashlib.sha256(DATA).hexdigest(), "가상센터/실적.csv", "가상센터", len(DATA), "2020-04-01T00:00:00+00:00"
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def take(inbox: Path | str, archive: Archive, limit: int = 1000) -> Extraction:
    settings = Settings(
        inbox=str(inbox), warehouse=archive.folder, limits=Limits(file_bytes=limit), timeouts=Timeouts(stable_seconds=0)
    )
    return extract_submissions(settings, archive)


def test_what_is_stored_is_read_back_and_cannot_be_written_to(archive: Archive) -> None:
    sha256, size = archive.store(io.BytesIO(DATA))
    assert (sha256, size) == (RECEIPT.sha256, len(DATA))
    assert archive.read(sha256) == DATA
    assert stat.S_IMODE(archive.path_of(sha256).stat().st_mode) & 0o222 == 0


def test_the_same_bytes_are_stored_once(archive: Archive) -> None:
    archive.store(io.BytesIO(DATA))
    archive.store(io.BytesIO(DATA))
    assert [path.name for path in archive.folder.rglob("*") if path.is_file()] == [RECEIPT.sha256]


def test_a_source_that_breaks_off_leaves_nothing(archive: Archive) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("connection lost")
            return super().read(3)

    with pytest.raises(OSError, match="connection lost"):
        archive.store(Broken(DATA))
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == []


def test_a_file_that_was_lost_or_changed_in_the_archive_is_told_of(archive: Archive) -> None:
    sha256, _ = archive.store(io.BytesIO(DATA))
    path = archive.path_of(sha256)
    path.chmod(0o640)
    path.write_bytes(DATA[:-1] + b"!")
    with pytest.raises(ArchiveError, match="not as received"):
        archive.read(sha256)
    path.unlink()
    with pytest.raises(ArchiveError, match="is missing from the archive"):
        archive.read(sha256)


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_journal_line_that_was_cut_off_is_dropped_and_the_next_one_is_whole(archive: Archive, cut: int) -> None:
    archive.add_receipts([RECEIPT])
    whole = (archive.folder / "receipts.jsonl").read_bytes()
    (archive.folder / "receipts.jsonl").write_bytes(whole + whole[:-cut])
    assert archive.receipts() == [RECEIPT]
    second = replace(RECEIPT, path="가상센터/둘째.csv")
    archive.add_receipts([second])
    assert archive.receipts() == [RECEIPT, second]


def test_what_a_killed_run_left_half_copied_is_swept_away(archive: Archive, tmp_path: Path) -> None:
    archive.store(io.BytesIO(DATA))
    (archive.folder / ".incoming-half").write_bytes(b"half")
    submit(tmp_path / "inbox", "가상센터", "실적.csv", DATA)
    take(tmp_path / "inbox", archive)
    assert list(archive.folder.glob(".incoming-*")) == []
    assert archive.read(RECEIPT.sha256) == DATA


def test_each_file_is_taken_once_with_its_submitter_and_time(archive: Archive, tmp_path: Path) -> None:
    submit(tmp_path / "inbox", "가상센터", "하위/실적.csv", DATA, "2020-04-01T09:30:00")
    submit(tmp_path / "inbox", ".", "폴더 밖.csv", b"x", "2020-04-02T09:30:00")
    first, again = take(tmp_path / "inbox", archive), take(tmp_path / "inbox", archive)
    assert [(r.path, r.submitter, r.file_name, r.modified[:19]) for r in first.received] == [
        ("가상센터/하위/실적.csv", "가상센터", "실적.csv", "2020-04-01T09:30:00"),
        ("폴더 밖.csv", None, "폴더 밖.csv", "2020-04-02T09:30:00"),
    ]
    assert (again.received, again.unchanged) == ([], 2)
    assert archive.receipts() == first.received


def test_a_changed_file_is_taken_again_and_the_old_bytes_stay(archive: Archive, tmp_path: Path) -> None:
    submit(tmp_path / "inbox", "가상센터", "실적.csv", DATA, "2020-04-01T09:00:00")
    (first,) = take(tmp_path / "inbox", archive).received
    submit(tmp_path / "inbox", "가상센터", "실적.csv", DATA + b"2", "2020-04-02T09:00:00")
    (second,) = take(tmp_path / "inbox", archive).received
    assert archive.read(first.sha256) == DATA
    assert archive.read(second.sha256) == DATA + b"2"


def test_names_are_composed_as_people_read_them(archive: Archive, tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "가상센터")
    submit(tmp_path / "inbox", decomposed, unicodedata.normalize("NFD", "실적.csv"), DATA)
    (receipt,) = take(tmp_path / "inbox", archive).received
    assert (receipt.path, receipt.submitter) == ("가상센터/실적.csv", "가상센터")


@pytest.mark.parametrize("name", ["~$실적.xlsx", ".숨김.csv", "Thumbs.db", "desktop.ini", ".작업/실적.csv"])
def test_what_is_no_submission_is_passed_over_with_its_reason(archive: Archive, tmp_path: Path, name: str) -> None:
    submit(tmp_path / "inbox", "가상센터", name, DATA)
    extraction = take(tmp_path / "inbox", archive)
    assert extraction.received == []
    assert list(extraction.passed_over) == [f"가상센터/{name}"]
    assert all(extraction.passed_over.values())


def test_pipes_and_links_are_passed_over_and_nobody_waits_for_them(archive: Archive, tmp_path: Path) -> None:
    submit(tmp_path / "inbox", "가상센터", "실적.csv", DATA)
    folder = tmp_path / "inbox" / "가상센터"
    os.mkfifo(folder / "관.csv")
    (folder / "밖.csv").symlink_to("/etc/hostname")
    (folder / "없음.csv").symlink_to("/nowhere")
    extraction = take(tmp_path / "inbox", archive)
    assert [receipt.file_name for receipt in extraction.received] == ["실적.csv"]
    assert set(extraction.passed_over) == {f"가상센터/{name}.csv" for name in ("관", "밖", "없음")}


def test_a_file_over_the_limit_is_left_and_the_others_are_taken(archive: Archive, tmp_path: Path) -> None:
    submit(tmp_path / "inbox", "가상센터", "큰 파일.csv", b"x" * 1001)
    submit(tmp_path / "inbox", "가상센터", "실적.csv", DATA)
    extraction = take(tmp_path / "inbox", archive)
    assert extraction.unreadable == {"가상센터/큰 파일.csv": "larger than 1,000 bytes"}
    assert [receipt.file_name for receipt in extraction.received] == ["실적.csv"]


def test_arrivals_come_in_the_order_of_their_time_and_name(archive: Archive, tmp_path: Path) -> None:
    for name, received in (("다.csv", "2020-04-01"), ("가.csv", "2020-04-02"), ("나.csv", "2020-04-01")):
        submit(tmp_path / "inbox", "가상센터", name, name.encode(), f"{received}T00:00:00")
    received = take(tmp_path / "inbox", archive).received
    assert [receipt.file_name for receipt in received] == ["나.csv", "다.csv", "가.csv"]


def test_another_channel_is_another_address(archive: Archive) -> None:
    import fsspec

    channel = fsspec.filesystem("memory")
    channel.pipe("/channel/가상센터/실적.csv", DATA)
    try:
        (receipt,) = take("memory://channel", archive).received
        assert (receipt.path, receipt.sha256) == ("가상센터/실적.csv", RECEIPT.sha256)
        assert take("memory://channel", archive).unchanged == 1
    finally:
        channel.rm("/channel", recursive=True)


@pytest.mark.parametrize("address", ["/nowhere/at/all", "nosuch://channel"])
def test_a_channel_that_cannot_be_opened_is_told_with_its_address(archive: Archive, address: str) -> None:
    with pytest.raises(UnreachableError, match=address):
        take(address, archive)
