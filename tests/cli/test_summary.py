"""The summary at the end of a run: what this run did, and what stands after all of them, each by its name."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

from rich.console import Console

from sciculture_etl.cli.views.console import as_machine_report, show_summary
from sciculture_etl.extract import Extraction
from sciculture_etl.pipeline import RunReport
from tests.nights import settings


def test_this_run_and_all_so_far_are_told_apart(tmp_path: Path) -> None:
    report = RunReport(verdicts={"accepted": 2593, "rejected": 15}, new_verdicts={"accepted": 4}, missing=7)
    shown = StringIO()
    show_summary(Console(file=shown, width=120), settings(tmp_path, tmp_path), report, {"work": 1.0})
    lines = [line.split() for line in shown.getvalue().splitlines()]
    (heads,) = [line for line in lines if "누계" in line]
    assert heads == ["this", "run", "/", "이번", "all", "so", "far", "/", "누계"]
    told = {line[0]: line[-2:] for line in lines if line[:1] in (["accepted"], ["rejected"])}
    assert told == {"accepted": ["4", "2,593"], "rejected": ["0", "15"]}
    assert "Rows of all submissions so far" in shown.getvalue()


def test_what_is_due_is_summed_up_with_the_worst_named(tmp_path: Path) -> None:
    rate = {
        "dataset": "dsc_class", "title_ko": "가상 강좌", "program_year": 2026, "period_no": 3, "period_ko": "3기",
        "due_on": date(2026, 10, 15), "owed_count": 34, "accepted_count": 28, "waiting_count": 1, "missing_count": 6,
        "unexpected_count": 1, "on_time_count": 25, "late_count": 4, "reporting_rate": 82.4,
    }  # fmt: skip
    more = {"reporting_rate": 105.9, "accepted_count": 36, "missing_count": 0, "late_count": 0, "waiting_count": 0}
    report = RunReport(rates=[rate, *[rate | more] * 6])
    shown = StringIO()
    places = settings(tmp_path, tmp_path)
    show_summary(Console(file=shown, width=160), places, report, {"work": 1.0})
    lines = [line.strip() for line in shown.getvalue().splitlines() if "2026년 3기" in line or "그 밖에" in line]
    assert lines[0] == (
        "가상 강좌 2026년 3기 (~2026-10-15): accepted / 승인 28/34 (82.4 %), in time / 기한 내 25, late / 지연 4, "
        "waiting / 승인 전 1, missing / 미제출 6, not owed / 대상 외 1"
    )
    assert "accepted / 승인 36/34 (105.9 %), in time / 기한 내 25, not owed / 대상 외 1" in lines[1]
    assert (len(lines), lines[-1]) == (6, "… 2 more in mart_reporting_rate / 그 밖에 2건")
    listed = as_machine_report(report, places, 0, {})["reporting_rates"]
    assert (len(listed), listed[0]["due_on"]) == (7, "2026-10-15")


def test_of_thousands_of_files_that_were_not_taken_the_first_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    hidden = {f".숨김{number:04}/실적.csv": "in a hidden folder" for number in range(1500)}
    unreadable = {f"가상센터/실적{number:04}.csv": "Permission denied" for number in range(1500)}
    report = RunReport(extraction=Extraction(passed_over=hidden, unreadable=unreadable))
    shown = StringIO()
    places = settings(tmp_path, tmp_path)
    show_summary(Console(file=shown, width=120), places, report, {"work": 1.0})
    for kind in ("hidden folder", "  not taken"):
        lines = [line for line in shown.getvalue().splitlines() if kind in line]
        assert len(lines) == 21
        assert lines[-1].endswith(": +1,480 (--json)")
    assert len(as_machine_report(report, places, 0, {})["files"]["hidden_folders"]) == 1500
