"""``sciculture run`` and ``rebuild``: what they say, and by which code they end."""

from __future__ import annotations

import json
import random
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.load import writer_lock
from tests.commands import COMMAND, Places
from tests.forms import CLASS, as_csv, table
from tests.nights import hashes, night, submit
from tests.settled import Settled

GOOD_REGISTER = "기관코드,기관명,기관유형,시도,시군구,사업연도\nINST-9001,가상시험기관,기업,대전광역시,유성구,2020\n"


def put(places: Places, path: str, data: bytes) -> None:
    target = places.inbox / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def test_a_second_run_does_nothing_publishes_nothing_and_shows_the_seven_figures(
    settled: Settled, tmp_path: Path, prefect: Mapping[str, str]
) -> None:
    code, again = Places(settled.inbox, settled.copy(tmp_path), prefect).run()
    assert code == again["exit_code"] == 0
    assert again["outcome"] == "unchanged"
    assert again["release_id"] == settled.report.publication.release_id
    assert again["files"]["read"] == 0
    assert again["rebuilt"] == []
    agrees = {figure["figure_id"]: figure["agrees"] for figure in again["figures"]}
    assert [agrees[f"K{n}"] for n in range(11, 18)] == [True] * 7
    pages = tmp_path / "warehouse/operations"
    assert stat.S_IMODE(pages.stat().st_mode) == 0o700
    assert "nothing new" in (pages / "en/runs.html").read_text(encoding="utf-8")


def test_a_rebuild_from_the_archive_ends_in_the_same_figures(small_night: Places) -> None:
    before = small_night.hashes()
    (small_night.warehouse / "warehouse.duckdb").unlink()
    _, report = small_night.run("rebuild")
    assert report["files"]["read"] > 0
    assert small_night.hashes() == before


@pytest.mark.slow  # a night that ends so by the command: test_run_channels.py; each code: formats/, tables/
def test_files_that_cannot_be_used_are_told_what_to_do_and_the_rest_goes_on(shared: Places) -> None:
    put(shared, "한국과학창의재단/등록부.csv", GOOD_REGISTER.encode("cp949"))
    put(shared, "가상시험기관/빈 파일.csv", b"")
    put(shared, "가상시험기관/깨짐.xlsx", b"PK\x03\x04" + bytes(range(256)) * 8)
    put(shared, "가상시험기관/그림.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
    put(shared, "가상시험기관/다른 열.csv", "품목,수량\n가상 교구,3\n".encode())
    put(shared, "가상시험기관/머리글만.csv", (GOOD_REGISTER.splitlines()[0] + "\n").encode())
    code, report = shared.run()
    assert code == report["exit_code"] == 3
    assert report["outcome"] == "published"
    assert report["verdicts"] == {"accepted": 1, "rejected": 5}
    assert report["answers"] == report["files"]["received"] == 6
    assert report["rows"] == {"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}
    log = duckdb.connect(str(shared.warehouse / "operations.duckdb"), read_only=True)
    told = log.execute("SELECT source_file, code, fix_ko, fix_en FROM mart_row_error").fetchall()
    assert {(Path(path).name, code) for path, code, _, _ in told} == {
        ("빈 파일.csv", "R_EMPTY"),
        ("깨짐.xlsx", "R_UNSUPPORTED_FORMAT"),
        ("그림.xlsx", "R_UNSUPPORTED_FORMAT"),
        ("다른 열.csv", "R_HEADER_NOT_FOUND"),
        ("머리글만.csv", "R_EMPTY"),
    }
    assert all(fix_ko and fix_en for *_, fix_ko, fix_en in told)


def test_a_missing_inbox_is_one_sentence_and_no_traceback(shared: Places) -> None:
    shared.inbox.rmdir()
    done = shared.command("run")
    assert done.returncode == 5
    assert "SCICULTURE_INBOX" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_second_run_beside_the_first_says_who_holds_the_warehouse(shared: Places) -> None:
    put(shared, "한국과학창의재단/등록부.csv", GOOD_REGISTER.encode())
    with writer_lock(shared.warehouse):
        done = shared.command("run")
    assert done.returncode == 6
    assert "process" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_night_without_any_accepted_row_refuses_to_publish(shared: Places) -> None:
    put(shared, "가상시험기관/빈 파일.csv", b"")
    code, report = shared.run()
    assert code == report["exit_code"] == 4
    assert report["outcome"] == "refused"
    assert report["refusals"]


@dataclass(frozen=True)
class Undisturbed:
    inbox: Path
    warehouse: Path


@pytest.fixture
def two_files(tmp_path: Path) -> Undisturbed:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "undisturbed"
    submit(inbox, "한국과학창의재단", "등록부.csv", GOOD_REGISTER.encode())
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    night(inbox, warehouse)
    return Undisturbed(inbox, warehouse)


@pytest.mark.night
@pytest.mark.parametrize("sample", ["two_files", pytest.param("settled", marks=pytest.mark.slow)])
def test_a_killed_flow_is_finished_by_the_next_run(sample: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Prefect's records outlive it, too: the next run is a process that starts its own server over them."""
    undisturbed: Undisturbed | Settled = request.getfixturevalue(sample)
    alone = Places(undisturbed.inbox, tmp_path / "warehouse", {"PREFECT_HOME": str(tmp_path / "prefect")})
    run = subprocess.Popen(
        [str(COMMAND), "run", "--json"], env=alone.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    lock = alone.warehouse / ".lock"
    deadline = time.monotonic() + 120
    while not _held_by(lock, run.pid) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(random.Random(2020).uniform(0, 1))
    started_by_it = _children(run.pid)
    assert started_by_it, "it was to start a server"
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL, "it ended before"
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in started_by_it):
        assert time.monotonic() < deadline, "a killed run left its server behind"
        time.sleep(0.1)
    done = alone.process("run", "--json")
    assert (done.returncode, done.answer["outcome"]) == (0, "published")
    assert hashes(alone.warehouse) == hashes(undisturbed.warehouse)


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()] if listing.exists() else []


def _held_by(lock: Path, pid: int) -> bool:
    try:
        return json.loads(lock.read_text()).get("pid") == pid
    except (OSError, ValueError):
        return False
