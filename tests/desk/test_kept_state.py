"""What the desk keeps survives kills, full disks and other processes, and is written before anything is answered."""

from __future__ import annotations

import json
import multiprocessing
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sciculture_etl.desk.audit import Audit
from sciculture_etl.desk.identity import Identity
from sciculture_etl.desk.invitations import Invitations
from sciculture_etl.desk.rates import MAX_CLIENTS, Rates, client_of
from sciculture_etl.desk.route import Rate, Role
from tests.desk.visitors import DeskUnderTest, portal

WHO = Identity(Role.institution, "가상과학문화센터", "0a1b2c3d", "")
WRITERS, LINES = 4, 25


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()]


def write_many(folder: Path, number: int) -> None:
    """What one process of several does."""
    for line in range(LINES):
        Audit(folder).record(WHO, "send", "spooled", file=f"{number}-{line}.xlsx")
    Invitations(folder).issue(Role.institution, f"기관 {number}", 30, "tests")


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(tmp_path, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    names = [line["file"] for line in lines(tmp_path)]
    assert sorted(names) == sorted(f"{number}-{line}.xlsx" for number in range(WRITERS) for line in range(LINES))
    assert sorted(one.name for one in Invitations(tmp_path).all().values()) == [f"기관 {n}" for n in range(WRITERS)]


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: audit.record(WHO, "send", "spooled", file=f"{number}.csv"), range(40)))
    assert len(lines(tmp_path)) == 40


def test_a_line_that_a_kill_cut_off_costs_no_other(tmp_path: Path) -> None:
    Audit(tmp_path).record(WHO, "send", "spooled")
    invited, secret = Invitations(tmp_path).issue(Role.institution, "가", 30, "tests")
    for name in ("audit.jsonl", "invitations.jsonl"):
        with (tmp_path / name).open("ab") as journal:
            journal.write(b'{"kind": "revoked", "id": "' + invited.id.encode())
    assert Invitations(tmp_path).of_secret(secret) == invited
    Audit(tmp_path).record(WHO, "sign_out", "signed out")
    Invitations(tmp_path).issue(Role.institution, "나", 30, "tests")
    assert len(Invitations(tmp_path).all()) == 2
    written = (tmp_path / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["action"] for line in (written[0], written[2])] == ["send", "sign_out"]


def test_a_session_that_a_kill_cut_off_is_none(desk: DeskUnderTest) -> None:
    visitor = desk.institution()
    (session,) = [path for path in (desk.settings.desk / "sessions").iterdir() if not path.name.startswith(".")]
    whole = session.read_bytes()
    for broken in (b"", whole[:10], b"null", b"[]", b'{"invitation": 1}', b"\0" * 40):
        session.write_bytes(broken)
        assert visitor.get("/institution").status_code == 401, broken
    (session.parent / ".left by a kill").write_bytes(b"")
    desk.now += 100
    desk.institution()
    assert len(list(session.parent.iterdir())) == 1, "what is over is removed by the next who signs in"


def test_on_a_full_disk_nobody_is_let_in_and_the_page_says_so(tmp_path: Path) -> None:
    """In a process of its own, which may write no more bytes into a file than it has."""
    reading, writing = multiprocessing.Pipe(duplex=False)
    arguments = (tmp_path / "warehouse", writing)
    process = multiprocessing.get_context("fork").Process(target=sign_in_on_a_full_disk, args=arguments)
    process.start()
    process.join(60)
    process.kill()
    assert process.exitcode == 0
    statuses, text = reading.recv()
    assert statuses == [503, 401, 200, 303]
    assert "Traceback" not in text
    assert "지금은 이용할 수 없습니다" in text


def sign_in_on_a_full_disk(warehouse: Path, answer: Connection) -> None:
    portal.cache_clear()  # its threads stayed in the process that this one was forked from
    desk = DeskUnderTest(warehouse)
    link, visitor = desk.link(WHO.name), desk.visitor()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    refused = desk.enter(visitor, link)
    statuses = [refused.status_code, visitor.get("/institution").status_code, visitor.get("/").status_code]
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    statuses.append(desk.enter(visitor, link).status_code)
    answer.send([statuses, refused.text])


def test_no_line_holds_what_is_personal(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    audit.record(WHO, "send", "spooled", file="홍길동 010-9876-5432 실적.xlsx", note="연락처 010-9876-5432", size=3)
    audit.refuse(None, "sign_in", "unknown", "203.0.113.77")
    audit.refuse(None, "check", "often", "2001:db8:1:2:3::4")
    text = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert "9876-5432" not in text
    assert [line.get("network") for line in lines(tmp_path)] == [None, "203.0.113.0/24", "2001:db8:1::/48"]
    assert lines(tmp_path)[0]["file"].endswith("실적.xlsx")


def test_strangers_do_not_fill_the_disk_with_lines(tmp_path: Path) -> None:
    now = 1_000_000.0
    audit = Audit(tmp_path, clock=lambda: now)
    for _ in range(1_000):
        audit.refuse(None, "sign_in", "unknown", "203.0.113.77")
    now += 61
    audit.refuse(None, "sign_in", "unknown", "203.0.113.77")
    assert [line.get("besides") for line in lines(tmp_path)] == [None, 999]


def test_rates_forget_in_time_and_remember_no_more_than_they_may() -> None:
    now = 0.0
    rates, rate = Rates(clock=lambda: now), Rate(2, 1_000_000, seconds=10)
    for _ in range(2):
        assert not rates.is_exceeded("x", rate, "192.0.2.1")
        rates.note("x", rate, "192.0.2.1")
    assert rates.is_exceeded("x", rate, "192.0.2.1")
    assert not rates.is_exceeded("y", rate, "192.0.2.1")
    assert not rates.is_exceeded("x", rate, "192.0.2.2")
    now = 10.1
    assert not rates.is_exceeded("x", rate, "192.0.2.1")
    for number in range(MAX_CLIENTS + 100):
        rates.note("x", Rate(2, 10), f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(rates._times) <= MAX_CLIENTS


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("", "unknown"), ("unix", "unix"),
    ],
)  # fmt: skip
def test_who_counts_as_one(address: str, client: str) -> None:
    assert client_of(address) == client
