"""Hostile files at the desk: each is answered in words, none harms a page, a path, the disk or the file after it."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sciculture_etl.desk import checks
from sciculture_etl.desk.judging import FileToJudge, Judges
from sciculture_etl.findings import catalogue
from sciculture_etl.settings import Limits, Settings
from tests.desk.test_check_and_send import CENTRE, FAULTY, GOOD, checked, spooled
from tests.desk.visitors import DeskUnderTest

SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    made = DeskUnderTest(tmp_path_factory.mktemp("attacked") / "warehouse")
    yield made
    made.desk.close()


def bomb(mebibytes: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"<row>" * (mebibytes * 1024**2 // 5))
    return held.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/실적.csv",
        "..\\..\\실적.csv",
        "=cmd|' C'!A0.csv",
        f"{SCRIPT}.csv",
        "실적\r\nSet-Cookie: a=b\0.csv",
        "\N{RIGHT-TO-LEFT OVERRIDE}vsc.실적.csv",
    ],
)
def test_a_name_is_shown_as_text_and_stays_in_its_folder(desk: DeskUnderTest, name: str) -> None:
    visitor = desk.institution(CENTRE)
    address, page = checked(visitor, FAULTY + name.encode(), name)
    assert "<script>alert" not in page
    visitor.post(f"{address}/send", page=address)
    assert all(path.resolve().is_relative_to(desk.settings.desk) for path in desk.settings.desk.rglob("*"))
    workbook = visitor.get(f"{address}/workbook")
    assert workbook.status_code == 200
    assert "set-cookie" not in workbook.headers


def test_a_name_that_is_longer_than_the_head_of_a_part_is_refused(desk: DeskUnderTest) -> None:
    file = {"file": ("실" * 5_000 + ".csv", GOOD)}
    assert desk.institution(CENTRE).post("/institution/check", page="/institution", files=file).status_code == 400


def test_values_of_a_file_are_shown_as_text(desk: DeskUnderTest) -> None:
    rows = GOOD.decode().splitlines()
    cells = rows[1].split(",")
    data = "\n".join([rows[0], ",".join([SCRIPT.replace('"', '""').join('""'), *cells[1:]])]).encode()
    _, page = checked(desk.institution(CENTRE), data)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_bomb_is_refused_in_words(desk: DeskUnderTest) -> None:
    limited = Settings(warehouse=desk.warehouse, limits=Limits(unpacked_bytes=4 * 1024**2))
    judges = Judges(limited, desk.desk.uploads.contracts, workers=1)
    judged = judges.judge(lambda: FileToJudge(bomb(8), "폭탄.xlsx", CENTRE)).result()
    assert judged.verdict == "rejected"
    assert judged.shown["ko"].groups
    judges.close()


def test_a_file_that_kills_its_worker_is_refused_by_name_and_the_next_is_judged(desk: DeskUnderTest) -> None:
    limited = Settings(warehouse=desk.warehouse, limits=Limits(memory_bytes=1))
    judges = Judges(limited, desk.desk.uploads.contracts, workers=1)
    killed = judges.judge(lambda: FileToJudge(GOOD * 200, "살인자.csv", CENTRE)).result()
    assert (killed.file_name, killed.verdict) == ("살인자.csv", "rejected")
    (group,) = killed.shown["en"].groups
    assert (group.title, group.count) == (catalogue()["R_TOO_COSTLY"]["title_en"], 1)
    judges._limits = Limits()
    assert judges.judge(lambda: FileToJudge(GOOD, "다음.csv", CENTRE)).result().verdict == "accepted"
    judges.close()


def test_of_what_was_found_the_desk_keeps_what_its_page_shows(desk: DeskUnderTest) -> None:
    """A file of half a megabyte may have a hundred thousand faults; anyone may have many such checked."""
    data = b"\n".join([*FAULTY.splitlines()[:2], *[b"x" + b",x" * 12] * 500])
    judges = Judges(desk.settings, desk.desk.uploads.contracts, workers=1)
    judged = judges.judge(lambda: FileToJudge(data, "많음.csv", CENTRE)).result()
    judges.close()
    assert sum(group.count for group in judged.shown["ko"].groups) > 1_000
    assert len(pickle.dumps(judged)) < 100_000
    assert judged.workbook


def test_a_session_that_ends_between_check_and_send_loses_nothing(desk: DeskUnderTest) -> None:
    visitor, before = desk.institution(CENTRE), spooled(desk)
    address, _ = checked(visitor, GOOD + b"\n\n")
    token = visitor.token(address)
    desk.now += 3 * 60 * 60
    assert visitor.post(f"{address}/send", data={"token": token}).status_code == 401
    assert spooled(desk) == before
    desk.enter(visitor, desk.link(CENTRE))
    assert visitor.post(f"{address}/send", data={"token": token}).status_code == 403  # of the session before
    assert visitor.post(f"{address}/send", page=address).status_code == 303
    assert len(spooled(desk)) == len(before) + 1


def test_a_queue_that_is_full_says_so(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MAX_OF_ONE", replace(checks.MAX_OF_ONE, queued=0))
    answer = desk.institution(CENTRE).post("/institution/check", page="/institution", files={"file": ("a.csv", GOOD)})
    assert answer.status_code == 503
    assert "점검 대기 파일이 많습니다" in answer.text


def test_after_a_restart_the_page_asks_for_the_file_again(tmp_path: Path) -> None:
    before = DeskUnderTest(tmp_path / "warehouse")
    visitor = before.institution(CENTRE)
    address, _ = checked(visitor, GOOD)
    before.desk.close()
    after = DeskUnderTest(tmp_path / "warehouse")
    visitor.app = after.app
    answer = visitor.post(f"{address}/send", page="/institution")
    assert answer.status_code == 404
    assert "파일을 다시 올려 주세요" in answer.text
    assert spooled(after) == []
