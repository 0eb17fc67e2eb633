"""Channels: how they are set, and that none is in another's way."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from channel_servers import PASSWORD, sftp_server, silent_server
from nights import submit

from sciculture_etl.errors import UserError
from sciculture_etl.extract import Archive, Extraction, channels_of, extract_submissions, with_blocks
from sciculture_etl.extract.channels.faults import describe
from sciculture_etl.pipeline import Run
from sciculture_etl.settings import Settings, Timeouts

QUICK = Timeouts(attempts=2, first_pause=0.02, silence=0.3, copy=20, stable_seconds=0)


def take(archive: Archive, inbox: str, options: dict[str, str], timeouts: Timeouts = QUICK) -> Extraction:
    settings = Settings(inbox=inbox, warehouse=archive.folder.parent, inbox_options=options, timeouts=timeouts)
    return extract_submissions(settings, archive)


def channels(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, tuple[str, dict[str, str]]]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {channel.name: (channel.url, dict(channel.options)) for channel in channels_of(Settings.from_environment())}


def test_each_channel_is_one_variable_and_its_options_bear_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert channels(
        monkeypatch,
        SCICULTURE_INBOX="sftp://etl@desk.example.org/in",
        SCICULTURE_INBOX_PASSWORD="one",
        SCICULTURE_INBOX_KEY_FILE="/keys/desk",
        SCICULTURE_INBOX_CLOUD="s3://bucket/prefix",
        SCICULTURE_INBOX_CLOUD_SECRET_ACCESS_KEY="two",
        SCICULTURE_INBOX_CLOUD_SUBMITTER="가상센터",
        SCICULTURE_INBOX_PORTAL="https://files.example.org/list",
    ) == {
        "": ("sftp://etl@desk.example.org/in", {"PASSWORD": "one", "KEY_FILE": "/keys/desk"}),
        "cloud": ("s3://bucket/prefix", {"SECRET_ACCESS_KEY": "two", "SUBMITTER": "가상센터"}),
        "portal": ("https://files.example.org/list", {}),
    }


def test_the_folder_inbox_stays_the_default_where_it_is_there_or_nothing_else_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SCICULTURE_INBOX", raising=False)
    assert channels(monkeypatch) == {"": ("inbox", {})}
    assert list(channels(monkeypatch, SCICULTURE_INBOX_CLOUD="s3://bucket")) == ["cloud"]
    (tmp_path / "inbox").mkdir()
    assert list(channels(monkeypatch)) == ["", "cloud"]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"KOFST": "sftp://etl:hunter2@host/in"}, "SCICULTURE_INBOX_KOFST_PASSWORD"),
        ({"CLOUD": "s3://id:hunter2@bucket"}, "SCICULTURE_INBOX_CLOUD_PASSWORD"),
        ({"PORTAL": "https://host/list?token=hunter2"}, "without"),
        ({"PORTAL": "http://host/list", "PORTAL_TOKEN": "hunter2"}, "use https"),
        ({"CLOUD": "s3://bucket", "CLOUD_ENDPOINT_URL": "http://host:9000"}, "use https"),
        ({"KOFST_PASSWORD": "hunter2"}, "but SCICULTURE_INBOX_KOFST"),
        ({"KOFST": "/data/in", "KOFST_PASSWORD": "hunter2"}, "takes only"),
        ({"KOFST": "sftp://host/in", "KOFST_PASSWORT": "hunter2"}, "no underscore"),
        ({"KOFST": "sftp:///in"}, "host"),
    ],
)
def test_what_cannot_be_meant_is_told_without_repeating_a_secret(
    archive: Archive, variables: dict[str, str], told: str
) -> None:
    with pytest.raises(UserError, match=told) as mistake:
        take(archive, "", variables)
    assert "hunter2" not in str(mistake.value)
    assert "hunter2" not in repr(Settings(inbox="", warehouse=archive.folder, inbox_options=variables))


def test_a_block_gives_what_is_not_set_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(
        warehouse=tmp_path,
        inbox_options={"KOFST": "sftp://host/in", "KOFST_USERNAME": "etl", "KOFST_BLOCK": "kofst"},
    )
    blocks: dict[str, Any] = {"kofst": {"password": "hunter2", "USERNAME": "other"}}
    (channel,) = channels_of(with_blocks(settings, blocks.__getitem__))
    assert channel.options == {"PASSWORD": "hunter2", "USERNAME": "etl"}
    for block in ({}, {"kofst": "hunter2"}):
        with pytest.raises(UserError, match="block 'kofst'") as mistake:
            with_blocks(settings, block.__getitem__)
        assert "hunter2" not in str(mistake.value)


def test_a_channel_that_cannot_be_reached_stops_neither_the_others_nor_the_night(
    archive: Archive, tmp_path: Path
) -> None:
    submit(tmp_path / "inbox", "가상센터", "실적.csv", b"one")
    submit(tmp_path / "served", "다른센터", "실적.csv", b"two")
    with sftp_server(tmp_path / "served", tmp_path) as door, silent_server() as silent:
        options = door.options() | {
            "GONE": str(tmp_path / "nowhere"), "SILENT": f"https://127.0.0.1:{silent}/", "BROKEN": "nosuch://place",
        }  # fmt: skip
        settings = Settings(
            inbox=str(tmp_path / "inbox"), warehouse=archive.folder.parent, inbox_options=options, timeouts=QUICK
        )
        with Run.open(settings) as run:
            extraction = run.extract()
    assert [receipt.path for receipt in extraction.received] == ["가상센터/실적.csv", "kofst://다른센터/실적.csv"]
    assert {setting.removeprefix("SCICULTURE_INBOX_") for setting in extraction.unreachable} == {
        "GONE", "SILENT", "BROKEN",
    }  # fmt: skip
    assert all(PASSWORD not in reason and reason for reason in extraction.unreachable.values())


def test_a_file_that_grows_in_a_folder_is_left_and_one_that_rests_is_taken(archive: Archive, tmp_path: Path) -> None:
    growing, resting = tmp_path / "inbox" / "가상센터" / "자람.csv", tmp_path / "inbox" / "가상센터" / "쉼.csv"
    resting.parent.mkdir(parents=True)
    resting.write_bytes(b"whole")
    growing.write_bytes(b"row\n")
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.05):
            with growing.open("ab") as file:
                file.write(b"row\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        extraction = take(archive, str(tmp_path / "inbox"), {}, Timeouts(stable_seconds=0.4))
    finally:
        ended.set()
        writer.join()
    assert [receipt.file_name for receipt in extraction.received] == ["쉼.csv"]
    assert "still being written" in extraction.unreadable["가상센터/자람.csv"]
    (receipt,) = take(archive, str(tmp_path / "inbox"), {}, Timeouts(stable_seconds=0.4)).received
    assert archive.read(receipt.sha256) == growing.read_bytes()


def test_the_same_file_through_two_channels_is_two_receipts_of_one_submission(archive: Archive, tmp_path: Path) -> None:
    for place in ("inbox", "served"):
        submit(tmp_path / place, "가상센터", "실적.csv", b"one")
    extraction = take(archive, str(tmp_path / "inbox"), {"SECOND": str(tmp_path / "served")})
    assert [receipt.path for receipt in extraction.received] == ["가상센터/실적.csv", "second://가상센터/실적.csv"]
    assert len({receipt.submission_id for receipt in extraction.received}) == 1


def test_the_words_of_a_fault_repeat_no_personal_value_of_a_name() -> None:
    told = describe(OSError("가상센터/010-0000-1234.csv: connection refused"))
    assert "010-0000-1234" not in told
    assert "connection refused" in told
