"""All sixteen datasets over several years in one go: every published figure comes out, every planted fault too."""

import csv
import shutil
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import as_csv
from nights import manifest, night_of_figures, operations, published, rows, submit

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.model.figures import read_figures
from sciculture_etl.project import SQL

# What follows from several files, or from a place's history, and stands in no file alone.
DERIVED = ("W_REGION_RENAMED", "W_REGION_COMPLETED", "W_YEAR_ON_YEAR", "W_OUTLIER_HISTORY")
KINDS = ("read", "loaded", "quarantined", "left_out")
RECEIVED = "(SELECT submission_id, min_by(path, seq) AS path FROM log.receipt GROUP BY ALL) AS r USING (submission_id)"


def nfc(text: str | None) -> str | None:
    return unicodedata.normalize("NFC", text) if text else text


def test_every_published_figure_comes_out(years: Any) -> None:
    checked = published(years.warehouse, "SELECT figure_id, status FROM mart_seed_figure_check WHERE NOT passed")
    assert checked == []
    assert len(years.report.figures) == len(read_figures()) == 92
    assert [figure["status"] for figure in manifest(years.warehouse)["figures"]] == ["equal"] * 92


def test_what_the_sample_says_it_holds_is_what_comes_out(years: Any) -> None:
    told = dict(published(years.warehouse, "SELECT figure_id, actual FROM mart_seed_figure_check"))
    truth = years.truth["published"]
    assert len(truth) > 45
    for figure_id, value in truth.items():
        found = told[figure_id]
        assert (float(found) if isinstance(value, int | float) else found) == value, figure_id


def test_every_dataset_is_read_in_every_year_that_it_was_sent_for(years: Any) -> None:
    sent = {
        (part["dataset"], year)
        for file in years.truth["files"]
        for part in file["parts"]
        for year in file["years"]
        if part["dataset"] and part["rows"]["loaded"] and len(file["years"]) == 1
    }
    in_force = set(
        rows(years.warehouse / "warehouse.duckdb", "SELECT DISTINCT dataset, program_year FROM log.in_force")
    )
    assert sent <= in_force
    assert {dataset for dataset, _ in in_force} == set(load_contracts())


def test_every_part_of_every_file_has_the_rows_that_it_should(years: Any) -> None:
    found = rows(
        years.warehouse / "warehouse.duckdb",
        "SELECT r.path, p.sheet, p.dataset, p.read, p.loaded, p.quarantined, p.left_out FROM log.part AS p "
        f"JOIN {RECEIVED}",
    )
    expected = [
        (file["path"], part["sheet"], part["dataset"], *(part["rows"][kind] for kind in KINDS))
        for file in years.truth["files"]
        for part in file["parts"]
        if part["dataset"]
    ]
    assert Counter((nfc(row[0]), nfc(row[1]), *row[2:]) for row in found) == Counter(
        (nfc(row[0]), nfc(row[1]), *row[2:]) for row in expected
    )


def test_every_planted_finding_is_found_at_its_cell_and_nothing_else(years: Any) -> None:
    found = Counter(
        (nfc(row[0]), *row[1:])
        for row in operations(
            years.warehouse,
            f"SELECT source_file, source_sheet, source_row, cell, field, code FROM mart_row_error "
            f"WHERE code NOT IN {DERIVED} AND NOT (code = 'W_TOTAL_MISMATCH' AND field = 'attendee_count')",
        )
    )
    expected: Counter[tuple[Any, ...]] = Counter()
    for file in years.truth["files"]:
        if file.get("superseded_by") and any(part["rows"]["loaded"] for part in file["parts"]):
            expected[(nfc(file["path"]), None, None, None, None, "R_SUPERSEDED")] += 1
        for finding in [*file["findings"], *(f for part in file["parts"] for f in part["findings"])]:
            place = [finding.get(key) for key in ("sheet", "row", "cell", "field")]
            expected[(nfc(file["path"]), *place, finding["code"])] += 1
    assert found == expected


def test_attendance_by_country_is_held_to_the_participants_of_its_edition(years: Any) -> None:
    """The sample plants one edition of EKC a year of which the two disagree."""
    told = operations(
        years.warehouse,
        "SELECT message_en FROM mart_row_error WHERE code = 'W_TOTAL_MISMATCH' AND field = 'attendee_count'",
    )
    held = {year for file in years.truth["files"] if "event_attendance" in file["datasets"] for year in file["years"]}
    assert len(told) == len(held - {2020}) > 2  # in 2020 none was held
    assert all("EKC" in message for (message,) in told)


