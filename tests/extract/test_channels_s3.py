"""S3-compatible storage: a real server on loopback, with the faults of real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from channel_servers import S3Door, s3_server, silent_server
from taking import take

from sciculture_etl.errors import UnreachableError
from sciculture_etl.extract import Archive, Extraction
from sciculture_etl.settings import Timeouts

LARGE = bytes(range(256)) * 1024


@pytest.fixture
def door() -> Iterator[S3Door]:
    with s3_server() as door:
        yield door


def test_objects_are_taken_once_with_their_institution(door: S3Door, archive: Archive) -> None:
    door.put("접수/가상센터/하위/실적 #1?.csv", b"one")
    door.put("접수/폴더 밖.csv", b"two")
    door.put("접수/빈 폴더/", b"")
    door.put("다른 것/실적.csv", b"out")
    options = door.options(prefix="/접수")
    first, again = take(archive, options), take(archive, options)
    assert sorted((r.path, r.submitter or "", archive.read(r.sha256)) for r in first.received) == [
        ("cloud://가상센터/하위/실적 #1?.csv", "가상센터", b"one"),
        ("cloud://폴더 밖.csv", "", b"two"),
    ]
    assert (again.received, again.unchanged, again.unreadable) == ([], 2, {})


def test_an_object_overwritten_at_the_same_second_and_size_is_seen(door: S3Door, archive: Archive) -> None:
    door.put("가상센터/실적.csv", b"one")
    take(archive, door.options())
    door.put("가상센터/실적.csv", b"two")
    (receipt,) = take(archive, door.options()).received
    assert archive.read(receipt.sha256) == b"two"


def test_an_empty_bucket_is_a_quiet_night_and_a_missing_one_is_told(door: S3Door, archive: Archive) -> None:
    assert take(archive, door.options(prefix="/없음")) == Extraction()
    with pytest.raises(UnreachableError, match="no such folder"):
        take(archive, door.options() | {"CLOUD": "s3://nowhere"})


def test_credentials_come_from_the_usual_variables_too(
    door: S3Door, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.put("가상센터/실적.csv", b"one")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_ENDPOINT_URL", door.endpoint)
    assert len(take(archive, {"CLOUD": "s3://submissions"}).received) == 1


def test_a_public_bucket_needs_no_credentials(door: S3Door, archive: Archive) -> None:
    door.client.put_object(Bucket="submissions", Key="가상센터/실적.csv", Body=b"one", ACL="public-read")
    options = {"CLOUD": "s3://submissions", "CLOUD_ENDPOINT_URL": door.endpoint, "CLOUD_ANONYMOUS": "yes"}
    assert len(take(archive, options).received) == 1


def test_missing_credentials_are_told_at_once(
    door: S3Door, archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(UnreachableError, match="credentials"):
        take(archive, {"CLOUD": "s3://submissions", "CLOUD_ENDPOINT_URL": door.endpoint})


def test_a_transfer_that_breaks_off_is_taken_up_again(door: S3Door, archive: Archive) -> None:
    door.put("가상센터/실적.csv", LARGE)
    door.faults.drop["실적.csv"] = 2
    (receipt,) = take(archive, door.options()).received
    assert archive.read(receipt.sha256) == LARGE


def test_a_transfer_that_stalls_or_always_breaks_off_is_told(door: S3Door, archive: Archive) -> None:
    door.put("가상센터/실적.csv", LARGE)
    door.put("가상센터/느림.csv", LARGE)
    door.put("다른센터/실적2.csv", b"small")
    door.faults.drop["/실적.csv"] = 1000
    door.faults.stall["느림.csv"] = 1000
    extraction = take(archive, door.options(), Timeouts(attempts=2, first_pause=0.02, silence=0.3, stable_seconds=0))
    assert [receipt.file_name for receipt in extraction.received] == ["실적2.csv"]
    assert set(extraction.unreadable) == {"cloud://가상센터/실적.csv", "cloud://가상센터/느림.csv"}


def test_a_server_that_asks_to_slow_down_is_asked_again_later(door: S3Door, archive: Archive) -> None:
    door.put("가상센터/실적.csv", b"one")
    door.faults.refuse = 2
    assert len(take(archive, door.options()).received) == 1


def test_an_object_changed_or_deleted_meanwhile_is_told(door: S3Door, archive: Archive) -> None:
    door.put("가상센터/바뀜.csv", b"one")
    door.put("가상센터/지움.csv", b"two")
    delete = {"Bucket": "submissions", "Key": "가상센터/지움.csv"}
    door.faults.on_open = {
        "바뀜.csv": lambda: door.put("가상센터/바뀜.csv", b"three"),
        "지움.csv": lambda: door.client.delete_object(**delete),
    }
    extraction = take(archive, door.options())
    assert extraction.received == []
    assert extraction.passed_over == {"cloud://가상센터/지움.csv": "deleted before it could be taken"}
    assert "left for the next run" in extraction.unreadable["cloud://가상센터/바뀜.csv"]


def test_keys_that_lead_elsewhere_are_not_taken(door: S3Door, archive: Archive) -> None:
    for key in (
        "../밖.csv",
        "가상센터/../../밖.csv",
        "가상센터//빈.csv",
        "긴" * 86 + ".csv",
    ):
        door.put(key, b"trick")
    door.put("가상센터/%2e%2e.csv", b"plain")
    extraction = take(archive, door.options())
    assert [receipt.path for receipt in extraction.received] == ["cloud://가상센터/%2e%2e.csv"]
    assert len(extraction.unreadable) == 4
    assert all("rename it" in reason for reason in extraction.unreadable.values())


def test_a_silent_server_is_told_as_unreachable(archive: Archive) -> None:
    timeouts = Timeouts(attempts=2, first_pause=0.02, silence=0.2, stable_seconds=0)
    options = {"CLOUD": "s3://submissions", "CLOUD_ANONYMOUS": "yes"}
    with silent_server() as port, pytest.raises(UnreachableError, match="can't be opened"):
        take(archive, options | {"CLOUD_ENDPOINT_URL": f"http://127.0.0.1:{port}"}, timeouts)
