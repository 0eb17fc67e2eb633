"""A backfill reads a part of history again, and nothing else changes. Every institution here is invented."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from forms import CLASS, as_csv, table
from nights import NEEDED, begin, hashes, night, operations, published, release_ids, settings, submit

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.contracts.contract import read_contract
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.pipeline import Made, Plan, Run, RunReport, Runs, Scope, Step, take_steps
from sciculture_etl.pipeline.backfill import planned_scope
from sciculture_etl.project import EXPECTATIONS
from sciculture_etl.publish.checks import accounts_that_disagree

CENTRE, OTHER = "가상시험센터", "가상둘째센터"
KILLS = 10
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["sciculture_etl.pipeline", "great_expectations", "duckdb_sqlalchemy"])


def changed_contract(folder: Path, **fields: dict[str, Any]) -> dict[str, Contract]:
    """Today's contracts, that of classes with other fields."""
    text = (EXPECTATIONS / "submissions" / "dsc_class.yml").read_text(encoding="utf-8")
    contract = yaml.safe_load(text)
    for name, body in fields.items():
        contract["fields"][name] = contract["fields"].get(name, {}) | body
    folder.mkdir(exist_ok=True)
    path = folder / "dsc_class.yml"
    path.write_text(yaml.safe_dump(contract, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_contracts() | {"dsc_class": read_contract(path)}


def with_alias(folder: Path) -> dict[str, Contract]:
    """After this change, the files that call the sessions 수업한 횟수 can be read."""
    return changed_contract(folder, session_count={"aliases": ["횟수", "수업횟수", "차시", "수업한 횟수"]})


def classes(year: int, header: str = "운영횟수", sessions: int = 4, **changes: str) -> bytes:
    rows = table(CLASS | {"사업연도": str(year), "운영횟수": str(sessions)} | changes)
    return as_csv([[header if cell == "운영횟수" else cell for cell in row] for row in rows])


def sessions(warehouse: Path) -> dict[int, int]:
    return dict(published(warehouse, "SELECT program_year, session_count FROM mart_dsc_summary ORDER BY 1"))


def backfill(
    inbox: Path, warehouse: Path, scope: Scope, contracts: dict[str, Contract] | None = None, everything: bool = False
) -> tuple[Plan, RunReport]:
    with Run.open(
        settings(inbox, warehouse), kind="backfill", reason="시험", contracts=contracts, outputs=NEEDED
    ) as run:
        plans: list[Plan] = []

        def planned(_: Step, work: Callable[[], Made]) -> Made:
            made = work()
            plans[:] = [made.plan] if made.plan else []
            return made

        report = take_steps(run, Made(scope, everything), planned)
    return plans[0], report


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of 2017 to 2020, every year with one that only a changed contract can read, after one night."""
    folder = tmp_path_factory.mktemp("history")
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    for year in range(2017, 2021):
        submit(inbox, CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(inbox, OTHER, f"{year} 실적.csv", classes(year, "수업한 횟수", 100), f"{year}-05-02T00:00:00")
    night(inbox, warehouse)
    assert sessions(warehouse) == dict.fromkeys(range(2017, 2021), 4)
    return folder


@pytest.fixture
def history(first_night: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of it to go on with."""
    shutil.copytree(first_night, tmp_path / "history", symlinks=True)
    return tmp_path / "history" / "inbox", tmp_path / "history" / "warehouse"


def test_the_plan_says_what_would_be_read_again_and_why_and_changes_nothing(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    contracts = with_alias(tmp_path / "contract")
    before = hashes(warehouse), len(Runs(warehouse / "archive").all())
    scope = Scope.from_texts("2018:2019", ["dsc_class"])
    plan = Run.plan_backfill(settings(inbox, warehouse), scope, contracts=contracts)
    told = plan.as_dict()
    assert [(line["year"], line["files"], line["rows"]) for line in told["by_year"]] == [(2018, 2, 1), (2019, 2, 1)]
    (why,) = told["why"]
    old, new = (known["dsc_class"].fingerprint[:8] for known in (load_contracts(), contracts))
    assert why == f"contract dsc_class ({old} → {new})"
    assert {"mart_dsc_summary", "mart_dsc_by_region", "mart_program_region_year"} <= set(told["tables"])
    assert not {"mart_voucher_summary", "dim_region", "mart_event_session"} & set(told["tables"])
    assert plan.seconds is not None
    assert (hashes(warehouse), len(Runs(warehouse / "archive").all())) == before
    assert Run.plan_backfill(settings(inbox, warehouse), Scope.from_texts("2018:2019")).is_empty


def test_only_what_is_in_the_scope_changes_and_the_next_night_does_the_rest(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    contracts = with_alias(tmp_path / "contract")
    releases = release_ids(warehouse)
    submit(inbox, CENTRE, "새 것.csv", classes(2019, sessions=50, 반="2"))
    plan, report = backfill(inbox, warehouse, Scope.from_texts("2018:2019", ["dsc_class"]), contracts)
    assert (len(plan.files), report.read_count) == (4, 4)
    assert report.acceptance.accepted == [("dsc_class", 2018), ("dsc_class", 2019)]
    assert sessions(warehouse) == {2017: 4, 2018: 104, 2019: 104, 2020: 4}
    assert len(release_ids(warehouse)) == len(releases) + 1
    # The journal keeps plan, reason and outcome.
    first, last = Runs(warehouse / "archive").all()
    assert (first.kind, first.outcome, last.kind, last.reason) == ("nightly", "published", "backfill", "시험")
    assert (last.plan["years"], last.plan["datasets"], last.plan["files"]) == ([2018, 2019], ["dsc_class"], 4)
    assert (last.outcome, last.details["read"], last.details["accepted_years"]) == ("published", 4, 2)
    assert Runs(warehouse / "archive").unfinished_backfill() is None
    with Run.open(settings(inbox, warehouse), contracts=contracts, outputs=NEEDED) as run:
        assert take_steps(run).read_count == 5  # the four that are left, and the new one
    assert sessions(warehouse)[2017] == sessions(warehouse)[2020] == 104
    assert hashes(warehouse) == hashes(_at_once(inbox, tmp_path / "at once", contracts))


def _at_once(inbox: Path, warehouse: Path, contracts: dict[str, Contract]) -> Path:
    with Run.open(begin(settings(inbox, warehouse)), contracts=contracts, outputs=NEEDED) as run:
        take_steps(run)
    return warehouse


def test_one_institution_alone_may_be_read_again(history: tuple[Path, Path], tmp_path: Path) -> None:
    inbox, warehouse = history
    contracts = with_alias(tmp_path / "contract")
    plan, _ = backfill(inbox, warehouse, Scope.from_texts("2017:2020", ["dsc_class"], [CENTRE[2:4]]), contracts)
    assert {file.receipt.submitter for file in plan.files} == {CENTRE}
    assert sessions(warehouse)[2018] == 4
    with pytest.raises(UserError, match="fits several"):
        Run.plan_backfill(settings(inbox, warehouse), Scope.from_texts("2017", [], ["가상"]))
    with pytest.raises(UserError, match="is not known"):
        Run.plan_backfill(settings(inbox, warehouse), Scope.from_texts("2017", [], ["없는 기관"]))


@pytest.mark.slow
def test_other_years_of_the_same_file_stay_as_they_are(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    rows = table(CLASS, {"사업연도": "2018"}, {"사업연도": "2019"})
    both = as_csv([["수업한 횟수" if cell == "대상" else cell for cell in row] for row in rows])
    submit(inbox, CENTRE, "두 해.csv", both)
    night(inbox, warehouse)
    # With this contract every count of sessions is refused.
    contracts = changed_contract(tmp_path / "contract", session_count={"between": [300, 400]})
    plan, _ = backfill(inbox, warehouse, Scope.from_texts("2018"), contracts)
    assert plan.as_dict()["other_years"] == [2019]
    assert list(sessions(warehouse)) == [2019]
    with Run.open(settings(inbox, warehouse), contracts=contracts, outputs=NEEDED) as run:
        take_steps(run)
    assert run.report.read_count == 0
    assert sessions(warehouse) == {}


def test_rows_outside_the_scope_count_on_when_a_contract_gets_a_column(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    room = {
        "header": "가상 강의실", "type": "text",
        "description": {"ko": "시험용", "en": "For the test"},
    }  # fmt: skip
    contracts = changed_contract(tmp_path / "contract", room_name=room)
    _, report = backfill(inbox, warehouse, Scope.from_texts("2018"), contracts)
    assert report.publication.outcome in ("published", "unchanged")
    assert sessions(warehouse) == dict.fromkeys(range(2017, 2021), 4)


def test_a_contract_that_lost_a_column_leaves_no_holes_outside_the_plan_and_none_when_changed_back(
    history: tuple[Path, Path], tmp_path: Path
) -> None:
    inbox, warehouse = history
    text = (EXPECTATIONS / "submissions" / "dsc_class.yml").read_text(encoding="utf-8")
    (tmp_path / "dsc_class.yml").write_text(text.replace("target_group", "audience"), encoding="utf-8")
    renamed = load_contracts() | {"dsc_class": read_contract(tmp_path / "dsc_class.yml")}
    with pytest.raises(UserError, match="lost or renamed columns"):
        Run.plan_backfill(settings(inbox, warehouse), Scope.from_texts("2018"), contracts=renamed)
    # Changed back, the rows that lost it are read again.
    report = night(inbox, warehouse)
    assert (report.read_count, report.publication.outcome) == (4, "unchanged")
    with Run.open(settings(inbox, warehouse)) as run:
        assert accounts_that_disagree(run.warehouse, run.contracts) == []
        assert run.read_and_load() == 0


@pytest.mark.slow
def test_what_people_decided_since_waits_for_the_night(history: tuple[Path, Path], tmp_path: Path) -> None:
    from sciculture_etl.submissions import decide

    inbox, warehouse = history
    ((withdrawn,),) = operations(
        warehouse, f"SELECT submission_id FROM mart_submission_log WHERE source_file = '{CENTRE}/2020 실적.csv'"
    )
    decide(settings(inbox, warehouse), withdrawn, "가상의 철회 사유")
    backfill(inbox, warehouse, Scope.from_texts("2017"), with_alias(tmp_path / "contract"))
    assert sessions(warehouse)[2020] == 4
    night(inbox, warehouse)
    assert 2020 not in sessions(warehouse)


def test_everything_may_be_read_again_though_nothing_changed(history: tuple[Path, Path]) -> None:
    inbox, warehouse = history
    plan, report = backfill(inbox, warehouse, Scope.from_texts("2018:2019"), everything=True)
    assert plan.why() == {"asked for": 4}
    assert (report.read_count, report.publication.outcome) == (4, "unchanged")
    with Run.open(settings(inbox, warehouse)) as run:
        assert accounts_that_disagree(run.warehouse, run.contracts) == []
    assert Run.plan_backfill(settings(inbox, warehouse), Scope.from_texts("2018:2019")).is_empty


def test_a_backfill_of_nothing_read_yet_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="sciculture rebuild"):
        Run.plan_backfill(settings(tmp_path / "inbox", tmp_path / "warehouse"), Scope.from_texts("2018"))


@pytest.mark.parametrize("years", ["", "2020:2018", "20", "2018,2019", "2018:"])
def test_years_that_are_none_are_told(years: str) -> None:
    with pytest.raises(UserError, match="2016:2020"):
        Scope.from_texts(years)


def _backfill_of_the_scope(inbox: Path, warehouse: Path, folder: Path) -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    backfill(inbox, warehouse, Scope.from_texts("2018:2020"), with_alias(folder))


def _killed_after(seconds: float, inbox: Path, warehouse: Path, folder: Path) -> bool:
    """Starts a backfill and kills it; tells whether it was still at work."""
    process = SERVER.Process(target=_backfill_of_the_scope, args=(inbox, warehouse, folder))
    process.start()
    process.join(seconds)
    process.kill()
    process.join(20)
    return process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_killed_at_random_moments_a_backfill_ends_as_if_undisturbed(history: tuple[Path, Path], tmp_path: Path) -> None:
    inbox, warehouse = history
    undisturbed, folder = tmp_path / "undisturbed", tmp_path / "contract"
    shutil.copytree(warehouse, undisturbed, symlinks=True)
    with_alias(folder)
    process = SERVER.Process(target=_backfill_of_the_scope, args=(inbox, undisturbed, folder))
    began = time.monotonic()
    process.start()
    process.join(120)
    assert process.exitcode == 0
    took = time.monotonic() - began
    moments = random.Random(2016)
    before = Path(shutil.copytree(warehouse, tmp_path / "before", symlinks=True))
    for number in range(KILLS):
        moment = (number + moments.random()) / KILLS * took
        while not _killed_after(moment, inbox, warehouse, folder):  # it had ended: less was left to do than thought
            assert hashes(warehouse) == hashes(undisturbed)
            shutil.rmtree(warehouse)
            shutil.copytree(before, warehouse, symlinks=True)
            moment *= 0.8
        assert sessions(warehouse)[2017] == 4
        assert sessions(warehouse) in ({2017: 4, 2018: 4, 2019: 4, 2020: 4}, {2017: 4, 2018: 104, 2019: 104, 2020: 104})
    if begun := Runs(warehouse / "archive").unfinished_backfill():
        assert (planned_scope(begun.plan), begun.reason) == (Scope.from_texts("2018:2020"), "시험")
    backfill(inbox, warehouse, Scope.from_texts("2018:2020"), with_alias(folder))
    assert Runs(warehouse / "archive").unfinished_backfill() is None
    assert hashes(warehouse) == hashes(undisturbed)
    assert hashes(warehouse, "operator") == hashes(undisturbed, "operator")
    assert sessions(warehouse) == {2017: 4, 2018: 104, 2019: 104, 2020: 104}
    outcomes = [record.outcome for record in Runs(warehouse / "archive").all()]
    assert outcomes.count("unfinished") >= 1
