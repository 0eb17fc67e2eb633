"""What is sent in at the desk, and the nights that take it: accepted by the next one, and in nobody's way."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from nights import night, settings

from sciculture_etl.desk.invitations import Invitations
from sciculture_etl.desk.route import Role
from sciculture_etl.extract import Archive
from tests.desk.test_check_and_send import CENTRE, GOOD, checked
from tests.desk.visitors import TOKEN, DeskUnderTest

pytestmark = pytest.mark.night


def test_a_file_that_was_sent_in_is_accepted_by_the_next_night(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    desk = DeskUnderTest(tmp_path / "warehouse")
    visitor, other = desk.institution(CENTRE), desk.institution("다른센터")
    address, _ = checked(visitor, GOOD, "행사_최종.csv")
    visitor.post(f"{address}/send", page=address)
    night(tmp_path / "inbox", desk.warehouse)
    page = visitor.get("/institution").text
    assert "접수 대기 중인 파일이 없습니다" in page
    receipt = re.search(r"/institution/received/\d+", page)
    assert receipt
    assert "행사_최종.csv" in page
    reply = visitor.get(receipt[0]).text
    assert "정상 접수되었습니다" in reply
    assert "승인" in reply
    assert other.get(receipt[0]).status_code == 404
    assert "행사_최종.csv" not in other.get("/institution").text
    again, page = checked(visitor, GOOD, "행사_최종.csv")
    assert "이미 접수한 파일과 같은 파일입니다" in page
    visitor.post(f"{again}/send", page=again)
    assert desk.desk.uploads.spool.waiting(CENTRE) == []
    desk.desk.close()


@contextmanager
def served(warehouse: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command itself on a free port: the process, and its address."""
    command = [sys.executable, "-m", "sciculture_etl.cli", "desk", "--port", "0"]
    environment = {"SCICULTURE_WAREHOUSE": str(warehouse), "PATH": "/usr/bin:/bin", "HOME": str(warehouse.parent)}
    process = subprocess.Popen(command, env=environment, cwd=warehouse.parent, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process, str(re.search(r"http://\S+", process.stdout.readline())[0])  # type: ignore[index]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def signed_in(warehouse: Path, url: str, name: str) -> httpx.Client:
    _, secret = Invitations(warehouse / "desk").issue(Role.institution, name, 1, by="tests")
    browser = httpx.Client(base_url=url, timeout=120, headers={"origin": url})
    browser.post("/sign-in", data={"token": token(browser, f"/enter/{secret}"), "secret": secret})
    return browser


def token(browser: httpx.Client, page: str) -> str:
    found = TOKEN.search(browser.get(page).text)
    assert found
    return found[1]


def sent(browser: httpx.Client, name: str, data: bytes) -> str:
    """Uploads a file, waits for its verdict as a browser does, and presses the button; the last page."""
    posted = browser.post(
        "/institution/check", data={"token": token(browser, "/institution")}, files={"file": (name, data)}
    )
    address = posted.headers["location"]
    while "refresh" in (page := browser.get(address)).headers:
        time.sleep(float(page.headers["refresh"]))
    assert "제출하기" in page.text, page.text
    browser.post(f"{address}/send", data={"token": token(browser, address)})
    return browser.get(address).text


@pytest.mark.slow
def test_twenty_send_at_once_while_a_night_runs_and_all_of_it_counts_once(tmp_path: Path) -> None:
    from sciculture_sample import write_sample

    write_sample(tmp_path / "inbox", range(2020, 2021))
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    (warehouse / "desk").mkdir(0o700)
    environment = {"SCICULTURE_WAREHOUSE": str(warehouse), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    with served(warehouse) as (_, url):
        browsers = [signed_in(warehouse, url, f"동시제출센터{n}") for n in range(20)]
        run = subprocess.Popen(
            [sys.executable, "-m", "sciculture_etl.cli", "run", "--json"], env=environment, cwd=tmp_path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not (warehouse / "archive" / "receipts.jsonl").exists():
            assert run.poll() is None
            time.sleep(0.1)
        began = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            pages = list(pool.map(lambda n: sent(browsers[n], f"행사_{n}.csv", GOOD + b"\n" * n), range(20)))
        seconds = time.monotonic() - began
        was_running = run.poll() is None
        assert all("제출되었습니다" in page for page in pages)
        assert was_running, "the night was over before the files came"
        print(f"20 files checked and sent in {seconds:.1f} s while a night ran")
        assert run.wait() in (0, 3)
    night(tmp_path / "inbox", warehouse)
    own = [one for one in Archive(warehouse / "archive").receipts() if (one.submitter or "").startswith("동시")]
    assert sorted(one.file_name for one in own) == sorted(f"행사_{n}.csv" for n in range(20))
    assert not [path for path in (warehouse / "desk" / "spool").rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.parametrize("milliseconds", [0, 2, 5, 10, 20, 40])
def test_a_desk_that_is_killed_while_sending_leaves_the_file_whole_or_not_at_all(
    tmp_path: Path, milliseconds: int
) -> None:
    warehouse = tmp_path / "warehouse"
    (warehouse / "desk").mkdir(0o700, parents=True)
    data = GOOD + b"\n" * 20_000_000
    with served(warehouse) as (process, url):
        browser = signed_in(warehouse, url, CENTRE)
        posted = browser.post(
            "/institution/check", data={"token": token(browser, "/institution")}, files={"file": ("행사.csv", data)}
        )
        address = posted.headers["location"]
        while "refresh" in browser.get(address).headers:
            time.sleep(0.2)
        form = {"token": token(browser, address)}
        with ThreadPoolExecutor(1) as pool:
            pressing = pool.submit(browser.post, f"{address}/send", data=form)
            time.sleep(milliseconds / 1000)
            process.kill()
            assert pressing.exception() is not None or pressing.result().status_code == 303
    found = [path for path in (warehouse / "desk" / "spool").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in found] in ([], [len(data)])
    with served(warehouse) as (_, url):
        page = signed_in(warehouse, url, CENTRE).get(address)
        assert "파일을 다시 올려 주세요" in page.text
    extracted = settings(tmp_path / "inbox", warehouse)
    assert len([path for path in extracted.spool.rglob("*") if path.is_file()]) == len(found)
    assert list((warehouse / "desk" / "incoming").iterdir()) == []
