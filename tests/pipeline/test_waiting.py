"""What waits for approval, closed years, and that a rebuild gives what the nights gave. All is invented."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from forms import CLASS, as_csv, table
from nights import NEEDED, begin, hashes, lose_database, night, operations, published, settings, submit
from rich.console import Console

from sciculture_etl.cli.views.submissions import show_history
from sciculture_etl.cli.views.waiting import show_waiting
from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.contracts.expectation import Expectation
from sciculture_etl.errors import UserError
from sciculture_etl.extract import Archive, Closings, Decisions
from sciculture_etl.load.scope import Scope
from sciculture_etl.pipeline import Made, Run, RunReport, take_steps
from sciculture_etl.submissions import (
    close_years,
    decide_waiting,
    list_waiting,
    list_years,
    prefer,
    reopen_years,
    submission_history,
)  # fmt: skip

CENTRE, OTHER = "가상시험센터", "가상둘째센터"
WHY = "가상 사유: 기관에 확인함"


def classes(count: int, sessions: int = 10, year: int = 2020, term: int = 1, day: str = "") -> bytes:
    """So many classes of so many sessions each. day: the date that stands in the file."""
    changes = [
        {"운영횟수": str(sessions), "반": str(number), "사업연도": str(year), "기수": str(term)}
        for number in range(1, count + 1)
    ]
    title = [[f"{year}년 가상 자료 (작성일: {day})"]] if day else []
    return as_csv([*title, *table(CLASS, *changes)])


class Desk:
    """An inbox, a warehouse, and who decides on what comes."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.warehouse = folder / "inbox", folder / "warehouse"
        self.settings = settings(self.inbox, self.warehouse)

    def send(self, name: str, data: bytes, submitter: str = CENTRE) -> None:
        submit(self.inbox, submitter, name, data)

    def night(self, contracts: dict[str, Contract] | None = None) -> RunReport:
        return night(self.inbox, self.warehouse, contracts=contracts)

    def sessions(self, year: int = 2020) -> int:
        found = published(self.warehouse, f"SELECT session_count FROM mart_dsc_summary WHERE program_year = {year}")
        return int(found[0][0]) if found else 0

    def standing(self) -> dict[str, str]:
        listed = operations(self.warehouse, "SELECT source_file, standing FROM mart_submission_log")
        return {path.split("/")[1]: standing for path, standing in listed}

    def answer(self, name: str) -> str:
        (mail,) = self.warehouse.glob(f"outbox/*/*{name}*/mail.txt")
        return mail.read_text(encoding="utf-8")

    def rebuilt(self) -> tuple[dict[str, str], dict[str, str]]:
        """Hashes of the tables that a warehouse makes of the archive alone."""
        again = settings(self.inbox, self.warehouse.with_name("again"))
        shutil.rmtree(again.warehouse, ignore_errors=True)
        begin(again)
        shutil.copytree(self.warehouse / "archive", again.archive)
        with Run.open(again, outputs=NEEDED) as run:
            run.read_and_load()
            run.accept()
            run.publish(run.model())
        return hashes(again.warehouse), hashes(again.warehouse, "operator")

    def hashes(self) -> tuple[dict[str, str], dict[str, str]]:
        return hashes(self.warehouse), hashes(self.warehouse, "operator")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunReport]:
    """A folder after a night over a file and a newer one with few of its rows, and what the night said."""
    desk = Desk(tmp_path_factory.mktemp("one waits"))
    desk.send("처음.csv", classes(30, day="2020. 4. 1."))
    desk.send("일부.csv", classes(3, day="2020. 5. 1."))
    return desk.warehouse.parent, desk.night()


@pytest.fixture
def one_waits(first_night: tuple[Path, RunReport], desk: Desk) -> RunReport:
    """The desk is after that night."""
    folder, report = first_night
    shutil.copytree(folder, desk.warehouse.parent, symlinks=True, dirs_exist_ok=True)
    return report


@pytest.mark.slow
def test_a_version_that_comes_on_a_later_night_waits_too(desk: Desk) -> None:
    desk.send("처음.csv", classes(30, day="2020. 4. 1."))
    assert desk.night().waiting == []
    desk.send("일부.csv", classes(3, day="2020. 5. 1."))
    report = desk.night()
    assert (desk.sessions(), desk.standing()) == (300, {"처음.csv": "in force", "일부.csv": "waiting"})
    assert report.newly_waiting == report.waiting


