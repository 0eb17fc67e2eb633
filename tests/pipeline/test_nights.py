"""Night after night: nothing new costs nothing, a change changes what it must, a rebuild gives the same again."""

import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import CENTRE, CLASS, INSTITUTION, as_csv, table
from nights import (
    ALL,
    CSV,
    NEEDED,
    begin,
    hashes,
    manifest,
    night,
    operations,
    published,
    release_ids,
    settings,
    submit,
)

from sciculture_etl.errors import BusyError, UnreachableError
from sciculture_etl.pipeline import Run, take_steps

DAY = date(2020, 7, 1)


@pytest.fixture
def copy(small: Any, tmp_path: Path) -> Any:
    """The small sample after its first night, to go on with."""
    shutil.copytree(small.inbox, tmp_path / "inbox")
    shutil.copytree(small.warehouse, tmp_path / "warehouse", symlinks=True)
    return replace(small, inbox=tmp_path / "inbox", warehouse=tmp_path / "warehouse")


@dataclass(frozen=True)
class Places:
    inbox: Path
    warehouse: Path


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inbox of one file, and its warehouse after a night."""
    folder = tmp_path_factory.mktemp("one file")
    submit(folder / "inbox", "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    assert night(folder / "inbox", folder / "warehouse", today=DAY).publication.outcome == "published"
    return folder


@pytest.fixture
def tiny(one_file: Path, tmp_path: Path) -> Places:
    """The same, to go on with."""
    folder = Path(shutil.copytree(one_file, tmp_path / "tiny", symlinks=True))
    return Places(folder / "inbox", folder / "warehouse")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_night_with_nothing_new_reads_nothing_and_publishes_nothing(copy: Any) -> None:
    before = snapshot(copy.warehouse / "releases")
    report = night(copy.inbox, copy.warehouse)
    assert report.extraction.received == []
    assert report.extraction.unchanged == len(copy.truth["files"])
    assert (report.read_count, report.acceptance.accepted, report.rebuilt) == (0, [], [])
    assert report.publication.outcome == "unchanged"
    assert snapshot(copy.warehouse / "releases") == before
    assert report.rows == copy.report.rows
    assert report.verdicts == copy.report.verdicts


def test_a_changed_file_changes_only_what_it_must(copy: Any) -> None:
    before = hashes(copy.warehouse)
    file = next(file for file in copy.truth["files"] if file["datasets"] == ["dsc_institution_year"])
    submitter = file["path"].split("/")[0]
    old = published(
        copy.warehouse, f"SELECT instructor_count FROM mart_dsc_by_institution WHERE institution_name = '{submitter}'"
    )
    assert old != [(5,)]
    funds = {"국비": "150000000", "지방비": "80000000"}  # without them it would wait for approval
    changed = as_csv(table(CENTRE | {"기관명": submitter} | funds))
    submit(copy.inbox, submitter, "센터 현황 고침.csv", changed, "2021-12-01T09:00:00")
    report = night(copy.inbox, copy.warehouse)
    assert report.read_count == 1
    assert report.acceptance.accepted == [("dsc_institution_year", 2020)]
    assert "fct_dsc_institution_year" in report.rebuilt
    assert not {"dim_region", "dim_program", "facility_code"} & set(report.rebuilt)
    assert report.publication.outcome == "published"
    after = hashes(copy.warehouse)
    changed_tables = {name for name in after if after[name] != before[name]}
    assert {"mart_dsc_summary", "mart_dsc_by_institution"} <= changed_tables
    assert not changed_tables & {"dim_region", "dim_program", "dim_facility", "mart_dsc_by_region"}
    assert manifest(copy.warehouse)["previous_release_id"] == release_ids(copy.warehouse)[0]
    new = published(
        copy.warehouse, f"SELECT instructor_count FROM mart_dsc_by_institution WHERE institution_name = '{submitter}'"
    )
    assert new == [(5,)]


@pytest.mark.parametrize("sample", ["tiny", pytest.param("copy", marks=pytest.mark.slow)])
def test_nights_of_changes_end_where_one_night_of_all_ends(
    sample: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Facts are replaced by submission: the outcome must be the one of making them all at once."""
    copy: Any = request.getfixturevalue(sample)
    submitter = "가상둘째센터"
    nights = [
        (as_csv(table(CLASS, {"수혜자수(순인원)": "30"}, {"기수": "2"})), "2021-02-01T09:00:00"),
        (as_csv(table(CLASS, {"교육장명": "가상 새 교육장"})), "2021-02-02T09:00:00"),
        (as_csv(table(CLASS | {"기수": "2"}, {"운영횟수": "3"})), "2021-02-03T09:00:00"),
    ]
    for number, (data, received) in enumerate(nights):
        submit(copy.inbox, submitter, f"강좌 {number}.csv", data, received)
        if number:
            assert night(copy.inbox, copy.warehouse).publication.outcome == "published"
    night(copy.inbox, tmp_path / "at once")
    assert hashes(copy.warehouse) == hashes(tmp_path / "at once")


