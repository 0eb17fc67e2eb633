"""A million clean rows in 300 CSV files: 75 invented institutions, four terms of one year each."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from peer.job import Job, Table

FILES = 300
SENT = 1_677_628_800  # 2023-03-01
HEADER = [
    "기관명", "사업연도", "기수", "강좌명", "반", "교육장명", "시도", "시군구", "읍면동", "운영횟수",
    "수혜자수(순인원)", "연인원",
]  # fmt: skip
COLUMNS = {
    "institution_name": "VARCHAR", "program_year": "SMALLINT", "term": "TINYINT", "class_name": "VARCHAR",
    "class_no": "BIGINT", "facility_name": "VARCHAR", "sido_name": "VARCHAR", "sigungu_name": "VARCHAR",
    "eupmyeondong_name": "VARCHAR", "session_count": "BIGINT", "beneficiary_count": "BIGINT",
    "attendance_count": "BIGINT",
}  # fmt: skip
MEASURES = ["session_count", "beneficiary_count", "attendance_count"]
PLACES = [
    ("서울특별시", "종로구", "삼청동"), ("서울특별시", "양천구", "신정동"), ("부산광역시", "해운대구", "우동"),
    ("대전광역시", "유성구", "궁동"), ("경기도", "파주시", "금촌동"), ("강원도", "춘천시", "석사동"),
    ("전라남도", "순천시", "조례동"), ("제주특별자치도", "제주시", "노형동"),
]  # fmt: skip


def rows_of(number: int, count: int, sessions: int = 12) -> Iterator[list[Any]]:
    """Of one file: one term of one of 75 institutions."""
    centre, term = divmod(number, 4)
    for n in range(count):
        net = n % 30 + 1
        place = PLACES[(centre + n // 400) % len(PLACES)]
        names = f"가상 강좌 {n // 20}", n % 20 + 1, f"가상 교육장 {centre}-{n // 400}"
        yield [f"가상센터{centre:02}", 2022, term + 1, *names, *place, sessions, net, net * sessions]


def place_of(folder: Path, number: int, kind: str) -> Path:
    path = folder / f"가상센터{number // 4:02}" / f"강좌_2022_{number % 4 + 1}기.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_csv(folder: Path, number: int, rows: Iterable[list[Any]]) -> Path:
    path = place_of(folder, number, "csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(chain([HEADER], rows))
    return path


def count_of(number: int, rows: int) -> int:
    return rows * (number + 1) // FILES - rows * number // FILES


def make(inbox: Path, rows: int, changed: int = 0) -> None:
    """The files, of which so many were changed, one a turn, each as if a minute after the last."""
    done = inbox / ".changed"  # of how many turns, as far as all is written
    turns = int(done.read_text()) if done.exists() else -1
    if not 0 <= turns <= changed:
        shutil.rmtree(inbox, ignore_errors=True)
        for number in range(FILES):
            _write(inbox, rows, number, 12, SENT)
        turns = 0
    for turn in range(turns, changed):
        _write(inbox, rows, _number(turn), 13, SENT + 60 * (turn + 1))
    done.write_text(str(changed))


def _write(inbox: Path, rows: int, number: int, sessions: int, sent: int) -> None:
    path = write_csv(inbox, number, rows_of(number, count_of(number, rows), sessions))
    os.utime(path, (sent, sent))


def job(inbox: Path, rows: int, changed: int = 0) -> Job:
    """What to make of the files, of which so many were changed."""
    table = Table(
        name="classes",
        files=f"{inbox}/*/*.csv",
        columns=COLUMNS,
        required=list(COLUMNS),
        ranges={
            "program_year": (2000, 2100), "term": (1, 4), "session_count": (0, 400), "beneficiary_count": (0, 2000),
            "attendance_count": (0, 1_000_000),
        },
        key=["institution_name", "program_year", "term", "facility_name", "class_name", "class_no"],
        measures=MEASURES,
        summaries={
            "by_region": ["program_year", "sido_name", "sigungu_name"],
            "by_institution": ["program_year", "institution_name"],
        },
    )  # fmt: skip
    sums, places = [0] * len(MEASURES), set()
    for number in range(FILES):
        for row in rows_of(number, count_of(number, rows), _sessions(number, changed)):
            sums = [total + value for total, value in zip(sums, row[-len(MEASURES) :], strict=True)]
            places.add(row[7])
    expected = {"classes": [rows, *sums], "by_region": [len(places), *sums], "by_institution": [FILES // 4, *sums]}
    return Job(str(inbox), [table], expected)


def _number(turn: int) -> int:
    return (turn * 37 + 1) % FILES


def _sessions(number: int, changed: int) -> int:
    return 13 if number in {_number(turn) for turn in range(changed)} else 12
