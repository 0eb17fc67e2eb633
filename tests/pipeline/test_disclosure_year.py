"""A whole year of vouchers, a release a month, its closing and two revisions: no few persons can be computed."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from forms import as_csv
from nights import night, release_ids, settings, submit
from published_vouchers import GROUNDS, HEADER, attack_files

from sciculture_etl.submissions import close_years, reopen_years

pytestmark = pytest.mark.slow

YEAR = 2023
OPERATOR = "가상바우처운영기관"
DISTRICTS = ["종로구", "중구", "용산구", "성동구", "광진구", "동대문구", "중랑구", "성북구", "강북구", "도봉구"]
Cells = dict[tuple[str, str], tuple[int, int]]


def month_of(number: int) -> Cells:
    chance = random.Random(f"month {number}")
    cells: Cells = {}
    for district in DISTRICTS:
        for place, ground in enumerate(GROUNDS):
            issued = chance.choice([0, 0, 0, 0, 1] if place < 2 else [2, 4, 7, 11])
            if issued:
                cells[district, ground] = issued, chance.randint(0, issued)
    return cells


def revised(cells: Cells, seed: str) -> Cells:
    """Two cells in a hundred are other than before, and at least three."""
    chance = random.Random(seed)
    changed = chance.sample(sorted(cells), max(3, len(cells) // 50))
    return cells | {cell: (cells[cell][0] + chance.randint(1, 3), cells[cell][1]) for cell in changed}


def send(inbox: Path, number: int, cells: Cells, day: str, name: str = "") -> None:
    rows = [[YEAR, number, "서울특별시", *cell, *persons, persons[1], 1000] for cell, persons in sorted(cells.items())]
    submit(inbox, OPERATOR, f"{YEAR}_{number}월_바우처실적{name}.csv", as_csv([HEADER, *rows]), f"{day}T09:00:00")


def test_a_year_of_nights_its_closing_and_revisions_give_nothing_away(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    places = settings(inbox, warehouse)
    months = {number: month_of(number) for number in range(1, 13)}
    for number, cells in months.items():
        following = date(YEAR + number // 12, number % 12 + 1, 6)
        send(inbox, number, cells, following.replace(day=5).isoformat())
        assert night(inbox, warehouse, today=following).publication.outcome == "published"
    close_years(places, "voucher_usage", [YEAR], "all months came")
    assert night(inbox, warehouse, today=date(YEAR + 1, 3, 1)).publication.outcome == "published"
    for number, day in ((3, date(YEAR + 1, 4, 1)), (8, date(YEAR + 1, 6, 1))):
        reopen_years(places, "voucher_usage", [YEAR], "a correction was announced", None, None)
        months[number] = revised(months[number], str(day))
        send(inbox, number, months[number], day.isoformat(), f"_수정{day:%m}")
        close_years(places, "voucher_usage", [YEAR], "corrected")
        publication = night(inbox, warehouse, today=day).publication
        assert publication.outcome in ("published", "refused"), publication.refusals
    attack = attack_files(warehouse / "releases")
    assert len(release_ids(warehouse)) >= 13
    assert attack.few == {}