def test_a_fall_of_a_year_is_told_and_does_not_stop_it(years: Any) -> None:
    told = operations(
        years.warehouse,
        "SELECT submitter, header, message_en FROM mart_row_error WHERE code = 'W_YEAR_ON_YEAR' "
        "AND field = 'visitor_count' AND source_file LIKE '%2020%'",
    )
    assert ("한국과학관협회", "관람객(참여자)수", "the total is 2,036; in the previous year it was 40,451") in told
    assert published(years.warehouse, "SELECT visitor_count FROM mart_do_dream_summary WHERE program_year = 2020") == [
        (2036,)
    ]


HISTORY = {
    "institution_count": 34, "sigungu_count": 164, "eupmyeondong_count": 1111, "instructor_count": 1099,
    "facility_count": 2213, "session_count": 50275, "beneficiary_count": 132676,
}  # fmt: skip


def test_the_year_before_comes_out_as_an_older_page_had_it(years: Any) -> None:
    names = ", ".join(HISTORY)
    (row,) = published(years.warehouse, f"SELECT {names} FROM mart_dsc_summary WHERE program_year = 2019")
    assert dict(zip(HISTORY, row, strict=True)) == HISTORY
    (row,) = published(
        years.warehouse,
        "SELECT visitor_count, round_half_up FROM (SELECT visitor_count, round(satisfaction_score, 1) AS round_half_up "
        "FROM mart_do_dream_summary WHERE program_year = 2019)",
    )
    assert row == (40451, 90.7)


def test_a_sum_over_regions_of_what_is_not_additive_gives_nothing(years: Any) -> None:
    """Whoever adds up the long table without looking gets no number, never a wrong one."""
    wrong = published(
        years.warehouse,
        "SELECT measure FROM mart_program_region_year WHERE NOT is_additive "
        "GROUP BY measure HAVING sum(value) IS NOT NULL",
    )
    assert wrong == []
    told = published(
        years.warehouse,
        "SELECT count(*) FROM mart_program_region_year "
        "WHERE (is_additive AND value_not_additive IS NOT NULL) OR (NOT is_additive AND value IS NOT NULL)",
    )
    assert told == [(0,)]


def test_a_sum_over_regions_of_what_is_additive_is_the_whole(years: Any) -> None:
    for measure in ("class_count", "session_count", "beneficiary_count"):
        differing = published(
            years.warehouse,
            f"SELECT program_year FROM mart_dsc_summary AS s JOIN (SELECT program_year, sum(value) AS value "
            f"FROM mart_program_region_year WHERE program_code = 'daily_science_class' AND measure = '{measure}' "
            f"GROUP BY ALL) AS r USING (program_year) WHERE s.{measure} <> r.value",
        )
        assert differing == []


def test_the_trap_is_real_and_the_dictionary_warns_of_it(years: Any) -> None:
    """Districts that two centres serve are counted with both: adding up would count them twice."""
    (row,) = published(
        years.warehouse,
        "SELECT sum(i.sigungu_count) > any_value(s.sigungu_count) FROM mart_dsc_by_institution AS i "
        "JOIN mart_dsc_summary AS s USING (program_year) WHERE program_year = 2020",
    )
    assert row == (True,)
    warned = published(
        years.warehouse,
        "SELECT table_name, column_name FROM meta.column AS c "
        "JOIN duckdb_columns() AS d USING (table_name, column_name) "
        "WHERE c.is_additive = false AND d.comment NOT LIKE '%합산 불가/not additive%'",
    )
    assert warned == []
    assert published(
        years.warehouse,
        "SELECT is_additive FROM meta.column "
        "WHERE table_name = 'mart_dsc_by_region' AND column_name = 'facility_count'",
    ) == [(False,)]


def test_no_measure_lacks_its_unit(years: Any) -> None:
    assert published(years.warehouse, "SELECT count(*) FROM mart_program_region_year WHERE unit IS NULL") == [(0,)]


def test_the_list_of_measures_says_only_what_no_published_table_does(years: Any) -> None:
    listed = {row["measure"] for row in csv.DictReader((SQL / "reference" / "measure.csv").open(encoding="utf-8"))}
    used = {name for (name,) in published(years.warehouse, "SELECT DISTINCT measure FROM mart_program_region_year")}
    assert listed <= used
    told_once = {
        name
        for (name,) in published(
            years.warehouse,
            "SELECT column_name FROM meta.column WHERE is_additive IS NOT NULL GROUP BY column_name "
            "HAVING count(DISTINCT (unit, is_additive)) = 1",
        )
    }
    assert listed & told_once == set()


