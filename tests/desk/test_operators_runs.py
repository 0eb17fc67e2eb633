"""Runs that operators start at the desk: the commands themselves, whose journals, records and exit codes they leave."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import httpx
import pytest

from sciculture_etl.desk.operators.records import ActRecords
from sciculture_etl.pipeline.journal import Runs
from tests.desk.visitors import DeskUnderTest, Visitor
from tests.settled import Settled

NUMBER = re.compile(r'name="number" value="([0-9a-f]{32})"')
MAX_SECONDS = 240
pytestmark = pytest.mark.slow


def start(visitor: Visitor, kind: str, **given: str) -> httpx.Response:
    page = visitor.get(f"/operator/acts/{kind}").text
    number = NUMBER.search(page)
    assert number
    return visitor.post(f"/operator/acts/{kind}/do", page=f"/operator/acts/{kind}", data={"number": number[1]} | given)


def ended(visitor: Visitor, answer: httpx.Response) -> str:
    """The page of the result, once the run has ended."""
    assert answer.status_code == 303, answer.text
    deadline = time.monotonic() + MAX_SECONDS
    while time.monotonic() < deadline:
        page = visitor.get(answer.headers["location"])
        if "refresh" not in page.headers:
            return page.text
        time.sleep(0.5)
    raise AssertionError("the run did not end")


def test_a_preview_a_check_and_a_publication_are_the_commands_and_one_at_a_time(small: Settled, tmp_path: Path) -> None:
    warehouse = small.copy(tmp_path)
    under_test = DeskUnderTest(warehouse, more={"inbox": str(small.inbox)})
    one, other = under_test.operator("자료 담당"), under_test.operator("검토 담당")

    preview = start(one, "preview")
    second = start(other, "night")
    assert second.status_code == 503
    assert "실행" in second.text
    under_test.start()  # the desk ends and begins again: the run goes on
    visitor = under_test.operator("자료 담당")
    assert "종료 코드 0" in ended(visitor, preview)
    assert "공표할 수 있" in ended(visitor, start(visitor, "check"))
    published = ended(visitor, start(visitor, "publish", internal="가상 사유: 정기 공표", code="routine"))
    assert "변경 없음" in published
    assert [(run.kind, run.outcome, run.details["exit_code"]) for run in Runs(warehouse / "archive").all()[-2:]] == [
        ("preview", "unchanged", 0), ("publish", "unchanged", 0),
    ]  # fmt: skip
    assert Runs(warehouse / "archive").all()[-1].reason == "가상 사유: 정기 공표"
    left = ActRecords(under_test.desk.folder).folder
    assert [path.name for path in left.glob("*.out")] == []
    lines = (under_test.desk.folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    acts = [json.loads(line) for line in lines]
    assert [(line["action"], line["outcome"]) for line in acts if "act" in line] == [
        ("preview", "begun"), ("check", "begun"), ("publish", "begun"),
    ]  # fmt: skip


def test_a_run_that_is_killed_is_said_not_to_have_ended(small: Settled, tmp_path: Path) -> None:
    under_test = DeskUnderTest(small.copy(tmp_path), more={"inbox": str(small.inbox)})
    visitor = under_test.operator()
    answer = start(visitor, "night")
    from sciculture_etl.desk.operators.running import _started

    _started[-1].kill()
    _started[-1].wait()
    assert "완료되지 않았습니다" in ended(visitor, answer)
    assert "종료 코드" in ended(visitor, start(visitor, "night"))
