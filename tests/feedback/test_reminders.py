"""Reminders of reports that haven't come: on their days, each once, until the report comes. All names are invented."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from forms import CLASS, as_csv, table
from nights import begin, settings, submit

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.feedback import reminders as reminders_module
from sciculture_etl.feedback.owed import OwedReport, due_reminders
from sciculture_etl.pipeline import Run

FIRST, SECOND = "가상첫째센터", "가상둘째센터"
DUE = date(2020, 7, 15)  # of the second term


def remind(place: Path, day: date, closed: int = 0) -> int:
    """A night, of which nothing is published; closed: a program year that is closed by then."""
    places = begin(settings(place / "inbox", place / "warehouse"))
    with Run.open(places, clock=lambda: datetime.combine(day, time(2), ZoneInfo("Asia/Seoul"))) as run:
        for step in (run.extract, run.read_and_load, run.accept, run.model):
            step()
        if closed:
            run.warehouse.connection.execute(
                "INSERT INTO log.year_state (dataset, program_year, state) VALUES ('dsc_class', ?, 'closed')", [closed]
            )
        return run.remind()


def classes(place: Path, submitter: str, term: int, sessions: str = "12") -> None:
    data = as_csv(table(CLASS | {"기수": str(term), "운영횟수": sessions}))
    submit(place / "inbox", submitter, f"{term}기 {sessions}.csv", data)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two institutions that reported the first term, found by the first night, long after it was due."""
    place = tmp_path_factory.mktemp("before")
    classes(place, FIRST, 1)
    classes(place, SECOND, 1, "13")  # the same bytes would be one submission
    assert remind(place, date(2020, 6, 30)) == 0
    return place