@pytest.mark.parametrize("is_rebuilt_each_time", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_version_that_loses_most_rows_waits_until_it_is_approved(
    desk: Desk, one_waits: RunReport, is_rebuilt_each_time: bool
) -> None:
    report = one_waits
    assert (desk.sessions(), desk.standing()) == (300, {"처음.csv": "in force", "일부.csv": "waiting"})
    (row,) = report.waiting
    assert (row["cause"], row["value_before"], row["value_after"]) == ("fewer_rows", 30, 3)
    assert report.newly_waiting == report.waiting
    assert desk.night().newly_waiting == []  # told once, though it waits
    answer = desk.answer("일부")
    assert [
        text for text in ("승인 대기", "2020년 행 수 30 → 3", "이전 제출본이 그대로 집계") if text not in answer
    ] == []
    assert not is_rebuilt_each_time or desk.rebuilt() == desk.hashes()

    decide_waiting(desk.settings, "일부.csv", WHY, "approved")
    assert desk.night().waiting == []
    assert (desk.sessions(), desk.standing()) == (30, {"처음.csv": "superseded", "일부.csv": "in force"})
    assert "정상 접수되었습니다" in desk.answer("일부")
    assert not is_rebuilt_each_time or desk.rebuilt() == desk.hashes()

    decide_waiting(desk.settings, "일부.csv", WHY, "undone")
    assert desk.night().waiting_count == 1
    decide_waiting(desk.settings, row["submission_id"][:8], WHY, "rejected")
    desk.night()
    assert (desk.sessions(), desk.standing()) == (300, {"처음.csv": "in force", "일부.csv": "rejected"})
    assert f"사유: {WHY}" in desk.answer("일부")
    story = submission_history(desk.settings, row["submission_id"])
    assert [decision["kind"] for decision in story["decisions"]] == ["approved", "undone", "rejected"]
    shown = Console(file=StringIO(), width=160)
    show_history(shown, story)
    show_waiting(shown, [])
    assert desk.rebuilt() == desk.hashes()
    with pytest.raises(UserError, match="does not wait"):
        decide_waiting(desk.settings, "처음.csv", WHY, "approved")


@pytest.mark.slow
def test_a_stray_row_of_another_year_takes_no_year_away(desk: Desk) -> None:
    """Where nothing in the file says its year, its rows speak for several, each judged by itself."""
    desk.send("2019 전체.csv", classes(30, year=2019))
    desk.night()
    rows = classes(3).decode("utf-8-sig") + classes(1, year=2019).decode("utf-8-sig").splitlines()[1] + "\n"
    desk.send("새 실적.csv", rows.encode("utf-8-sig"))
    desk.night()
    assert (desk.sessions(2019), desk.sessions(2020)) == (300, 30)


def test_a_closed_year_takes_nothing_in_until_it_is_reopened(desk: Desk) -> None:
    desk.send("처음.csv", classes(2, day="2020. 4. 1."))
    desk.night()
    close_years(desk.settings, "dsc_class", [2020], "가상 사유: 결산 완료")
    with pytest.raises(UserError, match="already closed"):
        close_years(desk.settings, "dsc_class", [2020], WHY)
    desk.send("고침.csv", classes(2, 11, day="2020. 5. 1."))
    desk.send("둘째 기.csv", classes(2, term=2))
    desk.send("새 기관.csv", classes(2), OTHER)
    report = desk.night()
    assert desk.sessions() == 20
    assert {row["cause"] for row in report.waiting} == {"closed_year"}
    assert report.waiting_count == 3
    assert "2020년 자료 마감" in desk.answer("고침")
    (year,) = list_years(desk.settings, "dsc_class")
    assert (year["state"], year["waiting"], year["is_revised"]) == ("closed", 3, False)

    reopen_years(desk.settings, "dsc_class", [2020], WHY, CENTRE, date(2099, 1, 1))
    desk.night()
    assert desk.sessions() == 42
    assert desk.standing()["새 기관.csv"] == "waiting"  # only the institution that it was reopened for
    (year,) = list_years(desk.settings, "dsc_class")
    assert (year["state"], year["is_revised"]) == ("closed", True)
    assert year["reopened"] == [{"submitter": CENTRE, "until": "2099-01-01"}]
    assert published(desk.warehouse, "SELECT DISTINCT status FROM mart_dsc_summary") == [("r",)]

    reopen_years(desk.settings, "dsc_class", [2020], WHY, None, None)
    assert desk.night().waiting == []
    assert desk.sessions() == 62
    assert list_years(desk.settings, "dsc_class")[0]["state"] == "provisional"
    assert desk.rebuilt() == desk.hashes()


@pytest.mark.slow
def test_the_reason_of_a_backfill_approves_new_parts_of_closed_years(desk: Desk) -> None:
    desk.send("처음.csv", classes(2, day="2020. 4. 1."))
    desk.night()
    close_years(desk.settings, "dsc_class", [2020], "가상 사유: 결산 완료")
    desk.send("둘째 기.csv", classes(2, term=2))
    desk.night()
    plan = Run.plan_backfill(desk.settings, Scope(2020, 2020))
    (locked,) = plan.locked
    with Run.open(desk.settings, kind="backfill", reason=WHY, outputs=NEEDED) as run:
        take_steps(run, Made(Scope(2020, 2020)))
    assert desk.sessions() == 40
    (decision,) = Decisions(desk.warehouse / "archive").all()
    assert (decision.submission_id, decision.kind, decision.reason) == (locked, "approved", WHY)
    desk.night()
    assert desk.rebuilt() == desk.hashes()


def with_few_rows_a_year() -> dict[str, Contract]:
    """Contracts of which one has a suite that fails a year of more than 25 rows."""
    contract = load_contracts()["dsc_class"]
    most = Expectation(type="expect_table_row_count_to_be_between", kwargs={"max_value": 25}, severity="error")
    return load_contracts() | {"dsc_class": contract.model_copy(update={"suite": [*contract.suite, most]})}


@pytest.mark.slow
def test_what_fails_its_suite_takes_no_evidence_from_what_came_before_it(desk: Desk) -> None:
    contracts = with_few_rows_a_year()
    desk.send("늦은 날.csv", classes(10, 11, day="2020. 6. 1."))
    desk.night(contracts)
    desk.send("이른 날.csv", classes(10, 12, day="2020. 5. 1."))
    desk.night(contracts)
    assert desk.sessions() == 110
    desk.send("날 없음.csv", classes(26, 10))
    assert [outcome.name for outcome in desk.night(contracts).acceptance.held] == ["dsc_class 2020"]
    assert desk.sessions() == 110


@pytest.mark.slow
def test_of_a_year_that_fails_its_suite_counts_what_came_before_that_which_fails(desk: Desk) -> None:
    """Night by night, and in a rebuild, which never saw the nights."""
    contracts = with_few_rows_a_year()
    for number, (submitter, count) in enumerate([(CENTRE, 10), (OTHER, 10), ("가상셋째센터", 10)], start=1):
        desk.send(f"{number}.csv", classes(count, 10 + number), submitter)
        report = desk.night(contracts)
    assert [outcome.name for outcome in report.acceptance.held] == ["dsc_class 2020"]
    assert (desk.sessions(), desk.standing()["3.csv"]) == (230, "held")
    kept = desk.hashes()
    with Run.open(desk.settings, kind="rebuild", contracts=contracts, outputs=NEEDED) as run:
        take_steps(run)
    assert desk.hashes() == kept
    desk.send("1 고침.csv", classes(4, 20, day="2021. 5. 1."))  # with it, all of them pass
    assert desk.night(contracts).acceptance.held == []
    assert desk.sessions() == 80 + 120 + 130


@pytest.mark.usefixtures("one_waits")
def test_two_persons_decide_where_the_setting_asks_for_it(desk: Desk) -> None:
    one, other = (
        desk.settings.model_copy(update={"two_persons": True, "operator": name}) for name in ("통계담당", "사업담당")
    )
    assert decide_waiting(one, "일부.csv", WHY, "approved").kind == "requested"
    with pytest.raises(UserError, match="another person"):
        decide_waiting(one, "일부.csv", WHY, "approved")
    assert {row["asked_by"] for row in list_waiting(one)} == {"통계담당"}
    assert desk.night().waiting_count == 1
    decision = decide_waiting(other, "일부.csv", WHY, "approved")
    assert (decision.kind, decision.by, decision.asked_by) == ("approved", "사업담당", "통계담당")
    assert desk.night().waiting == []
    assert [prefer(one, "처음.csv", WHY).kind, prefer(other, "처음.csv", WHY).kind] == ["requested", "preferred"]
    close_years(one, "dsc_class", [2020], WHY)
    assert list_years(one, "dsc_class")[0]["state"] == "provisional"
    close_years(other, "dsc_class", [2020], WHY)
    assert list_years(one, "dsc_class")[0]["state"] == "closed"
    with pytest.raises(UserError, match="personal data"):
        decide_waiting(desk.settings.model_copy(update={"operator": "010-0000-1234"}), "일부.csv", WHY, "undone")


def as_of_before(archive: Path) -> None:
    """The journal of receipts as it was before arrivals were counted."""
    journal = archive / "receipts.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines()
    kept = [{k: v for k, v in json.loads(line).items() if k not in ("arrival", "received_at")} for line in lines]
    journal.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept), encoding="utf-8")


