"""The spool of the desk: whole files, once, under names that say what they said, and gone once a run has them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sciculture_etl.errors import UserError
from sciculture_etl.extract import (
    Archive,
    Receipt,
    Spool,
    channels_of,
    extract_submissions,
    is_institution_name,
    name_in_spool,
    path_of,
    spool,
)
from sciculture_etl.settings import Settings, Timeouts

CENTRE = "가상과학문화센터"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(warehouse=tmp_path / "warehouse", timeouts=Timeouts(stable_seconds=0))


@pytest.fixture
def opened(settings: Settings) -> Spool:
    made = Spool(settings)
    made.open()
    return made


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2020년 실적_최종_수정2(1).xlsx", "2020년 실적_최종_수정2(1).xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\실적.csv", "실적.csv"),
        ("실적\N{RIGHT-TO-LEFT OVERRIDE}xslx.exe\n\0.xlsx", "실적xslx.exe.xlsx"),
        ("~$실적.xlsx", "실적.xlsx"),
        (".숨김.xlsx.part", "숨김.xlsx"),
        ("Thumbs.db", spool.WITHOUT_NAME),
        ("..", spool.WITHOUT_NAME),
        ("", spool.WITHOUT_NAME),
        ("a/..", spool.WITHOUT_NAME),
    ],
)
def test_a_name_keeps_what_it_says_and_loses_what_would_harm(given: str, kept: str) -> None:
    assert name_in_spool(given.encode("utf-8", "surrogateescape")) == kept


def test_a_name_of_any_length_fits_into_a_folder_and_keeps_its_ending() -> None:
    name = name_in_spool("가".encode() * 10_000 + b".xlsx")
    assert name.endswith("가.xlsx")
    assert len(name.encode()) <= 255
    assert name_in_spool("실적.xlsx".encode("cp949")) == "실적.xlsx"


def test_names_of_institutions_are_read_by_a_run_as_they_were_given() -> None:
    assert is_institution_name("(재)여수 문화원")
    for other in ("a/b", "..", ".숨김", " 여수", "여수\n", "센터 010-1234-5678", ""):
        assert not is_institution_name(other), other


def test_a_run_takes_what_was_sent_in_and_removes_it(settings: Settings, opened: Spool, tmp_path: Path) -> None:
    sent = opened.put(CENTRE, "실적_최종.xlsx", b"bytes")
    assert sent.place.stat().st_mode & 0o777 == 0o600
    assert opened.folder.stat().st_mode & 0o777 == 0o700
    archive = Archive(settings.archive)
    (receipt,) = extract_submissions(settings, archive).received
    assert (receipt.submitter, receipt.file_name, archive.read(receipt.sha256)) == (CENTRE, "실적_최종.xlsx", b"bytes")
    assert receipt.path == path_of(CENTRE, receipt.sha256, "실적_최종.xlsx")
    assert opened.waiting(CENTRE) == []
    opened.put(CENTRE, "실적_최종.xlsx", b"bytes")  # the same again: a duplicate, which a run answers as one
    assert len(extract_submissions(settings, archive).received) == 1


def test_what_has_its_receipt_is_removed_by_the_next_run_where_one_was_killed(
    settings: Settings, opened: Spool
) -> None:
    sent, archive = opened.put(CENTRE, "실적.xlsx", b"bytes"), Archive(settings.archive)
    extract_submissions(settings, archive)
    sent.place.parent.mkdir()
    sent.place.write_bytes(b"bytes")
    os.utime(sent.place, (sent.sent_at.timestamp(), sent.sent_at.timestamp()))
    extraction = extract_submissions(settings, Archive(settings.archive))
    assert not extraction.received
    assert opened.waiting(CENTRE) == []


def test_the_same_bytes_of_another_institution_wait_for_a_receipt_of_their_own(
    settings: Settings, opened: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, archive = "다른센터", Archive(settings.archive)
    opened.put(CENTRE, "실적.xlsx", b"bytes")
    add = Archive.add_receipts

    def sent_meanwhile(archive: Archive, receipts: list[Receipt]) -> list[Receipt]:
        opened.put(other, "실적.xlsx", b"bytes")
        return add(archive, receipts)

    monkeypatch.setattr(Archive, "add_receipts", sent_meanwhile)
    assert [receipt.submitter for receipt in extract_submissions(settings, archive).received] == [CENTRE]
    assert [file.file_name for file in opened.waiting(other)] == ["실적.xlsx"]
    monkeypatch.undo()
    assert [receipt.submitter for receipt in extract_submissions(settings, archive).received] == [other]
    assert opened.waiting(other) == []


def test_the_same_bytes_are_sent_once_whoever_presses_at_the_same_time(opened: Spool) -> None:
    pressing = [
        threading.Thread(target=opened.put, args=(CENTRE, f"실적{n}.xlsx", b"bytes" * 100_000)) for n in range(8)
    ]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    assert [file.size for file in opened.waiting(CENTRE)] == [500_000]
    assert list(opened.folder.with_name("incoming").iterdir()) == []


def test_nobody_fills_the_disk(opened: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MAX_WAITING_FILES", 2)
    for n in range(2):
        opened.put(CENTRE, "실적.xlsx", bytes([n]))
    with pytest.raises(UserError, match="접수 대기 중인 파일이 2개"):
        opened.put(CENTRE, "실적.xlsx", b"third")
    opened.put("다른센터", "실적.xlsx", b"third")


def test_the_spool_is_a_channel_only_where_the_desk_is_used(settings: Settings, tmp_path: Path) -> None:
    assert [channel.name for channel in channels_of(settings)] == [""]
    Spool(settings).open()
    assert [channel.name for channel in channels_of(settings)] == ["desk_spool"]
    also = settings.model_copy(update={"inbox": str(tmp_path)})
    assert [channel.name for channel in channels_of(also)] == ["", "desk_spool"]


def test_what_a_killed_desk_left_half_written_is_seen_by_no_run(settings: Settings, opened: Spool) -> None:
    half = opened.folder.with_name("incoming") / "4194305-abc"
    half.mkdir()
    (half / "실적.xlsx").write_bytes(b"ha")
    assert not extract_submissions(settings, Archive(settings.archive)).received
    Spool(settings).open()
    assert not half.exists()
