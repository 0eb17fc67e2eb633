"""``sciculture run`` and ``rebuild``: what they say, and by which code they end."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.load import writer_lock
from sciculture_sample import DAILY_SCIENCE_CLASS, write_sample
from tests.cli.conftest import COMMAND, Places

GOOD_REGISTER = "기관코드,기관명,기관유형,시도,시군구,사업연도\nINST-9001,가상시험기관,기업,대전광역시,유성구,2020\n"
KILLS = 1


def put(places: Places, path: str, data: bytes) -> None:
    target = places.inbox / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def test_the_sample_night_publishes_the_seven_figures(sample_night: tuple[Places, int, dict[str, Any]]) -> None:
    _, code, report = sample_night
    assert code == report["exit_code"] == 3  # published, with planted errors
    assert report["outcome"] == "published"
    assert report["answers"] == report["files"]["received"]
    agrees = {figure["figure_id"]: figure["agrees"] for figure in report["figures"]}
    assert [agrees[f"K{n}"] for n in range(11, 18)] == [True] * 7
    rows = report["rows"]
    assert rows["read"] == rows["loaded"] + rows["quarantined"] + rows["left_out"]


def test_a_second_run_does_nothing_and_publishes_nothing(sample_night: tuple[Places, int, dict[str, Any]]) -> None:
    places, _, first = sample_night
    code, again = places.run()
    assert code == 0
    assert again["outcome"] == "unchanged"
    assert again["release_id"] == first["release_id"]
    assert again["files"]["read"] == 0
    assert again["rebuilt"] == []


def test_a_rebuild_from_the_archive_ends_in_the_same_figures(sample_night: tuple[Places, int, dict[str, Any]]) -> None:
    places, _, _ = sample_night
    before = places.hashes()
    (places.warehouse / "warehouse.duckdb").unlink()
    _, report = places.run("rebuild")
    assert report["files"]["read"] > 0
    assert places.hashes() == before


def test_files_that_cannot_be_used_are_told_what_to_do_and_the_rest_goes_on(places: Places) -> None:
    put(places, "한국과학창의재단/등록부.csv", GOOD_REGISTER.encode("cp949"))
    put(places, "가상시험기관/빈 파일.csv", b"")
    put(places, "가상시험기관/깨짐.xlsx", b"PK\x03\x04" + bytes(range(256)) * 8)
    put(places, "가상시험기관/그림.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
    put(places, "가상시험기관/다른 열.csv", "품목,수량\n가상 교구,3\n".encode())
    put(places, "가상시험기관/머리글만.csv", (GOOD_REGISTER.splitlines()[0] + "\n").encode())
    code, report = places.run()
    assert code == 3
    assert report["verdicts"] == {"accepted": 1, "rejected": 5}
    log = duckdb.connect(str(places.warehouse / "operations.duckdb"), read_only=True)
    told = log.execute("SELECT source_file, code, fix_ko, fix_en FROM mart_row_error").fetchall()
    assert {(Path(path).name, code) for path, code, _, _ in told} == {
        ("빈 파일.csv", "R_EMPTY"),
        ("깨짐.xlsx", "R_UNSUPPORTED_FORMAT"),
        ("그림.xlsx", "R_UNSUPPORTED_FORMAT"),
        ("다른 열.csv", "R_HEADER_NOT_FOUND"),
        ("머리글만.csv", "R_EMPTY"),
    }
    assert all(fix_ko and fix_en for *_, fix_ko, fix_en in told)


def test_a_missing_inbox_is_one_sentence_and_no_traceback(places: Places) -> None:
    places.inbox.rmdir()
    done = places.command("run")
    assert done.returncode == 5
    assert "SCICULTURE_INBOX" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_second_run_beside_the_first_says_who_holds_the_warehouse(places: Places) -> None:
    put(places, "한국과학창의재단/등록부.csv", GOOD_REGISTER.encode())
    with writer_lock(places.warehouse):
        done = places.command("run")
    assert done.returncode == 6
    assert "process" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_night_without_any_accepted_row_refuses_to_publish(places: Places) -> None:
    put(places, "가상시험기관/빈 파일.csv", b"")
    code, report = places.run()
    assert code == 4
    assert report["outcome"] == "refused"
    assert report["refusals"]


def test_a_killed_flow_is_finished_by_the_next_run(
    places: Places, sample_night: tuple[Places, int, dict[str, Any]]
) -> None:
    write_sample(places.inbox, datasets=DAILY_SCIENCE_CLASS)
    chance = random.Random(2020)
    for _ in range(KILLS):
        run = subprocess.Popen(
            [str(COMMAND), "run", "--json"],
            env=places.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        lock = places.warehouse / ".lock"
        deadline = time.monotonic() + 120
        while not _held_by(lock, run.pid) and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 5))
        started_by_it = _children(run.pid)
        run.send_signal(signal.SIGKILL)
        run.wait()
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in started_by_it):
            assert time.monotonic() < deadline, "a killed run left its server behind"
            time.sleep(0.1)
    _, report = places.run()
    assert report["release_id"]
    undisturbed, _, _ = sample_night
    assert places.hashes() == undisturbed.hashes()


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()] if listing.exists() else []


def _held_by(lock: Path, pid: int) -> bool:
    try:
        return json.loads(lock.read_text()).get("pid") == pid
    except (OSError, ValueError):
        return False