def test_a_database_of_an_earlier_version_is_made_anew(tiny: Any) -> None:
    before = hashes(tiny.warehouse)
    with duckdb.connect(str(tiny.warehouse / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE log.state SET value = 'earlier' WHERE key = 'layout'")
        connection.execute("ALTER TABLE log.submission DROP COLUMN made_on")
    report = night(tiny.inbox, tiny.warehouse, today=DAY)
    assert report.read_count == 1
    assert hashes(tiny.warehouse) == before


ONE_ROW = "(submission_id, part, source_row) = (SELECT (submission_id, part, source_row) FROM fct_dsc_class LIMIT 1)"
SPOILT = {
    "a row lost": [f"DELETE FROM fct_dsc_class WHERE {ONE_ROW}"],
    "a row doubled": [f"INSERT INTO fct_dsc_class SELECT * FROM fct_dsc_class WHERE {ONE_ROW}"],
    "one lost, one doubled": [
        f"DELETE FROM fct_dsc_class WHERE {ONE_ROW}",
        f"INSERT INTO fct_dsc_class SELECT * FROM fct_dsc_class WHERE {ONE_ROW}",
    ],
}


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=() if case.startswith("one") else pytest.mark.slow) for case in SPOILT]
)
def test_a_fact_that_has_not_each_row_once_is_not_published(copy: Any, case: str) -> None:
    """A join or a condition in SQL may drop rows that were accepted, or double them: nobody would see it in a sum."""
    submit(copy.inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    with Run.open(settings(copy.inbox, copy.warehouse), outputs=NEEDED) as run:
        run.extract()
        run.read_and_load()
        run.accept()
        model = run.model()
        for statement in SPOILT[case]:
            run.warehouse.connection.execute(statement)
        publication = run.publish(model)
    assert publication.outcome == "refused"
    assert "fct_dsc_class" in publication.refusals[0]
    assert re.search(r"가상.*\(\w{16}\) \d+ → \d+", publication.refusals[0]), "it names the files"


def test_a_file_that_leaves_the_inbox_stays_submitted(copy: Any) -> None:
    for path in copy.inbox.rglob("*.xlsx"):
        path.unlink()
    report = night(copy.inbox, copy.warehouse)
    assert report.publication.outcome == "unchanged"
    assert report.rows == copy.report.rows


@pytest.mark.slow  # the command that does so: cli/test_run.py; a damaged one: recovery/test_build_database.py
def test_the_build_database_can_be_deleted_and_made_again_from_the_archive(copy: Any) -> None:
    before = hashes(copy.warehouse), hashes(copy.warehouse, "operator")
    (copy.warehouse / "warehouse.duckdb").unlink()
    with Run.open(settings(copy.inbox, copy.warehouse), outputs=NEEDED) as run:
        assert run.read_and_load() == copy.report.read_count
        run.accept()
        model = run.model()
        assert run.publish(model).outcome == "unchanged"
    assert (hashes(copy.warehouse), hashes(copy.warehouse, "operator")) == before


@pytest.mark.slow  # one with personal data in its archive: test_privacy.py
def test_everything_but_the_archive_can_be_deleted_and_made_again(copy: Any) -> None:
    before = hashes(copy.warehouse), hashes(copy.warehouse, "operator")
    for path in copy.warehouse.iterdir():
        if path.name != "archive":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Run.open(settings(copy.inbox, copy.warehouse), outputs=NEEDED) as run:
        run.read_and_load()
        run.accept()
        model = run.model()
        assert run.publish(model).outcome == "published"
    assert (hashes(copy.warehouse), hashes(copy.warehouse, "operator")) == before


def test_a_public_file_that_was_lost_or_overwritten_comes_back(copy: Any) -> None:
    (copy.warehouse / "sciculture.duckdb").unlink()
    (copy.warehouse / "operations.duckdb").write_bytes(b"overwritten")
    report = night(copy.inbox, copy.warehouse)
    assert report.publication.outcome == "unchanged"
    assert published(copy.warehouse, "SELECT count(*) FROM mart_dsc_summary") == [(1,)]
    assert len(operations(copy.warehouse, "SELECT 1 FROM mart_submission_log")) == len(copy.truth["files"])


def test_only_one_run_writes_at_a_time_and_the_other_is_told_who(copy: Any) -> None:
    import os

    with (
        Run.open(settings(copy.inbox, copy.warehouse)),
        pytest.raises(BusyError, match=str(os.getpid())),
        Run.open(settings(copy.inbox, copy.warehouse)),
    ):
        pass
    assert night(copy.inbox, copy.warehouse).publication.outcome == "unchanged"


def test_no_inbox_is_the_users_mistake_and_spoils_nothing(copy: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="SCICULTURE_INBOX"):
        night(tmp_path / "nowhere", copy.warehouse)
    assert night(copy.inbox, copy.warehouse).publication.outcome == "unchanged"


@pytest.mark.parametrize("outputs", [CSV, pytest.param(ALL, marks=pytest.mark.slow)], ids=["some", "all"])
def test_places_and_files_may_have_any_name(tmp_path: Path, outputs: Collection[str] | None) -> None:
    inbox, warehouse = tmp_path / "it's an 접수함", tmp_path / "it's a 창고"
    submit(inbox, "가상 '시험' 센터", '1분기; "실적"\n😀.csv', as_csv(table(CLASS)))
    report = night(inbox, warehouse, outputs=outputs)
    assert report.publication.outcome == "published"
    assert report.verdicts == {"accepted": 1}
    submit(inbox, "가상 '시험' 센터", "2'.csv", as_csv(table(CLASS | {"기수": "2"})))
    assert night(inbox, warehouse).publication.revised["mart_dsc_summary"]["changed"]


@pytest.mark.slow
def test_a_night_from_nothing_ends_as_one_in_a_warehouse_that_was_empty(one_file: Path, tmp_path: Path) -> None:
    """What most tests begin with is no other beginning."""
    report = night(one_file / "inbox", tmp_path / "other", today=DAY, from_nothing=True)
    assert report.publication.outcome == "published"
    for audience in ("public", "operator"):
        assert hashes(tmp_path / "other", audience) == hashes(one_file / "warehouse", audience)


def test_nothing_accepted_yet_is_refused_in_words(tmp_path: Path) -> None:
    submit(tmp_path / "inbox", "가상시험센터", "빈.csv", b"")
    report = night(tmp_path / "inbox", tmp_path / "warehouse")
    assert report.publication.outcome == "refused"
    assert "nothing to publish" in report.publication.refusals[0]
    assert not (tmp_path / "warehouse" / "sciculture.duckdb").exists()


REGISTER = table(INSTITUTION | {"기관명": "가상첫째기관"})


def register(submitter: str, inbox: Path, rows: list[list[str]], received: str) -> None:
    submit(inbox, submitter, f"등록부 {received[:10]}.csv", as_csv(rows), received)


def test_a_year_that_fails_its_suite_is_held_and_its_last_good_facts_stay(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    register("가상첫째부서", inbox, REGISTER, "2020-01-10T09:00:00")
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    assert night(inbox, warehouse).acceptance.held == []
    # A second department claims the same code for another institution: in no one file is that wrong.
    clash = table(INSTITUTION | {"기관명": "가상둘째기관"})
    register("가상둘째부서", inbox, clash, "2020-01-20T09:00:00")
    submit(inbox, "가상시험센터", "2기.csv", as_csv(table(CLASS | {"기수": "2"})))
    report = night(inbox, warehouse)
    (held,) = report.acceptance.held
    assert held.name == "institution 2020"
    assert "institution_code" in held.errors[0]
    later, earlier = held.errors[0].splitlines()[1:]
    assert re.match(r"  가상둘째부서/등록부 2020-01-20.csv \(\w{16}\): rows 2 .*; does not count yet", later)
    assert re.match(r"  가상첫째부서/등록부 2020-01-10.csv \(\w{16}\): rows 2 ", earlier)
    assert report.acceptance.accepted == [("dsc_class", 2020)]
    names = "SELECT institution_name FROM dim_institution WHERE is_registered"
    assert published(warehouse, names) == [("가상첫째기관",)]
    assert published(warehouse, "SELECT class_count FROM mart_dsc_summary") == [(2,)]
    # The next night tells of it again.
    (again,) = night(inbox, warehouse).acceptance.held
    assert (again.name, again.errors) == ("institution 2020", held.errors)
    # Mended, it gets in.
    register(
        "가상둘째부서",
        inbox,
        table(INSTITUTION | {"기관명": "가상둘째기관", "기관코드": "INST-0002"}),
        "2020-01-30T09:00:00",
    )
    report = night(inbox, warehouse)
    assert (report.acceptance.held, report.acceptance.accepted) == ([], [("institution", 2020)])
    assert published(warehouse, names + " ORDER BY 1") == [("가상둘째기관",), ("가상첫째기관",)]


@pytest.mark.slow
def test_a_rebuild_while_a_year_is_held_publishes_no_clash(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    register("가상첫째부서", inbox, REGISTER, "2020-01-10T09:00:00")
    register("가상둘째부서", inbox, table(INSTITUTION | {"기관명": "가상둘째기관"}), "2020-01-20T09:00:00")
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    report = night(inbox, warehouse)
    assert [outcome.name for outcome in report.acceptance.held] == ["institution 2020"]
    assert published(warehouse, "SELECT count(*) FROM dim_institution WHERE is_registered") == [(0,)]


@pytest.mark.slow
def test_a_file_overwritten_in_place_is_a_new_version_and_old_releases_are_kept_to_their_number(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    for number in (1, 2):
        data = as_csv(table(CLASS | {"운영횟수": str(number)}))
        submit(inbox, "가상시험센터", "실적.csv", data, f"2020-04-0{number}T09:00:00")
        places = begin(settings(inbox, warehouse, keep_releases=1, keep_release_days=0))
        with Run.open(places, outputs=NEEDED) as run:
            assert take_steps(run).read_count == 1
        assert published(warehouse, "SELECT session_count FROM mart_dsc_summary") == [(number,)]
    standings = operations(warehouse, "SELECT standing FROM mart_submission_log ORDER BY receipt_no")
    assert standings == [("superseded",), ("in force",)]
    assert [name[:5] for name in release_ids(warehouse)] == ["00002"]
    assert manifest(warehouse)["release_id"] == release_ids(warehouse)[-1]
