"""A project of one's own: its settings count, and its files take the place of those that are carried."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from forms import CLASS, as_csv, table
from nights import published, submit

from sciculture_etl.project import CHECKOUT, SETTINGS_FILE, LayeredFolder
from tests.install.test_settings import command

NIGHT = """
from sciculture_etl.pipeline import Run
from sciculture_etl.settings import Settings
with Run.open(Settings.from_environment(), outputs=[]) as run:
    run.extract(); run.read_and_load(); run.accept(); run.publish(run.model())
"""
CONTRACT = """\
dataset: star_count
title: {ko: 별 세기 운영 실적, en: Stars counted}
program: daily_science_class
submitter: operating institution
due: {cadence: yearly, day: 15}
partition: [program_year]
grain: [program_year, place_name]
fields:
  place_name: {header: 관측장소, type: text, required: true, description: {ko: 관측한 곳, en: Place}}
  star_count: {header: 별의 수, type: count, unit: 개, required: true, description: {ko: 센 별, en: Stars counted}}
suite:
  - {type: expect_column_values_to_be_between, kwargs: {column: star_count, min_value: 0}}
"""
TABLE = """\
table: mart_star_count
audience: public
description: {ko: 연도별 별의 수, en: Stars by year}
grain: [program_year]
columns:
  program_year: {type: SMALLINT, unit: year, description: {ko: 사업연도, en: Program year}}
  star_count: {type: BIGINT, unit: stars, additive: true, description: {ko: 별의 수, en: Stars}}
"""
SELECT = """\
-- Stars counted. Grain: program_year.
SELECT program_year, CAST(sum(star_count) AS BIGINT) AS star_count
FROM accepted.star_count
GROUP BY program_year
ORDER BY program_year
"""
OWN = {
    "expectations/submissions/star_count.yml": CONTRACT,
    "expectations/curated/mart_star_count.yml": TABLE,
    "sql/mart/mart_star_count.sql": SELECT,
}


# A new measure of a form: what each of the six files gains, after a line that stands in it.
FORM, MARTS = "expectations/submissions/dsc_class.yml", "sql/mart/mart_dsc_{}.sql"
LONG = "sql/mart/mart_program_region_year.sql"
FIELD = """\
  trial_count: {header: 체험자수, type: count, unit: 명, description: {ko: 체험한 사람 수, en: Persons who tried}}