@pytest.mark.slow
def test_the_first_run_over_an_older_warehouse_closes_its_old_years_once_and_changes_no_figure(desk: Desk) -> None:
    desk.send("처음.csv", classes(30, day="2020. 4. 1."))
    desk.send("일부.csv", classes(29, day="2020. 5. 1."))
    this_year = datetime.now(UTC).year
    desk.send("올해.csv", classes(2, year=this_year))
    desk.night()
    as_of_before(desk.warehouse / "archive")
    lose_database(desk.settings)
    before = hashes(desk.warehouse)
    report = desk.night()
    assert [(one.dataset, one.program_year) for one in report.closed_years] == [("dsc_class", 2020)]
    assert {name for name, value in hashes(desk.warehouse).items() if before[name] != value} <= {
        "mart_dsc_by_eupmyeondong",
        "mart_dsc_by_institution",
        "mart_dsc_by_region",
        "mart_dsc_summary",
        "mart_program_level_year",
        "mart_program_region_year",
        "mart_program_activity",
    }  # their status
    assert desk.sessions() == 290
    assert desk.night().closed_years == []
    desk.send("또.csv", classes(29, 11, day="2020. 6. 1."))
    assert [row["cause"] for row in desk.night().waiting] == ["closed_year"]
    assert [one.kind for one in Closings(desk.warehouse / "archive").all()] == ["closed"]
    assert len(Archive(desk.warehouse / "archive").receipts()) == 4
