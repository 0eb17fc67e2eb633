"""A year of vouchers is published month by month, closed and revised: nothing that is withheld can be computed."""

from __future__ import annotations

import shutil
import stat
from datetime import date
from pathlib import Path

import pytest
from nights import NEEDED, hashes, night, published, release_ids, settings, submit
from published_vouchers import MEASURES, SMALL, attack_files, month_of_vouchers

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.disclosure.history import KEY, read_history
from sciculture_etl.errors import UserError
from sciculture_etl.pipeline import Run, RunReport
from sciculture_etl.publish.disclosures import accept_cell, list_disclosures, show_cell
from sciculture_etl.settings import Settings
from sciculture_etl.submissions import close_years

YEAR = 2023
OPERATOR = "가상바우처운영기관"
TABLE = "mart_voucher_by_region"


def month(inbox: Path, number: int) -> None:
    day = f"{YEAR if number < 12 else YEAR + 1}-{number % 12 + 1:02d}-05T09:00:00"
    submit(inbox, OPERATOR, f"{YEAR}_{number}월_바우처실적.csv", month_of_vouchers(YEAR, number), day)


def is_small_shown(warehouse: Path) -> bool:
    condition = " OR ".join(f"{measure} IN {SMALL}" for measure in MEASURES)
    return bool(published(warehouse, f"SELECT count(*) FROM {TABLE} WHERE {condition}")[0][0])


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months, a release each, and the closed year; beside it, as it was when it was closed."""
    folder = tmp_path_factory.mktemp("year")
    for number in (1, 2):
        month(folder / "inbox", number)
        night(folder / "inbox", folder / "warehouse", today=date(YEAR, number + 1, 6))
    close_years(settings(folder / "inbox", folder / "warehouse"), "voucher_usage", [YEAR], "all months came")
    shutil.copytree(folder / "warehouse", folder / "before")
    night(folder / "inbox", folder / "warehouse", today=date(YEAR + 1, 3, 1))
    return folder / "warehouse"


def test_a_year_published_month_by_month_gives_nothing_away(year: Path) -> None:
    attack = attack_files(year / "releases")
    assert len(release_ids(year)) == 3
    assert attack.withheld > 0
    assert attack.few == {}
    assert not is_small_shown(year)


def test_numbers_that_a_closed_year_shows_name_its_closing(year: Path) -> None:
    causes = published(
        year,
        f"SELECT DISTINCT cause FROM mart_revision WHERE table_name = '{TABLE}' AND column_name IN {MEASURES} "
        f"AND release_id = '{release_ids(year)[-1]}'",
    )
    assert causes == [(f"closed: voucher_usage {YEAR} (all months came)",)]


def test_the_history_is_written_with_each_release_and_for_its_owner_alone(year: Path) -> None:
    history = read_history(year / "archive")
    assert list(history.releases) == release_ids(year)
    files = list((year / "archive/disclosure").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.slow
def test_a_rebuild_from_the_archive_alone_withholds_the_same(year: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    shutil.copytree(year / "archive", warehouse / "archive")
    (tmp_path / "inbox").mkdir()
    rebuilt = night(tmp_path / "inbox", warehouse, today=date(YEAR + 1, 3, 1)).publication
    assert rebuilt.outcome == "published"
    assert hashes(warehouse)[TABLE] == hashes(year)[TABLE]
    before, after = (read_history(folder / "archive") for folder in (year, warehouse))
    assert after.releases == (*before.releases, rebuilt.release_id)
    assert after.latest().sort(KEY).equals(before.latest().sort(KEY))


def publish_few(places: Settings) -> RunReport:
    """A night with a fault in the pattern: one table shows even one or two persons."""
    table_contracts = dict(load_table_contracts())
    contract = table_contracts[TABLE]
    assert contract.disclosure is not None
    everything = contract.disclosure.model_copy(update={"k": 1})
    table_contracts[TABLE] = contract.model_copy(update={"disclosure": everything})
    with Run.open(places, outputs=NEEDED) as run:
        run.table_contracts = table_contracts
        run.extract()
        run.read_and_load()
        run.accept()
        run.publish(run.model())
        return run.report


def test_a_release_that_shows_few_persons_is_refused_until_each_of_them_is_let_through(
    year: Path, tmp_path: Path
) -> None:
    warehouse = Path(shutil.copytree(year.parent / "before", tmp_path / "warehouse"))
    places = settings(year.parent / "inbox", warehouse)
    publication = publish_few(places).publication
    assert publication.outcome == "refused"
    refused = [one["cell"] for one in list_disclosures(places)["refused"]]
    assert refused
    assert f"`sciculture disclosure accept {refused[0]} --reason ...`" in publication.refusals[0]
    assert TABLE in publication.refusals[0]
    assert len(release_ids(warehouse)) == 2
    with pytest.raises(UserError, match="is not refused"):
        accept_cell(places, f"{TABLE}/1999/11110/other/user_count", "nobody asked for it")
    accept_cell(places, refused[0], "agreed with the agency")
    publication = publish_few(places).publication
    assert publication.outcome == "refused"
    assert [one["cell"] for one in list_disclosures(places)["refused"]] == refused[1:]
    for cell in refused[1:]:
        accept_cell(places, cell, "agreed with the agency")
    assert publish_few(places).publication.outcome == "published"
    shown = show_cell(places, refused[0])
    assert (shown["mark"], shown["lowest"]) == (None, shown["highest"])
    assert [line["kind"] for line in shown["ledger"]] == ["accepted"]