"""
SUM, SHOWN = "sum(attendance_count) AS attendance_count,", "CAST(attendance_count AS BIGINT) AS attendance_count,"
NEW_MEASURE = {
    FORM: {"    description: {ko: '회차별 참여 인원의 합 (연인원)', en: Attendances summed over sessions}": FIELD}
}
NEW_MEASURE |= {
    MARTS.format(mart): {line: line.replace("attendance_count", "trial_count") for line in (SUM, SHOWN)}
    for mart in ("summary", "by_region", "by_institution")
}
NEW_MEASURE[MARTS.format("by_eupmyeondong")] = {
    line: line.replace("attendance_count", "trial_count") for line in (SUM, SHOWN.replace("CAST(", "CAST(c."))
}
NEW_MEASURE[LONG] = {"        class_count,": "        trial_count,"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    laid = command(tmp_path, "init", str(folder), "--with", "expectations/figures.csv")
    assert laid.returncode == 0, laid.stderr
    return folder


def run_night(above: Path) -> None:
    """One night of the project ``own``, from the folder above it."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SCICULTURE_")}
    done = subprocess.run(
        [sys.executable, "-c", NIGHT],
        cwd=above,
        env=outside | {"SCICULTURE_PROJECT": "own"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_init_lays_out_what_may_be_changed_and_writes_over_nothing(project: Path) -> None:
    assert (project / "expectations" / "figures.csv").read_bytes() == (
        CHECKOUT / "expectations" / "figures.csv"
    ).read_bytes()
    assert (project / "sql" / "mart").is_dir()
    assert stat.S_IMODE((project / SETTINGS_FILE).stat().st_mode) == 0o600
    (project / SETTINGS_FILE).write_text("SCICULTURE_WAREHOUSE=elsewhere\n", encoding="utf-8")
    again = command(project, "init", ".", "--with", "sql/mart/mart_dsc_*")
    assert again.returncode == 0
    assert (project / SETTINGS_FILE).read_text(encoding="utf-8") == "SCICULTURE_WAREHOUSE=elsewhere\n"
    assert len(list((project / "sql" / "mart").glob("*.sql"))) == 4


def test_init_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert command(tmp_path, "init", "file").returncode == 2
    nothing = command(tmp_path, "init", "own", "--with", "sql/nosuch*")
    assert (nothing.returncode, (tmp_path / "own").exists()) == (2, False)


@pytest.fixture(scope="module")
def night_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a form of its own and a new measure of one that is carried, after one night."""
    above = tmp_path_factory.mktemp("night of its own")
    project = above / "own"
    laid = command(above, "init", str(project), *(word for name in NEW_MEASURE for word in ("--with", name)))
    assert laid.returncode == 0, laid.stderr
    for name, text in OWN.items():
        (project / name).write_text(text, encoding="utf-8")
    for name, additions in NEW_MEASURE.items():
        text = (project / name).read_text(encoding="utf-8")
        for line, more in additions.items():
            assert text.count(f"{line}\n") == 1, (name, line)
            text = text.replace(f"{line}\n", f"{line}\n{more.rstrip()}\n")
        (project / name).write_text(text, encoding="utf-8")
    submit(project / "inbox", "가상시험센터", "2020_별.csv", "사업연도,관측장소,별의 수\n2020,가상 언덕,17\n".encode())
    tried = as_csv(table(CLASS, {"체험자수": "7"}, {"반": "2", "체험자수": "4"}))
    submit(project / "inbox", "가상시험센터", "실적.csv", tried)
    run_night(above)
    return project


@pytest.mark.night
def test_its_own_contract_is_published_into_its_own_warehouse(night_of_its_own: Path) -> None:
    """Seen from within the folder, and from elsewhere by the variable."""
    listed = command(night_of_its_own, "template", "--list")
    assert "별 세기 운영 실적" in listed.stdout
    assert published(night_of_its_own / "warehouse", "FROM mart_star_count") == [(2020, 17, "p")]


@pytest.mark.night
def test_a_new_measure_reaches_every_mart_by_six_files(night_of_its_own: Path) -> None:
    assert len(NEW_MEASURE) == 6
    warehouse = night_of_its_own / "warehouse"
    for mart in ("summary", "by_region", "by_institution", "by_eupmyeondong"):
        assert published(warehouse, f"SELECT trial_count FROM mart_dsc_{mart}") == [(11,)], mart
    assert published(
        warehouse, "SELECT value, unit, is_additive FROM mart_program_region_year WHERE measure = 'trial_count'"
    ) == [(11, "persons", True)]
    assert published(
        warehouse,
        "SELECT table_name, unit, is_additive, description_ko FROM meta.column WHERE column_name = 'trial_count' "
        "ORDER BY table_name",
    ) == [
        (f"mart_dsc_{mart}", "persons", True, "체험한 사람 수")
        for mart in ("by_eupmyeondong", "by_institution", "by_region", "summary")
    ]
    assert command(night_of_its_own, "template", "dsc_class", "--year", "2021").returncode == 0


def test_a_project_that_is_not_there_and_a_line_that_is_no_setting_are_named(project: Path, tmp_path: Path) -> None:
    missing = command(tmp_path, "releases", SCICULTURE_PROJECT="nowhere")
    assert missing.returncode == 2
    assert "sciculture init" in missing.stderr
    (project / SETTINGS_FILE).write_text("# remark\nSCICULTURE_INBOX\n", encoding="utf-8")
    wrong = command(project, "releases")
    assert wrong.returncode == 2
    assert "line 2" in wrong.stderr


def test_a_settings_file_decides_nothing_about_programs(project: Path) -> None:
    (project / SETTINGS_FILE).write_text("LD_PRELOAD=/tmp/theirs.so\n", encoding="utf-8")
    refused = command(project, "releases")
    assert refused.returncode == 2
    assert "LD_PRELOAD" in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_settings_file_of_another_user_is_not_read(project: Path) -> None:
    (project / SETTINGS_FILE).write_text("SCICULTURE_WAREHOUSE=/tmp/theirs\n", encoding="utf-8")
    os.chown(project / SETTINGS_FILE, 12345, -1)
    refused = command(project, "releases")
    assert refused.returncode == 2
    assert "another user" in refused.stderr


def test_the_doctor_counts_the_files_of_a_project(project: Path) -> None:
    asked = command(project, "doctor", "--quick")
    assert f"project {project}: 1 files of its own" in " ".join(asked.stdout.split())


def test_the_first_folder_counts(tmp_path: Path) -> None:
    for name, text in {"own/a/x.sql": "own", "carried/a/x.sql": "carried", "carried/a/y.sql": "carried"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    both = LayeredFolder((tmp_path / "own", tmp_path / "carried"))
    assert {name: path.read_text(encoding="utf-8") for name, path in both.files("a/*.sql").items()} == {
        "a/x.sql": "own",
        "a/y.sql": "carried",
    }
    assert (both / "a/x.sql").read_text(encoding="utf-8") == "own"
    assert (both / "a/y.sql").read_text(encoding="utf-8") == "carried"
