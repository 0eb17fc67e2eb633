"""What operators do at the desk leaves the lines that commands leave, once, and what can't be done is said in words."""

from __future__ import annotations

import json
import re
import threading
from html import unescape
from pathlib import Path

import httpx
import pytest

from sciculture_etl.desk.operators.kinds import ACTS
from sciculture_etl.pages import page_texts
from sciculture_etl.storage.lock import writer_lock
from tests.commands import Places
from tests.desk.visitors import DeskUnderTest, Visitor
from tests.operating import Operated

WHY = "가상 사유: 기관에 확인함"
PERSON = "담당자 연락처 010-1234-5678에 확인함"
NUMBER = re.compile(r'name="number" value="([0-9a-f]{32})"')
WORDS = page_texts("operators")


class Operators:
    """A desk over a warehouse in which one file counts and another waits."""

    def __init__(self, folder: Path, **more: object) -> None:
        self.operated = Operated(folder)
        self.counting = self.operated.submit("집계.csv")
        self.waiting = self.operated.submit("기다림.csv", state="waiting")
        self.operated.waits(self.waiting)
        self.operated.run()
        self.operated.write()
        self.desk = DeskUnderTest(self.operated.warehouse, more=dict(more))
        self.one = self.desk.operator("자료 담당")

    def page(self, kind: str, submission: str) -> str:
        return f"/operator/acts/{kind}?submission={submission}"

    def press(self, visitor: Visitor, kind: str, submission: str, reason: str = WHY, page: str = "") -> httpx.Response:
        """Opens the page that asks for confirmation, unless one was opened before, and presses the button."""
        text = page or visitor.get(self.page(kind, submission)).text
        number, token = NUMBER.search(text), re.search(r'name="token" value="([0-9a-f]+)"', text)
        assert number, text
        assert token
        data = {"token": token[1], "number": number[1], "submission": submission, "reason": reason}
        return visitor.post(f"/operator/acts/{kind}/do", data=data)

    def lines(self, name: str = "decisions") -> list[dict[str, object]]:
        path = self.operated.settings.archive / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def audited(self) -> list[dict[str, object]]:
        path = self.desk.settings.desk / "audit.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def operators(tmp_path: Path) -> Operators:
    return Operators(tmp_path)


# Act → the command that does the same, and the acts before it.
COMMANDS: dict[str, tuple[list[str], list[str]]] = {
    "approve": (["submissions", "approve"], []),
    "reject": (["submissions", "reject"], []),
    "undo": (["submissions", "approve", "--undo"], ["approve"]),
    "prefer": (["submissions", "prefer"], []),
    "unprefer": (["submissions", "prefer", "--undo"], ["prefer"]),
    "withdraw": (["withdraw"], []),
    "reinstate": (["withdraw", "--undo"], ["withdraw"]),
}


def test_every_act_on_a_submission_is_held_against_its_command() -> None:
    assert COMMANDS.keys() == {kind for kind, act in ACTS.items() if act.of_submission}
    assert ACTS.keys() <= WORDS["act"].keys() & WORDS["confirm"].keys()


@pytest.mark.parametrize("kind", COMMANDS)
def test_an_act_at_the_desk_leaves_the_line_that_its_command_leaves(tmp_path: Path, kind: str) -> None:
    words, before = COMMANDS[kind]
    at_desk, by_command = Operators(tmp_path / "desk"), Operators(tmp_path / "command")
    for act in [*before, kind]:
        assert at_desk.press(at_desk.one, act, at_desk.waiting).status_code == 303
    places = Places(tmp_path / "command/inbox", by_command.operated.warehouse)
    for each in [*(COMMANDS[act][0] for act in before), words]:
        done = places.command(*each, by_command.waiting, "--reason", WHY, SCICULTURE_OPERATOR="자료 담당")
        assert done.returncode == 0, done.stderr
    ours, theirs = ([line | {"decided_at": ""} for line in one.lines()] for one in (at_desk, by_command))
    assert ours == theirs
    assert ours[-1]["by"] == "자료 담당"
    last = at_desk.audited()[-1]
    assert (last["who"], last["action"], last["outcome"]) == ("자료 담당", kind, "done")
    assert WHY not in str(last)


def test_the_page_says_what_an_act_will_change_and_the_next_one_what_came_of_it(operators: Operators) -> None:
    page = operators.one.get(operators.page("approve", operators.waiting)).text
    for part in ("기다림.csv", "행 감소", "12 → 4", WORDS["confirm"]["approve"]["ko"]):
        assert part in page
    answer = operators.press(operators.one, "approve", operators.waiting, page=page)
    assert WORDS["done"]["done"]["ko"] in operators.one.get(answer.headers["location"]).text
    assert "승인 결정됨" in operators.one.get("/operator/waiting").text


def test_a_double_press_decides_once_and_both_see_the_same_result(operators: Operators) -> None:
    page = operators.one.get(operators.page("withdraw", operators.counting)).text
    answers: list[httpx.Response] = []
    pressed = [
        threading.Thread(
            target=lambda: answers.append(operators.press(operators.one, "withdraw", operators.counting, page=page))
        )
        for _ in range(4)
    ]
    for thread in pressed:
        thread.start()
    for thread in pressed:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(operators.lines()) == 1