@pytest.fixture
def copy(before: Path, tmp_path: Path) -> Path:
    shutil.copytree(before, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def letters(place: Path) -> dict[str, dict[str, Any]]:
    found = sorted((place / "warehouse" / "outbox").glob("*/*/reminder.json"))
    return {f"{path.parts[-3]} {path.parts[-2][:10]}": json.loads(path.read_text(encoding="utf-8")) for path in found}


def mail(place: Path, submitter: str, day: date) -> str:
    folder = place / "warehouse" / "outbox" / submitter / f"{day}_제출안내"
    assert {path.name for path in folder.iterdir()} == {"mail.html", "mail.txt", "reminder.json"}
    return (folder / "mail.txt").read_text(encoding="utf-8")


@pytest.mark.night
def test_what_is_owed_is_asked_for_before_on_and_after_its_day_until_it_comes(copy: Path) -> None:
    assert remind(copy, DUE - timedelta(8)) == 0
    assert remind(copy, DUE - timedelta(7)) == 2
    text = mail(copy, FIRST, DUE - timedelta(7))
    assert text.startswith(
        "제목: [실적 제출 안내] 생활과학교실 강좌 운영 실적 (2020년 2기)\n\n수신: 가상첫째센터 실적 담당자\n"
    )
    assert "1. 생활과학교실 강좌 운영 실적 (2020년 2기): 2020. 7. 15. (기한까지 7일)" in text
    assert "1기" not in text  # long due before the first night
    (owed,) = letters(copy)[f"{FIRST} 2020-07-08"]["owed"]
    assert owed["form"] == f"sciculture template dsc_class --year 2020 --term 2 --submitter '{FIRST}'"
    # Not again: neither on the same day, nor after the build database and the letters are gone.
    assert remind(copy, DUE - timedelta(7)) == 0
    (copy / "warehouse" / "warehouse.duckdb").unlink()
    shutil.rmtree(copy / "warehouse" / "outbox")
    assert remind(copy, DUE - timedelta(3)) == 0
    # One sends its report, the other a file that nothing can be made of.
    classes(copy, FIRST, 2)
    classes(copy, SECOND, 2, "열두 번")
    assert remind(copy, DUE) == 1
    text = mail(copy, SECOND, DUE)
    assert "(오늘이 기한, 반려 1건: 보완하여 다시 제출)" in text
    assert "반려된 파일이 있는 실적은 승인된 자료가 없습니다" in text
    assert remind(copy, DUE + timedelta(8)) == 1  # a day late: no night was on the seventh
    assert "실적 제출 요청" in mail(copy, SECOND, DUE + timedelta(8))
    # A clock that leaps asks nobody for anything.
    assert [remind(copy, DUE + timedelta(days)) for days in (8 + 365, 9 + 365 - 730)] == [0, 0]
    # Of two reminders that were passed over, the last is written.
    assert remind(copy, DUE + timedelta(31)) == 1
    assert "수신: 가상둘째센터 기관장 (참조: 사업 책임자, 실적 담당자)" in mail(copy, SECOND, DUE + timedelta(31))
    assert remind(copy, DUE + timedelta(32)) == 0
    assert sorted(letters(copy)) == [f"{SECOND} {DUE + timedelta(days)}" for days in (0, 8, 31)]


@pytest.mark.night
def test_nobody_is_asked_for_a_closed_year(copy: Path) -> None:
    assert remind(copy, DUE - timedelta(1), closed=2020) == 0


class Killed(BaseException):
    """Stands for a kill: nothing in the code under test catches it."""


@pytest.mark.night
@pytest.mark.parametrize("is_written", [False, True], ids=["before it is written", "before that is marked"])
def test_a_letter_is_prepared_once_wherever_a_run_dies(
    copy: Path, monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    put = reminders_module.put_letters_in_place

    def dies(*arguments: Any) -> None:
        if is_written:
            put(*arguments)
        raise Killed

    monkeypatch.setattr(reminders_module, "put_letters_in_place", dies)
    with pytest.raises(Killed):
        remind(copy, DUE - timedelta(7))
    monkeypatch.undo()
    assert remind(copy, DUE - timedelta(6)) == (0 if is_written else 2)
    assert remind(copy, DUE - timedelta(5)) == 0
    assert len(letters(copy)) == 2


def owed(submitter: str, due_on: date, dataset: str = "dsc_class", period: int = 2) -> OwedReport:
    return OwedReport(dataset, "가상 실적", submitter, 2020, period, "2기", due_on, 0)


def reminding(days: list[int]) -> dict[str, Contract]:
    contract = load_contracts()["dsc_class"]
    due = contract.due.model_copy(update={"remind": days})
    return load_contracts() | {"dsc_class": contract.model_copy(update={"due": due})}


# Days from the due day on which a night was, of every night; and the levels of the letters, None where there was none.
COURSES: dict[str, tuple[list[int], list[int], list[int | None]]] = {
    "every night": ([-2, 0, 3], list(range(-3, 6)), [None, 0, None, 1, None, None, 2, None, None]),
    "few nights": ([-7, 0, 7, 14, 30], [-9, -5, 2, 13, 29, 44], [None, 0, 1, 2, 3, 4]),
    "far too late": ([-7, 0, 7, 14, 30], [45, 400], [None, None]),
    "a contract without": ([], [-7, 0, 30], [None, None, None]),
    "a clock that went back": ([-7, 0, 7], [7, -7, 0, 8], [2, None, None, None]),
}


@pytest.mark.parametrize("course", COURSES)
def test_each_day_to_remind_on_is_kept_once(course: str) -> None:
    days, nights, levels = COURSES[course]
    reminded: dict[str, int] = {}
    found: list[int | None] = []
    for night in nights:
        written = list(due_reminders([owed(FIRST, DUE)], reminding(days), reminded, DUE + timedelta(night)))
        found.append(written[0].level if written else None)
        for letter in written:
            reminded |= letter.stages
    assert found == levels


def test_an_institution_gets_one_letter_a_day_of_all_that_it_owes() -> None:
    reports = [
        owed(FIRST, DUE - timedelta(20)), owed(FIRST, DUE, "imagination_room_program", 1),
        owed(FIRST, DUE + timedelta(60)), owed(SECOND, DUE + timedelta(60)),
    ]  # fmt: skip
    (letter,) = due_reminders(reports, load_contracts(), {reports[0].key: 14}, DUE)
    assert (letter.submitter, letter.level, letter.owed) == (FIRST, 1, reports[:2])
    assert letter.stages == {reports[1].key: 0}
