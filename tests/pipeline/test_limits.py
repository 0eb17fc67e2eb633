"""A night goes on whatever one file asks of it, and tells operator and institution which one it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from forms import CLASS, as_csv, many_classes, table
from nights import NEEDED, begin, operations, settings, submit

from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Limits, Settings
from sciculture_etl.submissions import decide

CENTRE = "가상시험센터"
DAY = "2020-04-01T09:00:00"


def night(places: Settings) -> int:
    """How many files one whole run read."""
    with Run.open(begin(places), outputs=NEEDED) as run:
        take_steps(run)
        return run.report.read_count


def log(places: Settings, columns: str) -> list[tuple[Any, ...]]:
    return operations(places.warehouse, f"SELECT {columns} FROM mart_submission_log ORDER BY source_file")


@pytest.mark.night
def test_what_takes_too_much_is_refused_by_name_until_the_limits_change(tmp_path: Path) -> None:
    submit(tmp_path / "inbox", CENTRE, "느린 파일.csv", many_classes(60_000, "삼청동 {}번지"), DAY)
    submit(tmp_path / "inbox", CENTRE, "실적.csv", as_csv(table(CLASS)), DAY)
    places = settings(tmp_path / "inbox", tmp_path / "warehouse", limits=Limits(cpu_seconds=1, cpu_seconds_per_mib=0))
    assert night(places) == 2
    assert log(places, "source_file, verdict, codes") == [
        (f"{CENTRE}/느린 파일.csv", "rejected", "R_TOO_COSTLY"), (f"{CENTRE}/실적.csv", "accepted", ""),
    ]  # fmt: skip
    (mail,) = (tmp_path / "warehouse" / "outbox").rglob("*느린 파일*/mail.txt")
    assert "CPU 시간 1초" in mail.read_text(encoding="utf-8")
    assert night(places) == 0
    with Run.open(settings(tmp_path / "inbox", tmp_path / "warehouse", limits=Limits(cpu_seconds=1))) as run:
        assert run.read_and_load() == 2


@pytest.mark.night
@pytest.mark.slow
def test_what_was_withdrawn_before_it_was_ever_read_is_read_once_it_is_reinstated(tmp_path: Path) -> None:
    places = settings(tmp_path / "inbox", tmp_path / "warehouse")
    submit(tmp_path / "inbox", CENTRE, "실적.csv", as_csv(table(CLASS)), DAY)
    with Run.open(begin(places)) as run:  # as one that was killed before it read
        (receipt,) = run.extract().received
    decide(places, receipt.submission_id, "기관이 잘못 보냈다고 알려 옴")
    assert night(places) == 0
    assert log(places, "state, standing, codes") == [("withdrawn", "withdrawn", "R_WITHDRAWN")]
    decide(places, receipt.submission_id, "맞는 파일이었음", reinstate=True)
    assert night(places) == 1
    assert log(places, "state") == [("accepted",)]
