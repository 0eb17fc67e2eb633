"""A file at the desk: checked as a run would, sent in once, and shown to nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sciculture_etl.desk import checks
from sciculture_etl.desk.judging import WORKERS
from sciculture_etl.intake.check import as_answer, check_file
from tests.answering import parts
from tests.desk.visitors import DeskUnderTest, Visitor

FILES = Path(__file__).parents[1] / "contracts" / "event_edition"
CENTRE = "가상과학문화센터"
GOOD, FAULTY = (FILES / "good_plain.csv").read_bytes(), (FILES / "bad_rows.csv").read_bytes()
PERSONAL = "기관명,연락처\n가상센터,010-9876-5432\n".encode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    made = DeskUnderTest(tmp_path_factory.mktemp("desk") / "warehouse")
    yield made
    made.desk.close()


def checked(visitor: Visitor, data: bytes, name: str = "실적.csv", path: str = "/institution") -> tuple[str, str]:
    """Address and text of the page that says what was found."""
    target = "/institution/check" if path == "/institution" else "/check/file"
    answer = visitor.post(target, page=path, files={"file": (name, data)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], found(visitor, answer.headers["location"]).text


def found(visitor: Visitor, address: str) -> httpx.Response:
    while "refresh" in (page := visitor.get(address)).headers:
        time.sleep(0.05)
    return page


def spooled(desk: DeskUnderTest) -> list[str]:
    return sorted(path.name for path in desk.settings.spool.rglob("*") if path.is_file())


def test_the_page_says_what_check_says_and_names_every_place(desk: DeskUnderTest) -> None:
    _, page = checked(desk.institution(CENTRE), FAULTY, "행사.csv")
    said = as_answer(check_file(FAULTY, "행사.csv", CENTRE, desk.desk.uploads.contracts))
    assert "일부만 접수됩니다" in page
    assert said["verdict"] == "partially_accepted"
    for finding in said["findings"]:
        assert finding["cell"] is None or finding["cell"] in page
        assert finding["fix"] in page.replace("&#39;", "'").replace("&gt;", ">").replace("&#34;", '"')


def test_what_was_sent_waits_once_for_the_next_run(desk: DeskUnderTest) -> None:
    visitor, before = desk.institution(CENTRE), spooled(desk)
    address, page = checked(visitor, GOOD, "행사 실적_최종_수정2.csv")
    assert "제출하기" in page
    assert spooled(desk) == before  # nothing is written until somebody presses
    for _ in range(2):
        assert visitor.post(f"{address}/send", page=address).status_code == 303
    assert spooled(desk) == [*before, "행사 실적_최종_수정2.csv"]
    assert "제출되었습니다" in visitor.get(address).text
    assert "접수 대기(다음 실행 때 반영)" in visitor.get("/institution").text
    again, page = checked(visitor, GOOD, "이름만 다른 파일.csv")
    assert "제출되었습니다" in page
    assert "제출하기</button>" not in page
    visitor.post(f"{again}/send", page=again)
    assert len(spooled(desk)) == len(before) + 1
    lines = [json.loads(line) for line in (desk.settings.desk / "audit.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines if line["action"] == "send"] == ["행사 실적_최종_수정2.csv"]
    # Whether a file tells of a person isn't known when it is uploaded.
    assert not [line for line in lines if line["action"] == "check" and ("file" in line or "sha256" in line)]


def test_another_institution_sees_nothing_of_a_file(desk: DeskUnderTest) -> None:
    address, _ = checked(desk.institution(CENTRE), FAULTY)
    other, before = desk.institution("다른센터"), spooled(desk)
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/workbook").status_code == 404
    assert other.post(f"{address}/send", page="/institution").status_code == 404
    assert spooled(desk) == before
    assert desk.visitor().get(address).status_code == 401


def test_a_file_that_would_be_rejected_or_is_personal_is_not_sent(desk: DeskUnderTest) -> None:
    visitor, before = desk.institution(CENTRE), spooled(desk)
    for data in (b"nothing,at,all\n1,2,3\n", PERSONAL):
        address, page = checked(visitor, data)
        assert "제출하기</button>" not in page
        visitor.post(f"{address}/send", page=address)
    assert spooled(desk) == before


def test_personal_values_are_on_no_page_in_no_line_and_on_no_disk(desk: DeskUnderTest, tmp_path: Path) -> None:
    visitor = desk.institution(CENTRE)
    for name in ("실적.csv", "홍길동 010-9876-5432.csv"):
        address, page = checked(visitor, PERSONAL if name == "실적.csv" else GOOD, name)
        assert "개인정보" in page
        assert "010-9876-5432" not in page
        visitor.post(f"{address}/send", page=address)
        workbook = visitor.get(f"{address}/workbook")
        assert workbook.status_code == 200
        assert not [part for part, held in parts(workbook.content).items() if b"9876-5432" in held]
    kept = [path for path in desk.warehouse.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"9876-5432" in path.read_bytes() or "9876-5432" in path.name]


def test_a_check_without_invitation_keeps_no_bytes_and_belongs_to_its_browser(desk: DeskUnderTest) -> None:
    anyone, before = desk.visitor(), spooled(desk)
    address, page = checked(anyone, FAULTY, path="/check")
    assert "일부만 접수됩니다" in page
    assert "제출하기" not in page
    held = desk.desk.uploads.checks._checks[address.rsplit("/", 1)[-1]]
    assert held.held is None
    assert anyone.get(f"{address}/workbook").status_code == 200
    assert desk.visitor().get(address).status_code == 404
    assert desk.institution(CENTRE).get(address).status_code == 404
    assert anyone.post(f"{address}/forget", page=address).status_code == 303
    assert anyone.get(address).status_code == 404
    assert spooled(desk) == before


def test_files_at_once_are_all_answered_and_told_their_place(desk: DeskUnderTest) -> None:
    visitor = desk.institution("여러개센터")
    token = visitor.token("/institution")
    addresses = []
    for n in range(6):
        file = {"file": (f"{n}.csv", GOOD + b"\n" * n)}
        answer = visitor.post("/institution/check", data={"token": token}, files=file)
        addresses.append(answer.headers["location"].rsplit("/", 1)[-1])
    queue = desk.desk.uploads.checks
    waiting = [queue.place_of(queue._checks[address]) for address in addresses]
    assert waiting == sorted(waiting)
    assert max(waiting) <= 6 - WORKERS + 1
    pages = [found(visitor, f"/institution/checks/{address}").text for address in addresses]
    assert all("제출하기" in page for page in pages)


def test_a_file_that_is_not_there_any_more_is_asked_for_again(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = desk.institution(CENTRE)
    address, _ = checked(visitor, FAULTY)
    monkeypatch.setattr(desk.desk.uploads.checks, "_clock", lambda: time.monotonic() + checks.SECONDS_KEPT + 1)
    page = visitor.get(address)
    assert page.status_code == 404
    assert "파일을 다시 올려 주세요" in page.text
    desk.desk.uploads.checks._sweep()
    assert not [one for one in desk.desk.uploads.checks._checks.values() if one.held is not None]


def test_what_is_no_file_is_told_in_words(desk: DeskUnderTest) -> None:
    visitor = desk.institution(CENTRE)
    assert visitor.post("/institution/check", page="/institution", files={"file": ("a.csv", b"")}).status_code == 400
    anyone = desk.visitor()
    large = anyone.post("/check/file", page="/check", files={"file": ("a.csv", b"x" * (16 * 1024**2 + 1))})
    assert large.status_code == 413
    assert "파일이 너무 큽니다" in large.text
