"""What is owed for which period, as the reference table of a day holds it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.load import Warehouse
from sciculture_etl.model.reference import reference_tables
from sciculture_etl.project import SQL
from tests.nights import settings


def periods(folder: Path, dataset: str, today: date) -> dict[int, dict[int, tuple[Any, ...]]]:
    """Year → period → its last day, its due day, whether that has passed."""
    contracts = load_contracts()
    with Warehouse.open(settings(folder, folder), contracts) as warehouse:
        reference_tables(SQL, contracts, load_table_contracts(), today)["due_period"].load(warehouse)
        found: dict[int, dict[int, tuple[Any, ...]]] = {}
        for year, number, *period in warehouse.connection.execute(
            "SELECT program_year, period_no, period_ends_on, due_on, is_due FROM reference.due_period "
            "WHERE dataset = ? ORDER BY ALL",
            [dataset],
        ).fetchall():
            found.setdefault(year, {})[number] = tuple(period)
        return found


@pytest.mark.parametrize(("today", "is_due"), [(date(2020, 7, 15), False), (date(2020, 7, 16), True)])
def test_a_term_is_due_from_the_day_after_its_due_day(tmp_path: Path, today: date, is_due: bool) -> None:
    assert periods(tmp_path, "dsc_class", today)[2020] == {
        1: (date(2020, 3, 31), date(2020, 4, 15), True),
        2: (date(2020, 6, 30), date(2020, 7, 15), is_due),
        3: (date(2020, 9, 30), date(2020, 10, 15), False),
        4: (date(2020, 12, 31), date(2021, 1, 15), False),
    }


def test_periods_go_up_to_the_year_of_the_day(tmp_path: Path) -> None:
    found = periods(tmp_path, "dsc_class", date(2021, 1, 1))
    assert max(found) == 2021
    assert not any(is_due for _, _, is_due in found[2021].values())


def test_what_goes_by_events_is_due_on_no_day(tmp_path: Path) -> None:
    events = {name for name, contract in load_contracts().items() if contract.due.cadence == "event"}
    assert events
    for name in events:
        found = periods(tmp_path, name, date(2030, 1, 1))
        assert {period[1:] for year in found.values() for period in year.values()} == {(None, False)}
