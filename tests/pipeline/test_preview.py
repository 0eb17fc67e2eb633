"""A preview shows what a release would change and changes nothing that anybody else sees.

One warehouse of two centres serves all: a release, then a newer report of one centre that is previewed.
"""

import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forms import CLASS, as_csv, table
from nights import begin, hashes, night, operations, published, release_ids, settings, submit
from typer.testing import CliRunner

from sciculture_etl.cli import app
from sciculture_etl.doctor import Case, Status, examine
from sciculture_etl.errors import UserError
from sciculture_etl.pipeline import Run, RunReport, Runs, take_steps
from sciculture_etl.pipeline.journal import PREVIEW
from sciculture_etl.publish.releases import compare_releases
from sciculture_etl.publish.rollback import current_hold, rollback
from sciculture_etl.settings import Settings

CENTRE, OTHER = "가상시험센터", "가상둘째센터"
SESSIONS = "SELECT session_count FROM mart_dsc_summary"


def preview(places: Settings) -> RunReport:
    with Run.open(begin(places), kind=PREVIEW) as run:
        return take_steps(run)


@dataclass(frozen=True)
class Previewed:
    """before: what stood in the places that a preview leaves alone, by path. report: of the preview."""

    places: Settings
    before: dict[str, Any]
    report: RunReport


def left_alone(warehouse: Path) -> dict[str, Any]:
    """What readers open, the releases, the answers, and what was reported as missing."""
    paths = [warehouse / "sciculture.duckdb", *(warehouse / "archive").glob("missing*")]
    paths += [path for name in ("releases", "outbox") for path in (warehouse / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(warehouse)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Previewed:
    folder = tmp_path_factory.mktemp("preview")
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    submit(inbox, CENTRE, "실적.csv", as_csv(table(CLASS, {}, {})))
    submit(inbox, OTHER, "실적.csv", as_csv(table(CLASS | {"시군구": "강남구", "읍면동": "역삼동"})))
    night(inbox, warehouse)
    before = left_alone(warehouse)
    submit(inbox, CENTRE, "실적 수정.csv", as_csv(table(CLASS, {"운영횟수": "14"}, {})), "2020-05-01T09:00:00")
    submit(inbox, OTHER, "모르는 표.csv", b"a,b\n1,2\n", "2020-05-01T09:00:00")
    places = settings(inbox, warehouse)
    return Previewed(places, before, preview(places))


def test_a_preview_changes_nothing_that_readers_and_institutions_see(previewed: Previewed) -> None:
    warehouse = previewed.places.warehouse
    assert left_alone(warehouse) == previewed.before
    assert published(warehouse, SESSIONS) == [(36,)]
    assert previewed.report.answers == 0
    assert previewed.report.newly_missing == []
    assert Runs(previewed.places.archive).all()[-1].outcome == "previewed"


def test_it_shows_what_a_release_would_change_with_its_cause(previewed: Previewed) -> None:
    assert previewed.report.publication.outcome == "previewed"
    assert previewed.report.publication.revised["mart_dsc_summary"]["changed"] > 0
    found = compare_releases(previewed.places, "current", "candidate", "mart_dsc_summary")
    (line,) = [line for line in found["lines"] if line["column_name"] == "session_count"]
    assert (line["old_value"], line["new_value"]) == ("36", "38")
    assert f"({CENTRE}, dsc_class 2020) replaces" in line["cause"]
    assert found["new"] == "candidate"


def test_the_operator_sees_what_came(previewed: Previewed) -> None:
    files = operations(previewed.places.warehouse, "SELECT source_file FROM mart_submission_log")
    assert (f"{CENTRE}/실적 수정.csv",) in files


def test_the_candidate_is_the_operators_alone(previewed: Previewed) -> None:
    folder = previewed.places.candidate
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "parquet")} == {0o700}
    checks = [check for check in examine(Case(previewed.places)) if check.area in ("candidate", "modes")]
    assert [check.verdict for check in checks] == [Status.ok] * 2


def test_the_commands_know_current_and_candidate(previewed: Previewed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICULTURE_WAREHOUSE", str(previewed.places.warehouse))
    shown = CliRunner().invoke(app, ["diff", "current", "candidate", "--table", "mart_dsc_summary", "--limit", "1"])
    assert shown.exit_code == 0
    assert "36 → 38" in shown.output
    listed = json.loads(CliRunner().invoke(app, ["figures", "--json"]).output)
    (sessions,) = [figure for figure in listed if figure["figure_id"] == "K16"]
    assert (sessions["actual"], sessions["candidate"], sessions["candidate_status"]) == (36, 38, "incomplete")
    shown = CliRunner().invoke(app, ["figures"])
    assert "candidate" in shown.output
    refused = CliRunner().invoke(app, ["rollback", "candidate"])
    assert isinstance(refused.exception, UserError)


@pytest.fixture
def copied(previewed: Previewed, tmp_path: Path) -> Settings:
    """A copy to be changed."""
    import shutil

    shutil.copytree(previewed.places.warehouse, tmp_path / "warehouse", symlinks=True)
    return settings(Path(previewed.places.inbox), tmp_path / "warehouse")


@pytest.mark.slow
def test_the_night_after_a_preview_publishes_what_one_without_it_does(copied: Settings, tmp_path: Path) -> None:
    report = night(Path(copied.inbox), copied.warehouse)
    assert report.publication.outcome == "published"
    assert report.answers == 2
    assert report.new_verdicts == {"accepted": 1, "rejected": 1}  # nobody was told when the preview took them
    assert night(Path(copied.inbox), copied.warehouse).new_verdicts == {}
    assert [name[:5] for name in release_ids(copied.warehouse)] == ["00001", "00002"]
    assert not copied.candidate.exists()
    with pytest.raises(UserError, match="no candidate"):
        compare_releases(copied, "current", "candidate")
    night(Path(copied.inbox), tmp_path / "at once")
    assert hashes(copied.warehouse) == hashes(tmp_path / "at once")


def test_a_second_preview_takes_the_place_of_the_first_whatever_a_kill_left(copied: Settings) -> None:
    for name in (".candidate.aside", ".candidate-removed.aside"):
        (copied.warehouse / name / "parquet").mkdir(parents=True)
    (copied.candidate / "parquet" / "mart_dsc_summary.parquet").unlink()
    with pytest.raises(UserError, match="no candidate"):
        compare_releases(copied, "current", "candidate")
    assert preview(copied).publication.outcome == "previewed"
    assert compare_releases(copied, "current", "candidate")["lines"]
    assert not list(copied.warehouse.glob(".*.aside"))


@pytest.mark.slow
def test_a_preview_during_a_hold_shows_what_would_come_and_ends_nothing(copied: Settings) -> None:
    night(Path(copied.inbox), copied.warehouse)
    rollback(copied, "1", "가상: 확인 중")
    report = preview(copied)
    assert report.publication.outcome == "previewed"
    assert any("on hold" in line for remark in report.publication.remarks for line in remark.warnings)
    assert compare_releases(copied, "1", "candidate", "mart_dsc_summary")["lines"]
    assert current_hold(copied)
    held = night(Path(copied.inbox), copied.warehouse)
    assert held.publication.outcome == "refused"
    assert held.publication.has_candidate
    rollback(copied, "2")
    assert preview(copied).publication.outcome == "unchanged"
    assert not copied.candidate.exists()