def test_a_stale_page_decides_nothing_and_says_why(operators: Operators) -> None:
    """Somebody else has rejected it meanwhile, and the next run was over."""
    page = operators.one.get(operators.page("approve", operators.waiting)).text
    operators.operated.tables["mart_submission_waiting"].clear()
    operators.operated.write()
    answer = operators.press(operators.one, "approve", operators.waiting, page=page)
    assert answer.status_code == 409
    assert "승인 대기" in answer.text
    assert operators.lines() == []
    assert operators.audited()[-1]["outcome"] == "UserError"


def test_while_a_run_holds_the_warehouse_the_page_says_so_and_the_same_press_works_after(operators: Operators) -> None:
    page = operators.one.get(operators.page("approve", operators.waiting)).text
    with writer_lock(operators.desk.settings.warehouse, doing="nightly"):
        answer = operators.press(operators.one, "approve", operators.waiting, page=page)
        assert answer.status_code == 503
        assert "다른 실행(nightly)" in answer.text
        assert "실행 중: nightly" in operators.one.get("/operator").text
        started = operators.press(operators.one, "night", "", page=operators.one.get("/operator/acts/night").text)
        assert started.status_code == 503
    assert operators.lines() == []
    assert operators.press(operators.one, "approve", operators.waiting, page=answer.text).status_code == 303


@pytest.mark.parametrize("reason", ["", "짧음", PERSON])
def test_a_reason_that_says_nothing_or_names_a_person_is_refused_as_by_the_command(
    operators: Operators, reason: str
) -> None:
    answer = operators.press(operators.one, "withdraw", operators.counting, reason)
    assert answer.status_code == 409
    assert operators.lines() == []
    places = Places(operators.operated.folder, operators.operated.warehouse)
    said = places.command("withdraw", operators.counting, "--reason", reason).stderr
    assert said.removeprefix("sciculture: ").strip() in unescape(answer.text)


def test_two_persons_decide_where_the_settings_say_so(tmp_path: Path) -> None:
    operators = Operators(tmp_path, two_persons=True)
    for _ in range(2):  # the same person twice, by another session of the same invitation's name
        answer = operators.press(operators.desk.operator("자료 담당"), "approve", operators.waiting)
    assert answer.status_code == 409
    assert [line["kind"] for line in operators.lines()] == ["requested"]
    other = operators.desk.operator("검토 담당")
    assert "자료 담당이(가) 승인을 요청했습니다" in other.get("/operator/waiting").text
    assert operators.press(other, "approve", operators.waiting).status_code == 303
    assert [(line["kind"], line["by"]) for line in operators.lines()] == [
        ("requested", "자료 담당"), ("approved", "검토 담당"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/operator/acts/approve/do", {"number": "../../archive/decisions"}, 400),
        ("/operator/acts/approve/do", {"number": "1" * 32, "submission": "nothing"}, 404),
        ("/operator/acts/launch/do", {"number": "1" * 32}, 404),
    ],
)
def test_what_no_page_of_ours_sends_does_nothing(
    operators: Operators, path: str, data: dict[str, str], status: int
) -> None:
    answer = operators.one.post(path, page=operators.page("approve", operators.waiting), data=data | {"reason": WHY})
    assert answer.status_code == status
    assert operators.lines() == []


@pytest.mark.parametrize("name", ["..%2Faudit", "1" * 32, "x" * 32])
def test_of_an_act_that_is_none_there_is_no_result(operators: Operators, name: str) -> None:
    assert operators.one.get(f"/operator/done/{name}").status_code == 404


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"code": "nonsense"}, "nonsense"), ({"note_ko": PERSON}, "개인정보"), ({"at": "tomorrow"}, "tomorrow"),
        ({"internal": PERSON}, "개인정보"),
    ],
)  # fmt: skip
def test_what_readers_are_told_is_judged_before_anything_is_started(
    operators: Operators, given: dict[str, str], part: str
) -> None:
    answer = operators.one.post(
        "/operator/acts/publish/do", page="/operator/acts/publish", data={"number": "a" * 32} | given
    )
    assert answer.status_code == 409
    assert part in answer.text
    assert list((operators.desk.settings.desk / "acts").glob("*.out")) == []


def test_what_an_act_began_and_a_kill_ended_is_said_not_to_be_known(operators: Operators) -> None:
    from sciculture_etl.desk.operators.records import ActRecord, ActRecords

    records = ActRecords(operators.desk.desk.folder)
    records.is_begun_by(ActRecord("b" * 32, "approve", "자료 담당", "2026-11-30T01:00:00+00:00", operators.waiting))
    assert WORDS["done"]["begun"]["ko"] in operators.one.get(f"/operator/done/{'b' * 32}").text
    records.is_begun_by(ActRecord("c" * 32, "night", "자료 담당", "2026-11-30T01:00:00+00:00"))
    assert WORDS["done"]["cut_off"]["ko"] in operators.one.get(f"/operator/done/{'c' * 32}").text
