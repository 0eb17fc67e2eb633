"""The operator's views at the desk: each opens with an empty warehouse and with a full one, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from sciculture_etl.desk.operators.routes import OPERATOR_ROUTES
from sciculture_etl.desk.operators.running import environment_of
from sciculture_etl.pages import LANGUAGES
from sciculture_etl.settings import Settings
from tests.desk.visitors import DeskUnderTest
from tests.operating import Operated

HOSTILE = '<script>alert(1)</script>"onload=x'
PAGES = [route.path for route in OPERATOR_ROUTES if route.methods == ("GET",) and "{" not in route.path]
RUNS = ("night", "preview", "check", "publish", "unschedule")


@pytest.fixture
def operated(tmp_path: Path) -> Operated:
    made = Operated(tmp_path)
    number = made.submit(f"{HOSTILE}.csv", state="rejected", verdict="rejected", error_count=1)
    made.finding(number, header=HOSTILE, message_ko=HOSTILE, message_en=HOSTILE)
    made.waits(number, measure_name=HOSTILE)
    made.run(outcome="refused", refusals=[HOSTILE])
    return made.write()


def test_every_page_opens_before_any_run(tmp_path: Path) -> None:
    visitor = DeskUnderTest(tmp_path / "warehouse").operator()
    for path in [*PAGES, *(f"/operator/acts/{kind}" for kind in RUNS)]:
        assert visitor.get(path).status_code == 200, path
    assert "아직 완료된 실행이 없습니다" in visitor.get("/operator").text
    assert visitor.get("/operator/submissions/0fe7").status_code == 503


def test_every_page_opens_in_both_languages_and_markup_stays_text(operated: Operated) -> None:
    visitor = DeskUnderTest(operated.warehouse).operator()
    number = operated.tables["mart_submission_log"][0]["submission_id"]
    named = [f"/operator/submissions/{number}", f"/operator/acts/approve?submission={number}"]
    for path in [*PAGES, *named]:
        for language in LANGUAGES:
            page = visitor.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert page.status_code == 200, path
            assert f'<html lang="{language}">' in page.text
            assert "<script" not in page.text
            assert '"onload' not in page.text


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?state=waiting", 1), ("?submitter=시험&page=9", 2), ("?since=nonsense", 2), ("?page=-1", 2),
     ("?since=2027-01-01", 0), ("?submitter=' OR true --", 0), ("?page=99999999999999999999", 2),
     ("?page=" + "9" * 5_000, 2), ("?page=0", 2), ("?since=20270101", 0), ("?since=2026-W01-1", 2)],
)  # fmt: skip
def test_a_list_is_narrowed_by_its_address_whatever_stands_there(tmp_path: Path, query: str, count: int) -> None:
    made = Operated(tmp_path)
    made.submit("하나.csv")
    made.submit("둘.csv", state="waiting")
    visitor = DeskUnderTest(made.write().warehouse).operator()
    page = visitor.get(f"/operator/submissions{query}").text
    assert page.count('<th scope="row" class="file">') == count


def test_a_submission_shows_what_may_be_decided_on_it(operated: Operated) -> None:
    waiting = operated.submit("기다림.csv", state="waiting")
    operated.write()
    visitor = DeskUnderTest(operated.warehouse).operator()
    page = visitor.get(f"/operator/submissions/{waiting}").text
    for kind, is_there in {
        "approve": True,
        "reject": True,
        "withdraw": True,
        "undo": False,
        "reinstate": False,
    }.items():
        assert (f"/operator/acts/{kind}?submission={waiting}" in page) == is_there, kind


def test_a_run_is_started_with_the_settings_of_the_desk(tmp_path: Path) -> None:
    """Also those that no variable of its own environment says."""
    places = Settings(inbox="in", warehouse=tmp_path, two_persons=True, operator="자료 담당", inbox_options={"B": "x"})
    assert environment_of(places) == {
        "SCICULTURE_INBOX": "in", "SCICULTURE_WAREHOUSE": str(tmp_path), "SCICULTURE_TWO_PERSONS": "true",
        "SCICULTURE_OPERATOR": "자료 담당", "SCICULTURE_INBOX_B": "x",
    }  # fmt: skip