def test_the_dictionary_describes_every_published_column(years: Any) -> None:
    folder = years.warehouse / "releases" / manifest(years.warehouse)["release_id"] / "dictionary"
    markdown = (folder / "dictionary.md").read_text(encoding="utf-8")
    page = (folder / "dictionary.html").read_text(encoding="utf-8")
    for name, table_contract in load_table_contracts().items():
        assert (f"### {name}\n" in markdown) == (table_contract.audience == "public")
        if table_contract.audience != "public":
            continue
        assert f'<h3 id="{name}">' in page
        with (folder / "portal" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
            header, *lines = csv.reader(source)
        assert header[:4] == ["항목명", "영문명", "항목 설명", "도메인분류"]
        assert [line[1] for line in lines] == list(table_contract.columns)
        assert all(line[0] and line[2] and line[3] and line[4] for line in lines)
        numbers = [line for line in lines if table_contract.columns[line[1]].unit]
        assert all(line[7] for line in numbers)
    for dataset in load_contracts():
        assert f"### {dataset}\n" in markdown


@pytest.fixture
def copy(years: Any, tmp_path: Path) -> Any:
    """The ten years after their first night, to go on with; only what comes next lies in the inbox."""
    shutil.copytree(years.warehouse, tmp_path / "warehouse", symlinks=True)
    (tmp_path / "inbox").mkdir()
    return replace(years, inbox=tmp_path / "inbox", warehouse=tmp_path / "warehouse")


STOP = ["사업연도", "권역", "개최지", "시도", "시군구", "운영기관", "장소", "운영일", "운영횟수", "관람객(참여자)수"]


@pytest.mark.slow
def test_a_stated_figure_that_differs_refuses_the_release(copy: Any) -> None:
    before = manifest(copy.warehouse)["release_id"]
    row = ["2020", "가상", "가상 새 개최지", "강원도", "춘천시", "한국과학관협회", "가상 학교", "2020-11-02", "1", "5"]
    submit(copy.inbox, "한국과학관협회", "운영일지 추가.csv", as_csv([["가상"], STOP, row]), "2021-03-01T00:00:00")
    publication = night_of_figures(copy.inbox, copy.warehouse).publication
    assert publication.outcome == "refused"
    assert [line for line in publication.refusals if "K23" in line and "2,036" in line and "2,041" in line]
    assert manifest(copy.warehouse)["release_id"] == before
    assert published(copy.warehouse, "SELECT visitor_count FROM mart_do_dream_summary WHERE program_year = 2020") == [
        (2036,)
    ]


@pytest.mark.slow
def test_a_figure_whose_year_is_assumed_warns(copy: Any) -> None:
    header = ["사업연도", "반기", "운영기관", "시도", "시군구", "프로그램명", "구분", "운영기간", "이용자수"]
    row = ["2020", "2", "가상새상상실", "강원도", "춘천시", "가상 공방", "정규", "2020-11-02", "7"]
    submit(copy.inbox, "가상새상상실", "실적.csv", as_csv([["가상"], header, row]), "2021-03-01T00:00:00")
    report = night_of_figures(copy.inbox, copy.warehouse)
    assert report.publication.outcome == "published"
    (remark,) = [outcome for outcome in report.publication.remarks if outcome.name == "published figures"]
    assert [line for line in remark.warnings if line.startswith("K18")]
    told = dict(published(copy.warehouse, "SELECT figure_id, status FROM mart_seed_figure_check WHERE NOT passed"))
    assert set(told) == {"K18", "K19", "K20", "K20a"}
    assert set(told.values()) == {"differs"}


def test_vouchers_of_one_or_two_persons_are_in_no_file_of_the_release(years: Any) -> None:
    exact = rows(
        years.warehouse / "warehouse.duckdb",
        "SELECT count(*) FROM (SELECT program_year, sigungu_code, beneficiary_category, sum(user_count) AS n "
        "FROM fct_voucher_usage GROUP BY ALL) WHERE n IN (1, 2)",
    )
    assert exact[0][0] > 0
    folder = years.warehouse / "releases" / manifest(years.warehouse)["release_id"]
    with duckdb.connect(str(folder / "sciculture.duckdb"), read_only=True) as release:
        small = release.execute(
            "SELECT count(*) FROM mart_voucher_by_region WHERE user_count IN (1, 2) OR issued_count IN (1, 2)"
        ).fetchall()
    assert small == [(0,)]
