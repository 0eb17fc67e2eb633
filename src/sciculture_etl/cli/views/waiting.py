"""What waits for approval, on the console: why, what it would change, and which commands decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]
WHY = {
    "fewer_rows": "loses rows / 행 감소",
    "lowered": "lowers / 감소",
    "multiplied": "multiplies / 급증",
    "closed_year": "its year is closed / 마감된 연도",
}


def waiting_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Each submission that waits, with what speaks against it and what would decide it.

    Args:
        rows: of ``mart_submission_waiting``, those of a submission together.
    """
    for submission, group in groupby(rows, lambda row: row["submission_id"]):
        own = list(group)
        since = _day(own[0]["waiting_since"])
        yield f"{submission}  {own[0]['submitter']}  {own[0]['source_file']}  since / 접수 {since}"
        yield from dict.fromkeys(f"  {_objection(row)}" for row in own)
        if asked_by := own[0].get("asked_by"):
            yield f"  {asked_by} asked for approval, another person has to confirm / {asked_by}의 승인 요청, 확인 필요"
        yield f'  → sciculture submissions approve {submission} --reason "…"'
        yield f'  → sciculture submissions reject {submission} --reason "…"'
        for dataset, year, submitter in dict.fromkeys(
            (row["dataset"], row["program_year"], row["submitter"]) for row in own if row["cause"] == "closed_year"
        ):
            yield (
                f"  → sciculture years reopen {dataset} {year} --submitter '{submitter}' --until YYYY-MM-DD "
                '--reason "…"'
            )


def _day(moment: datetime | str) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d}" if isinstance(moment, datetime) else moment[:10]


def _objection(row: Row) -> str:
    place = f"{row['dataset']} {row['program_year']}{' ' + row['period_key'] if row['period_key'] else ''}"
    text = f"{place}: {WHY[row['cause']]}: {row['measure_name']} {row['value_before']:,} → {row['value_after']:,}"
    if row["cause"] == "closed_year":
        text += f" (closed / 마감 {row['closed_on']}: {row['closed_because']})"
    return text


def show_waiting(console: Console, rows: Sequence[Row]) -> None:
    for line in waiting_lines(rows):
        console.print(Text(line, "" if line.startswith(" ") else "bold"), soft_wrap=True)
    console.print(f"{len({row['submission_id'] for row in rows}):,} waiting for approval / 승인 대기")
