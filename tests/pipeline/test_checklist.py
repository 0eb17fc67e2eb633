"""The list before a release: every check has its words, its finding and its example; looking changes nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from sciculture_etl.cli import app
from sciculture_etl.pipeline import RunReport
from sciculture_etl.pipeline.checklist import CHECKS, OTHERS, Evidence, check_texts, run_checks
from sciculture_etl.project import CHECKOUT
from sciculture_etl.publish import NOTHING, Announcement, Figure, Publication
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.settings import Settings
from tests.nights import settings

CONFLICT = {
    "kind": "undecided", "submission_id": "1" * 16, "counting_id": "2" * 16, "submitter": "가상센터",
    "dataset": "dsc_class", "program_year": 2020, "period_keys": "", "source_file": "가.csv",
    "counting_file": "나.csv", "contradicted_by": "", "decided_by": "",
}  # fmt: skip
ASSUMED = Figure("K1", "강좌 1", "mart_dsc_summary", "1", "2", "개", "2020", "assumed", "differs", "가상")
HOLD = {"release_id": "00001-20261130", "reason": "가상", "decided_at": "2026-11-30T00:00:00+00:00"}


def refused(name: str) -> RunReport:
    return RunReport(publication=Publication("refused", None, ["가상: no"], refused_by=name))


# What makes each check find something.
EXAMPLES: dict[str, dict[str, Any]] = {
    **{name: {"report": refused(name)} for name in ("row_accounts", "table_rules", "published_figures")},
    **{name: {"report": refused(name)} for name in ("disclosure", "removals")},
    OTHERS: {"report": refused("of a later version")},
    "unread_submissions": {"unread": 3},
    "version_conflicts": {"report": RunReport(conflicts=[CONFLICT])},
    "waiting_approvals": {"report": RunReport(waiting=[{"submission_id": "1"}])},
    "missing_reports": {"report": RunReport(missing=2)},
    "unfit_corrections": {"report": RunReport(unfit_corrections={"가상": "stale"})},
    "assumed_figures": {"report": RunReport(figures=[ASSUMED, replace(ASSUMED, year_basis="stated")])},
    "table_warnings": {"report": RunReport(publication=Publication("published", "1", remarks=[
        SuiteOutcome("mart_dsc_summary", 1, warnings=["odd"]), SuiteOutcome("published figures", 1, warnings=["odd"]),
    ]))},
    "note_translation": {"announcement": Announcement(note_ko="가상")},
    "revised_closed_years": {"rows": [{"dataset": "dsc_class", "program_year": 2019}]},
    "hold": {"hold": HOLD},
    "scheduled_release": {"scheduled": True},
}  # fmt: skip


def held_years() -> RunReport:
    report = RunReport()
    report.acceptance.held.append(SuiteOutcome("dsc_class 2020", 1, errors=["fewer rows"]))
    return report


EXAMPLES["held_years"] = {"report": held_years()}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_finds_its_example_and_nothing_else_does(check: Any, tmp_path: Path) -> None:
    example = EXAMPLES[check.name]
    places = settings(tmp_path / "inbox", tmp_path / "warehouse")
    places.warehouse.mkdir()
    if hold := example.get("hold"):
        pointer = {"release_id": HOLD["release_id"], "files": {}, "hold": hold}
        (places.warehouse / "current.json").write_text(json.dumps(pointer), encoding="utf-8")
    if example.get("scheduled"):
        places.scheduled.mkdir()
        manifest = {"release_id": "00002-20261130", "scheduled_at": "2099-12-01T00:00:00+00:00"}
        (places.scheduled / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    warehouse: Any = SimpleNamespace(rows=lambda query: example.get("rows", []))
    (result,) = run_checks(
        Evidence(
            places, warehouse, example.get("report", RunReport()), example.get("announcement", NOTHING),
            example.get("unread", 0),
        )
    )  # fmt: skip
    assert (result.name, result.is_blocking) == (check.name, check.is_blocking)
    assert len(result.findings) == 1


def test_every_check_has_its_words_and_stands_in_the_docs() -> None:
    names = [check.name for check in CHECKS]
    assert names == list(check_texts())
    assert all(set(texts) == {"ko", "en"} for texts in check_texts().values())
    page = (CHECKOUT / "docs/releases.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []
    # What blocks comes first.
    assert [check.is_blocking for check in CHECKS] == sorted((check.is_blocking for check in CHECKS), reverse=True)


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What changes with every file and folder but the lock, which whoever looks must hold."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns if path.is_file() else 0)
        for path in folder.rglob("*")
        if path.name != ".lock"
    }


@pytest.fixture
def places(small: Any, tmp_path: Path) -> Settings:
    shutil.copytree(small.inbox, tmp_path / "inbox")
    return settings(tmp_path / "inbox", small.copy(tmp_path))


def test_looking_changes_nothing_and_says_by_its_exit_code_what_it_found(
    places: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCICULTURE_WAREHOUSE", str(places.warehouse))
    monkeypatch.setenv("SCICULTURE_INBOX", str(places.inbox))
    before = stamps(places.warehouse)
    looked = CliRunner().invoke(app, ["publish", "--check", "--json", "--note-ko", "가상 안내"])
    found = json.loads(looked.stdout)
    assert (looked.exit_code, found["blocking"]) == (3, []), found
    assert "note_translation" in [warning["check"] for warning in found["warnings"]]
    assert stamps(places.warehouse) == before
    # A build database that is lost has read nothing, so that nothing may go out.
    places.build_database.unlink()
    looked = CliRunner().invoke(app, ["publish", "--check"])
    assert looked.exit_code == 4
    assert "Submissions have not been read yet" in looked.stdout
    assert not places.build_database.exists()
