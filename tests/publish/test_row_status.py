"""Every row of a mart says whether its figures are provisional, revised or final, and a release says why that changed.

One warehouse of two centres is followed over nights on which years of two datasets are closed, reopened and revised.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.extract.decisions import APPROVED
from sciculture_etl.model import all_statements
from sciculture_etl.model.status import sources_of
from sciculture_etl.pipeline import Run
from sciculture_etl.publish import Publication
from sciculture_etl.publish.releases import compare_releases
from sciculture_etl.submissions import close_years, decide_waiting, reopen_years
from tests.forms import CLASS, FACILITY, as_csv, table
from tests.nights import DICTIONARY, NEEDED, begin, manifest, night, published, release_ids, settings, submit

CODES = {"p", "r", "final"}
PUBLIC_MARTS = {
    name: contract
    for name, contract in load_table_contracts().items()
    if name.startswith("mart_") and contract.audience == "public"
}
# What a row of these says of itself: how a figure compares, what a release changed.
OWN = {"mart_seed_figure_check", "mart_revision"}
OTHER = {"시군구": "강남구", "읍면동": "역삼동"}
TOLD_IN = ("csv", *DICTIONARY)
Years = list[tuple[str, int, str, bool, str]]


@pytest.mark.parametrize("name", sorted(PUBLIC_MARTS))
def test_every_published_mart_has_it_as_its_last_column_with_the_meaning_of_its_codes(name: str) -> None:
    contract = PUBLIC_MARTS[name]
    assert contract.has_status == (name not in OWN)
    if contract.has_status:
        assert list(contract.exact_columns)[-1] == "status"
        assert contract.columns["status"].codes.keys() == CODES
        assert any(one.kwargs.get("value_set") == ["p", "r", "final"] for one in contract.suite)


def test_rows_rest_on_the_facts_that_reach_them_and_not_on_registers_of_names() -> None:
    statements, contracts, table_contracts = all_statements(), load_contracts(), load_table_contracts()

    def datasets(mart: str) -> set[str]:
        return {source.dataset for source in sources_of(statements[mart], statements, contracts, table_contracts)}

    assert datasets("mart_dsc_by_institution") == {"dsc_class", "dsc_facility", "dsc_institution_year"}
    assert datasets("mart_event_attendance_by_country") == {
        "event_attendance",
        "event_edition",
    }  # editions through dim_event_edition
    assert datasets("mart_voucher_summary") == {"voucher_usage"}
    assert datasets("mart_program_catalog") == set()
    every = set().union(*map(datasets, PUBLIC_MARTS.keys() - OWN))
    assert every == contracts.keys() - {"institution"}


def nightly(folder: Path, years: Years, outputs: Collection[str] | None = NEEDED) -> Publication:
    """A night in which the years stand so."""
    with Run.open(begin(settings(folder / "inbox", folder / "warehouse")), outputs=outputs) as run:
        run.extract()
        run.read_and_load()
        run.accept()
        run.warehouse.connection.execute("DELETE FROM log.year_state")
        for year in years:
            run.warehouse.connection.execute("INSERT INTO log.year_state VALUES (?, ?, ?, ?, ?)", year)
        return run.publish(run.model())


def closed(dataset: str, year: int, is_revised: bool = False) -> tuple[str, int, str, bool, str]:
    return (dataset, year, "closed", is_revised, f"가상 확정 {year}")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Publication]]:
    """Six nights: all open; classes closed, facilities of 2020 not; those too; nothing new; a newer file of 2020, which
    is a revision; 2019 reopened."""
    folder = tmp_path_factory.mktemp("status")
    inbox = folder / "inbox"
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS, {}, OTHER)))
    submit(inbox, "가상시험센터", "지난 실적.csv", as_csv(table(CLASS | {"사업연도": "2019"})))
    submit(inbox, "가상시험센터", "시설.csv", as_csv(table(FACILITY)))
    classes = [closed("dsc_class", 2019), closed("dsc_class", 2020)]
    facilities = closed("dsc_facility", 2020)
    nights = [
        nightly(folder, []),
        nightly(folder, [*classes, ("dsc_facility", 2020, "provisional", False, "")]),
        nightly(folder, [*classes, facilities]),
        nightly(folder, [*classes, facilities]),
    ]
    newer = as_csv(table(CLASS, {"운영횟수": "13"}, OTHER))
    submit(inbox, "가상시험센터", "실적 수정.csv", newer, "2020-05-01T09:00:00")
    revised = closed("dsc_class", 2020, is_revised=True)
    nights.append(nightly(folder, [classes[0], revised, facilities]))
    nights.append(nightly(folder, [("dsc_class", 2019, "open", False, "가상 누락"), revised, facilities], TOLD_IN))
    return folder / "warehouse", nights


def statuses(warehouse: Path, night: int, mart: str) -> dict[int, str]:
    """Of each year of a mart, in the release of a night."""
    path = warehouse / "releases" / release_ids(warehouse)[night] / "parquet" / f"{mart}.parquet"
    with duckdb.connect() as connection:
        return dict(connection.execute(f"SELECT DISTINCT program_year, status FROM read_parquet('{path}')").fetchall())


Followed = tuple[Path, list[Publication]]


@pytest.mark.night
def test_a_row_is_final_when_all_that_it_rests_on_is_closed(followed: Followed) -> None:
    warehouse, nights = followed
    for mart in ("mart_dsc_summary", "mart_dsc_by_region", "mart_program_region_year"):
        told = [statuses(warehouse, night, mart) for night in range(5)]
        assert told == [
            {2019: "p", 2020: "p"},
            {2019: "final", 2020: "p"},  # the facilities of 2020 can still change
            {2019: "final", 2020: "final"},
            {2019: "final", 2020: "r"},
            {2019: "p", 2020: "r"},
        ]
    assert [night.outcome for night in nights] == [*["published"] * 3, "unchanged", *["published"] * 2]


@pytest.mark.night
def test_a_closing_is_one_line_for_all_rows_of_its_year_with_the_reason(followed: Followed) -> None:
    warehouse, nights = followed
    lines = "SELECT table_name, row_key, old_value, new_value, cause FROM mart_revision "
    ids = release_ids(warehouse)
    told = published(warehouse, f"{lines} WHERE release_id = '{ids[2]}' ORDER BY ALL")
    facilities = "closed: dsc_facility 2020 (가상 확정 2020)"
    assert told == [
        ("mart_dsc_by_eupmyeondong", "program_year=2020", "p", "final", facilities),
        ("mart_dsc_by_institution", "program_year=2020", "p", "final", facilities),
        ("mart_dsc_by_region", "program_year=2020", "p", "final", facilities),
        ("mart_dsc_summary", "program_year=2020", "p", "final", facilities),
        ("mart_program_level_year", "program_code=daily_science_class, program_year=2020", "p", "final", facilities),
        ("mart_program_region_year", "program_code=daily_science_class, program_year=2020", "p", "final", facilities),
    ]
    assert nights[2].revised["mart_dsc_by_region"] == {"changed": 0, "added": 0, "removed": 0, "status": 1}
    told = published(warehouse, f"{lines} WHERE release_id = '{ids[4]}' AND table_name = 'mart_dsc_summary'")
    reopened = "reopened: dsc_class 2019 (가상 누락)"
    assert told == [("mart_dsc_summary", "program_year=2019", "final", "p", reopened)]


@pytest.mark.night
def test_a_value_that_changes_in_a_closed_year_keeps_its_cause_beside_that_of_the_status(followed: Followed) -> None:
    warehouse, _ = followed
    ids = release_ids(warehouse)
    told = published(
        warehouse,
        "SELECT column_name, old_value, new_value, cause FROM mart_revision "
        f"WHERE release_id = '{ids[3]}' AND table_name = 'mart_dsc_summary' ORDER BY ALL",
    )
    (sessions, status) = told
    assert sessions[:3] == ("session_count", "24", "25")
    assert sessions[3].startswith("submission ")
    assert status == ("status", "final", "r", "revised after closing: dsc_class 2020")
    compared = compare_releases(settings(warehouse.parent / "inbox", warehouse), ids[1], ids[3], "mart_dsc_summary")
    causes = {line["column_name"]: line["cause"] for line in compared["lines"]}
    assert causes["session_count"] == sessions[3]
    assert causes["status"] == f"closed: dsc_facility 2020 (가상 확정 2020); {status[3]}"


@pytest.mark.night
def test_only_what_a_closing_concerns_is_written_again(followed: Followed) -> None:
    warehouse, _ = followed
    ids = release_ids(warehouse)
    files = [warehouse / "releases" / release / "parquet" for release in ids[1:3]]
    same = {path.name for path in files[0].iterdir() if path.samefile(files[1] / path.name)}
    assert {"mart_voucher_summary.parquet", "mart_event_edition.parquet", "dim_institution.parquet"} <= same
    assert "mart_dsc_summary.parquet" not in same


@pytest.mark.night
def test_every_output_has_it_with_the_meaning_of_its_codes(followed: Followed) -> None:
    warehouse, _ = followed
    release = warehouse / "releases" / str(manifest(warehouse)["release_id"])
    with (release / "csv" / "mart_dsc_summary.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["program_year"]: row["status"] for row in csv.DictReader(lines)} == {"2019": "p", "2020": "r"}
    assert published(warehouse, "SELECT program_year, status FROM mart_dsc_summary ORDER BY ALL") == [
        (2019, "p"), (2020, "r")
    ]  # fmt: skip
    described = "SELECT table_name, codes, domain FROM meta.column WHERE column_name = 'status'"
    found = {name: (codes, domain) for name, codes, domain in published(warehouse, described)}
    meaning = ["p: 잠정 / provisional", "r: 마감 후 수정 / revised", "final: 확정 / final"]
    assert {name for name, row in found.items() if row == (meaning, "코드")} == PUBLIC_MARTS.keys() - OWN
    (comment,) = published(
        warehouse,
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'mart_dsc_summary' AND column_name = 'status'",
    )
    for text in (comment[0], *((release / "dictionary" / f"dictionary.{kind}").read_text() for kind in ("md", "html"))):
        assert "p 잠정" in text
        assert "final: all are closed" in text
    with (release / "dictionary" / "portal" / "mart_dsc_summary.csv").open(encoding="utf-8-sig", newline="") as lines:
        (row,) = [row for row in csv.DictReader(lines) if row["영문명"] == "status"]
    assert (row["항목명"], row["코드"]) == ("확정 상태", "; ".join(meaning))


@pytest.mark.night
def test_the_release_keeps_how_the_years_stood(followed: Followed) -> None:
    warehouse, _ = followed
    assert manifest(warehouse)["years"] == [
        ["dsc_class", 2019, "open", False, "가상 누락"],
        ["dsc_class", 2020, "closed", True, "가상 확정 2020"],
        ["dsc_facility", 2020, "closed", False, "가상 확정 2020"],
    ]


@pytest.mark.slow
def test_what_is_decided_of_a_year_on_record_shows_with_the_next_night(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    places = settings(inbox, warehouse)
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS, {}, OTHER)))
    night(inbox, warehouse)
    close_years(places, "dsc_class", [2020], "가상 사유: 결산 완료")
    assert night(inbox, warehouse).publication.outcome == "published"
    submit(
        inbox, "가상시험센터", "실적 수정.csv", as_csv(table(CLASS, {"운영횟수": "13"}, OTHER)), "2020-05-01T09:00:00"
    )
    night(inbox, warehouse)
    decide_waiting(places, "수정", "가상 사유: 오기 정정", APPROVED)
    night(inbox, warehouse)
    reopen_years(places, "dsc_class", [2020], "가상 사유: 누락 반영", None, None)
    night(inbox, warehouse)
    told = published(
        warehouse,
        "SELECT old_value, new_value, cause FROM mart_revision "
        "WHERE table_name = 'mart_dsc_summary' AND column_name = 'status' ORDER BY release_id",
    )
    assert told == [
        ("p", "final", "closed: dsc_class 2020 (가상 사유: 결산 완료)"),
        ("final", "r", "revised after closing: dsc_class 2020"),
        ("r", "p", "reopened: dsc_class 2020 (가상 사유: 누락 반영)"),
    ]
