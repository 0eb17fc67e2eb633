"""SFTP: a real server on loopback, with the faults of real ones. Every file is taken whole, once, or told of."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from channel_servers import HOST_KEY, USER, SftpDoor, sftp_server, silent_server
from nights import submit
from taking import take

from sciculture_etl.errors import UnreachableError
from sciculture_etl.extract import Archive
from sciculture_etl.settings import Timeouts

LARGE = bytes(range(256)) * 1024  # several requests long


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    return tmp_path / "served"


@pytest.fixture
def door(served: Path, tmp_path: Path) -> Iterator[SftpDoor]:
    with sftp_server(served, tmp_path) as door:
        yield door


def test_files_are_taken_once_with_their_institution_and_time(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "가상센터", "하위/실적 #1?.csv", b"one")
    submit(served, ".", "폴더 밖.csv", b"two", "2020-04-02T09:00:00")
    first, again = take(archive, door.options()), take(archive, door.options())
    assert [(r.path, r.submitter, r.file_name, r.modified[:19]) for r in first.received] == [
        ("kofst://가상센터/하위/실적 #1?.csv", "가상센터", "실적 #1?.csv", "2020-04-01T09:00:00"),
        ("kofst://폴더 밖.csv", None, "폴더 밖.csv", "2020-04-02T09:00:00"),
    ]
    assert [archive.read(receipt.sha256) for receipt in first.received] == [b"one", b"two"]
    assert (again.received, again.unchanged) == ([], 2)


def test_only_the_folder_of_the_address_is_looked_into(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "접수/가상센터", "실적.csv", b"in")
    submit(served, "사적", "다른.csv", b"out")
    options = door.options() | {"KOFST": door.url + "%EC%A0%91%EC%88%98"}
    assert [receipt.path for receipt in take(archive, options).received] == ["kofst://가상센터/실적.csv"]


def test_a_key_opens_it_as_well_as_a_password(served: Path, tmp_path: Path, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    key.write_private_key(str(tmp_path / "key"), "pkcs1-pem", passphrase="phrase-never-shown")
    key.write_public_key(str(tmp_path / "key.pub"))
    with sftp_server(served, tmp_path, authorized_keys=str(tmp_path / "key.pub")) as door:
        options = {
            "KOFST": f"sftp://127.0.0.1:{door.port}/", "KOFST_USERNAME": USER, "KOFST_KEY_FILE": str(tmp_path / "key"),
            "KOFST_PASSWORD": "phrase-never-shown", "KOFST_KNOWN_HOSTS": str(door.known_hosts),
        }  # fmt: skip
        assert len(take(archive, options).received) == 1


def test_a_wrong_password_is_told_at_once_and_not_repeated(served: Path, door: SftpDoor, archive: Archive) -> None:
    with pytest.raises(UnreachableError, match="refuses the user name, password or key") as refused:
        take(archive, door.options() | {"KOFST_PASSWORD": "wr0ng-never-shown"})
    assert "wr0ng" not in str(refused.value)
    assert door.faults.connections == 1


def test_an_unknown_host_is_refused_with_the_line_that_would_make_it_known(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    door.known_hosts.write_text("")
    with pytest.raises(UnreachableError, match="isn't known") as refused:
        take(archive, door.options())
    told = str(refused.value)
    assert HOST_KEY.get_fingerprint() in told
    door.known_hosts.write_text(told.split("add the line '")[1].split("'")[0] + "\n")
    assert len(take(archive, door.options()).received) == 1


def test_a_host_that_became_another_gets_no_password(door: SftpDoor, archive: Archive) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    door.known_hosts.write_text(f"[127.0.0.1]:{door.port} {other}")
    with pytest.raises(UnreachableError, match="isn't the one that is known"):
        take(archive, door.options())


def test_a_transfer_that_breaks_off_is_taken_up_again_in_the_same_run(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    submit(served, "가상센터", "큰 실적.csv", LARGE)
    door.faults.drop["큰 실적.csv"] = 2
    (receipt,) = take(archive, door.options()).received
    assert archive.read(receipt.sha256) == LARGE
    assert len(door.faults.opened) == 3


def test_a_transfer_that_ends_early_without_a_sign_is_never_taken_for_whole(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    submit(served, "가상센터", "큰 실적.csv", LARGE)
    door.faults.cut["큰 실적.csv"] = 2  # the end of a file is asked for twice
    (receipt,) = take(archive, door.options()).received
    assert archive.read(receipt.sha256) == LARGE
    assert len(door.faults.opened) == 2


def test_a_transfer_that_always_breaks_off_is_told_and_left_for_the_next_run(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    submit(served, "가상센터", "큰 실적.csv", LARGE)
    submit(served, "다른센터", "작은 실적.csv", b"small")
    door.faults.drop["큰 실적.csv"] = 1000
    extraction = take(archive, door.options())
    assert [receipt.file_name for receipt in extraction.received] == ["작은 실적.csv"]
    assert list(extraction.unreadable) == ["kofst://가상센터/큰 실적.csv"]
    assert [path.name for path in archive.folder.rglob("*") if path.is_file() and path.suffix != ".jsonl"] == [
        extraction.received[0].sha256
    ]
    door.faults.drop.clear()
    assert [receipt.size for receipt in take(archive, door.options()).received] == [len(LARGE)]


def test_a_server_that_falls_silent_is_not_waited_for(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "가상센터", "큰 실적.csv", LARGE)
    door.faults.stall["큰 실적.csv"] = 1
    timeouts = Timeouts(attempts=2, first_pause=0.02, silence=0.5, copy=20, stable_seconds=0)
    assert [receipt.size for receipt in take(archive, door.options(), timeouts).received] == [len(LARGE)]


def test_a_server_that_never_says_a_word_is_told_as_unreachable(archive: Archive) -> None:
    timeouts = Timeouts(attempts=2, first_pause=0.02, silence=0.2, stable_seconds=0)
    with silent_server() as port, pytest.raises(UnreachableError, match="can't be opened"):
        take(archive, {"KOFST": f"sftp://etl@127.0.0.1:{port}/", "KOFST_PASSWORD": "x"}, timeouts)


def test_connections_refused_for_a_moment_are_tried_again(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    door.faults.refuse = 2
    assert len(take(archive, door.options()).received) == 1


def test_a_file_still_being_written_is_left_until_it_rests(served: Path, door: SftpDoor, archive: Archive) -> None:
    path = submit(served, "가상센터", "실적.csv", b"row\n")

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"row\n")

    door.faults.on_open["실적.csv"] = grow
    extraction = take(archive, door.options())
    assert "still being written" in extraction.unreadable["kofst://가상센터/실적.csv"]
    assert list(archive.folder.rglob("*")) == []
    door.faults.on_open.clear()
    assert [receipt.size for receipt in take(archive, door.options()).received] == [8]


def test_an_upload_that_pauses_is_seen_by_the_second_look(served: Path, door: SftpDoor, archive: Archive) -> None:
    path = submit(served, "가상센터", "실적.csv", b"row\n")

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"row\n")

    later = threading.Timer(0.7, grow)
    door.faults.on_list["가상센터"] = later.start
    extraction = take(archive, door.options(), Timeouts(first_pause=0.02, silence=5, stable_seconds=2))
    assert "still being written" in extraction.unreadable["kofst://가상센터/실적.csv"]


def test_a_file_deleted_between_listing_and_copying_is_told_and_no_error(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    path = submit(served, "가상센터", "실적.csv", b"one")
    door.faults.on_open["실적.csv"] = path.unlink
    extraction = take(archive, door.options())
    assert (extraction.unreadable, extraction.received) == ({}, [])
    assert extraction.passed_over == {"kofst://가상센터/실적.csv": "deleted before it could be taken"}


def test_what_was_received_stays_when_it_is_renamed_and_deleted_there(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    path = submit(served, "가상센터", "실적.csv", b"one")
    (first,) = take(archive, door.options()).received
    (renamed,) = take(archive, door.options()).received if path.rename(path.with_name("최종.csv")) else ()
    assert (renamed.sha256, renamed.file_name) == (first.sha256, "최종.csv")
    path.with_name("최종.csv").unlink()
    assert take(archive, door.options()).received == []
    assert archive.read(first.sha256) == b"one"


def test_links_hidden_and_unfinished_files_are_passed_over_with_their_reason(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    folder = submit(served, "가상센터", "실적.csv", b"one").parent
    (served.parent / "밖").mkdir()
    (served.parent / "밖" / "비밀.csv").write_bytes(b"secret")
    (folder / "밖.csv").symlink_to(served.parent / "밖" / "비밀.csv")
    (served / "나가는 길").symlink_to(served.parent / "밖")
    for name in ("실적.xlsx.part", "실적.xlsx.filepart", "실적.TMP", ".숨김.csv", "~$실적.xlsx", "실적.csv~"):
        (folder / name).write_bytes(b"half")
    extraction = take(archive, door.options())
    assert [receipt.file_name for receipt in extraction.received] == ["실적.csv"]
    assert len(extraction.passed_over) == 8
    assert extraction.passed_over["kofst://나가는 길"] == "symbolic link"
    assert extraction.passed_over["kofst://가상센터/실적.xlsx.part"] == "unfinished, by its name"


def test_names_of_old_servers_and_names_that_play_tricks(served: Path, door: SftpDoor, archive: Archive) -> None:
    folder = os.fsencode(submit(served, "가상센터", "실적.csv", b"one").parent)
    Path(os.fsdecode(folder + b"/" + "옛 서버.csv".encode("cp949"))).write_bytes(b"two")
    for name in ("줄\n바꿈.csv", "역\\슬래시.csv", "거꾸로\u202etxt.csv", "\x1b[2J.csv"):
        Path(os.fsdecode(folder), name).write_bytes(b"trick")
    extraction = take(archive, door.options())
    assert {receipt.file_name for receipt in extraction.received} == {
        "실적.csv", "옛 서버.csv", "줄�바꿈.csv", "역�슬래시.csv", "거꾸로�txt.csv", "�[2J.csv",
    }  # fmt: skip
    assert take(archive, door.options()).unchanged == 6


def test_composed_and_decomposed_names_are_two_files(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "가상센터", "\uac00.csv", b"composed")
    submit(served, "가상센터", "\u1100\u1161.csv", b"decomposed")
    assert {archive.read(r.sha256) for r in take(archive, door.options()).received} == {b"composed", b"decomposed"}
    assert take(archive, door.options()).unchanged == 2


def test_an_account_of_one_institution_says_whose_files_they_are(
    served: Path, door: SftpDoor, archive: Archive
) -> None:
    submit(served, ".", "실적.csv", b"one")
    submit(served, "2020", "지난해.csv", b"two")
    extraction = take(archive, door.options() | {"KOFST_SUBMITTER": "가상센터"})
    assert {receipt.submitter for receipt in extraction.received} == {"가상센터"}


def test_a_folder_that_may_not_be_listed_is_told(served: Path, door: SftpDoor, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    submit(served, "닫힌 센터", "실적.csv", b"two")
    door.faults.closed = ("닫힌 센터",)
    extraction = take(archive, door.options())
    assert extraction.unreadable == {"kofst://닫힌 센터/": "no permission"}
    assert len(extraction.received) == 1


def test_thousands_of_known_files_are_told_without_opening_one(served: Path, door: SftpDoor, archive: Archive) -> None:
    for number in range(300):
        submit(served, f"가상센터{number % 30}", f"실적{number}.csv", b"%d" % number)
    assert len(take(archive, door.options()).received) == 300
    door.faults.opened.clear()
    assert take(archive, door.options()).unchanged == 300
    assert door.faults.opened == []


def test_a_channel_that_dies_half_way_is_left_alone(served: Path, door: SftpDoor, archive: Archive) -> None:
    for number in range(40):
        submit(served, "가상센터", f"실적{number}.csv", LARGE)
    door.faults.drop[".csv"] = 100_000
    extraction = take(archive, door.options(), Timeouts(attempts=1, first_pause=0.01, silence=1, stable_seconds=0))
    waiting = 40 - len(extraction.unreadable)
    assert waiting > 0
    assert f"{waiting} files wait for the next run" in extraction.unreachable["SCICULTURE_INBOX_KOFST"]
    assert len(door.faults.opened) < 40
