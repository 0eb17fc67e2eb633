"""A night that is due in the middle of a backfill gets the warehouse between two years, and neither spoils the other's
figures. Every institution here is invented."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from nights import NEEDED, hashes, night, operations, release_ids, settings, submit

from sciculture_etl.contracts import Contract
from sciculture_etl.doctor import Case, examine
from sciculture_etl.pipeline import Made, Run, RunReport, Runs, Scope, Step, take_steps
from sciculture_etl.pipeline.journal import at_work
from sciculture_etl.storage.lock import AS_LONG_AS_IT_TAKES, BACKFILL, is_awaited, lock_holder
from tests.flows.serving import until
from tests.pipeline.test_backfill import CENTRE, OTHER, classes, sessions, with_alias

NEW = "가상셋째센터"


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of 2018 to 2020, every year with one that only a changed contract can read, after one night."""
    folder = tmp_path_factory.mktemp("interrupted")
    for year in range(2018, 2021):
        submit(folder / "inbox", CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(folder / "inbox", OTHER, f"{year} 실적.csv", classes(year, "수업한 횟수", 100), f"{year}-05-02T00:00:00")
    night(folder / "inbox", folder / "warehouse")
    return folder


@pytest.fixture
def history(first_night: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of it to go on with."""
    shutil.copytree(first_night, tmp_path / "history", symlinks=True)
    return tmp_path / "history" / "inbox", tmp_path / "history" / "warehouse"


def left_in(report: RunReport) -> list[str]:
    """Which backfills it says it has left something to."""
    return [remark.name for remark in report.acceptance.remarks if remark.name.startswith("backfill")]


def interrupted(
    inbox: Path, warehouse: Path, contracts: dict[str, Contract], kind: str, looked: Callable[[RunReport], None]
) -> RunReport:
    """A backfill of 2018 and 2019 while a run of another kind waits from its second year on.

    Args:
        looked: given the report of that run before the backfill goes on.
    """
    reports: list[RunReport] = []

    def other_run() -> None:
        with Run.open(
            settings(inbox, warehouse), wait_seconds=AS_LONG_AS_IT_TAKES, kind=kind, contracts=contracts,
            outputs=NEEDED,
        ) as run:  # fmt: skip
            take_steps(run)
            looked(run.report)
        reports.append(run.report)

    waiting = threading.Thread(target=other_run)

    def taken(step: Step, work: Callable[[], Made]) -> Made:
        if step.name == "load 2019":
            waiting.start()
            until(lambda: is_awaited(warehouse), "the other run")
        return work()

    with Run.open(
        settings(inbox, warehouse), kind="backfill", reason="시험", contracts=contracts, outputs=NEEDED
    ) as run:
        take_steps(run, Made(Scope(2018, 2019)), taken)
    waiting.join()
    assert len(reports) == 1
    return run.report


def test_a_night_takes_in_what_came_and_leaves_the_backfill_what_it_has_loaded(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    contracts, releases = with_alias(tmp_path / "contract"), len(release_ids(warehouse))
    submit(inbox, NEW, "새 것.csv", classes(2018, sessions=50), "2021-04-01T00:00:00")
    submit(inbox, CENTRE, "2020 새 것.csv", classes(2020, sessions=7, 반="2"), "2021-04-01T00:00:00")

    def in_between(report: RunReport) -> None:
        assert report.read_count == 4  # what came, and those of 2020, which is none of the backfill
        assert sessions(warehouse) == {2018: 54, 2019: 4, 2020: 107}
        assert left_in(report) == ["backfill 2018-2019"]
        backfill, own = Runs(warehouse / "archive").all()[-2:]
        assert (backfill.kind, backfill.outcome, own.after_a_crash) == ("backfill", "unfinished", False)
        going_on = at_work([backfill, own], lock_holder(warehouse), lock_holder(warehouse, BACKFILL))
        assert going_on == {backfill.run_no, own.run_no}
        (last,) = [one for one in examine(Case(settings(inbox, warehouse), quick=True)) if one.area == "last run"]
        assert last.verdict == "ok"  # the night before, since neither of the two was killed

    report = interrupted(inbox, warehouse, contracts, "nightly", in_between)
    assert report.read_count == 4
    assert sessions(warehouse) == {2018: 154, 2019: 104, 2020: 107}
    assert len(release_ids(warehouse)) == releases + 2  # the night's and one of the backfill
    assert lock_holder(warehouse) is None
    assert [run.outcome for run in Runs(warehouse / "archive").all()] == ["published"] * 3
    with Run.open(settings(inbox, tmp_path / "at once"), contracts=contracts, outputs=NEEDED) as run:
        take_steps(run)
    assert hashes(warehouse) == hashes(tmp_path / "at once")
    verdicts = "SELECT source_file, verdict, standing FROM mart_submission_log ORDER BY 1"
    assert operations(warehouse, verdicts) == operations(tmp_path / "at once", verdicts)


@pytest.mark.slow
def test_a_rebuild_in_the_middle_publishes_everything(history: tuple[Path, Path], tmp_path: Path) -> None:
    inbox, warehouse = history

    def in_between(report: RunReport) -> None:
        assert left_in(report) == []
        assert sessions(warehouse) == {2018: 104, 2019: 104, 2020: 104}

    report = interrupted(inbox, warehouse, with_alias(tmp_path / "contract"), "rebuild", in_between)
    assert (report.read_count, report.publication.outcome) == (2, "unchanged")


@pytest.mark.slow
def test_what_a_backfill_has_loaded_that_came_to_no_end_is_put_in_force_by_the_next_night(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    contracts = with_alias(tmp_path / "contract")

    def broken_off(step: Step, work: Callable[[], Made]) -> Made:
        if step.name == "load 2019":
            raise KeyboardInterrupt
        return work()

    with (
        pytest.raises(KeyboardInterrupt),
        Run.open(settings(inbox, warehouse), kind="backfill", reason="시험", contracts=contracts) as run,
    ):
        take_steps(run, Made(Scope(2018, 2019)), broken_off)
    with Run.open(settings(inbox, warehouse), contracts=contracts, outputs=NEEDED) as run:
        report = take_steps(run)
    assert left_in(report) == []
    assert sessions(warehouse) == {2018: 104, 2019: 104, 2020: 104}
