"""The life of a submission: withdrawn, sent again, corrected, owed. Every institution here is invented."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nights
import pytest
import yaml
from forms import CLASS, as_csv, table
from nights import hashes, lose_database, operations, published, settings, submit

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.errors import ContractError, UserError
from sciculture_etl.extract import Archive
from sciculture_etl.pipeline import RunReport
from sciculture_etl.project import carried_folder
from sciculture_etl.settings import Settings
from sciculture_etl.submissions import SubmissionFilter, decide, list_status, list_submissions, submission_history

CENTRE = "가상시험센터"


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    return settings(tmp_path / "inbox", tmp_path / "warehouse")


def night(places: Settings, today: date = date(2020, 12, 1), contracts: dict[str, Contract] | None = None) -> RunReport:
    return nights.night(Path(places.inbox), places.warehouse, today=today, contracts=contracts)


def classes(sessions: object, term: int = 1, **changes: str) -> bytes:
    return as_csv(table(CLASS | {"운영횟수": str(sessions), "기수": str(term)} | changes))


def send(places: Settings, name: str, data: bytes, received: str, submitter: str = CENTRE) -> None:
    submit(Path(places.inbox), submitter, name, data, received)


def sessions(places: Settings) -> list[tuple[int]]:
    return published(places.warehouse, "SELECT session_count FROM mart_dsc_summary")


def states(places: Settings) -> dict[str, str]:
    rows = operations(places.warehouse, "SELECT source_file, state FROM mart_submission_log")
    return {path.split("/")[1]: state for path, state in rows}


def known(places: Settings, name: str) -> str:
    (found,) = operations(
        places.warehouse, f"SELECT submission_id FROM mart_submission_log WHERE source_file LIKE '%/{name}'"
    )
    return str(found[0])


@dataclass(frozen=True)
class Withdrawn:
    """Places after two nights: a submission that replaced another one was withdrawn between them.

    Attributes:
        submission_id: of the one that was withdrawn.
        before: hashes of the first night's release.
        report: of the second night.
    """

    places: Settings
    submission_id: str
    before: dict[str, str]
    report: RunReport


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Withdrawn:
    folder = tmp_path_factory.mktemp("withdrawn")
    places = settings(folder / "inbox", folder / "warehouse")
    send(places, "처음.csv", classes(10), "2020-04-01T09:00:00")
    send(places, "고침.csv", classes(29), "2020-04-08T09:00:00")
    send(places, "다른 기관.csv", classes(5), "2020-04-02T09:00:00", "가상둘째센터")
    night(places)
    assert sessions(places) == [(34,)]
    assert states(places) == {"처음.csv": "superseded", "고침.csv": "accepted", "다른 기관.csv": "accepted"}
    newer, before = known(places, "고침.csv"), hashes(places.warehouse)
    decide(places, newer[:6], "기관이 잘못 보냈다고 알려 옴")
    return Withdrawn(places, newer, before, night(places))


def test_what_a_withdrawn_submission_replaced_counts_again(withdrawn: Withdrawn) -> None:
    places = withdrawn.places
    assert withdrawn.report.publication.outcome == "published"
    assert sessions(places) == [(15,)]
    assert states(places) == {"처음.csv": "accepted", "고침.csv": "withdrawn", "다른 기관.csv": "accepted"}
    story = submission_history(places, withdrawn.submission_id)
    assert [(d["kind"], d["reason"]) for d in story["decisions"]] == [("withdrawn", "기관이 잘못 보냈다고 알려 옴")]
    assert [f["code"] for f in story["findings"]] == ["R_WITHDRAWN"]
    assert story["replaces"] == []
    assert story["releases"] == ["00001-" + story["releases"][0][6:]]


@pytest.mark.slow
def test_a_withdrawal_outlives_the_build_database_and_can_be_taken_back(withdrawn: Withdrawn, places: Settings) -> None:
    for folder in (withdrawn.places.warehouse, Path(withdrawn.places.inbox)):
        shutil.copytree(folder, places.warehouse.parent / folder.name, symlinks=True)
    stood = hashes(places.warehouse), hashes(places.warehouse, "operator")
    lose_database(places)
    night(places)
    assert (hashes(places.warehouse), hashes(places.warehouse, "operator")) == stood
    # Sent again after its withdrawal, a file doesn't count by itself.
    send(places, "다시.csv", classes(29), "2020-05-01T09:00:00")
    night(places)
    assert sessions(places) == [(15,)]
    decide(places, known(places, "고침.csv"), "맞는 파일이었음", reinstate=True)
    night(places)
    assert sessions(places) == [(34,)]
    assert hashes(places.warehouse) == withdrawn.before


SENSELESS = [
    ("ffffffff", "까닭이 있는 철회", "no submission"),
    ("", "까닭이 있는 철회", "no submission"),
    (None, "왜", 'give the reason in a few words with --reason "…"'),
    (None, "담당자 010-0000-1234 요청", "personal data"),
]


def test_a_withdrawal_without_sense_is_refused_in_a_sentence(withdrawn: Withdrawn) -> None:
    places, journal = withdrawn.places, Archive(withdrawn.places.archive).folder / "decisions.jsonl"
    before = journal.read_bytes()
    for asked, reason, said in SENSELESS:
        with pytest.raises(UserError, match=said):
            decide(places, known(places, "처음.csv") if asked is None else asked, reason)
    assert journal.read_bytes() == before


def test_a_refused_night_shows_the_operator_what_came(places: Settings) -> None:
    send(places, "못 읽음.csv", b"\x89PNG", "2020-04-01T09:00:00")
    report = night(places)
    assert report.publication.outcome == "refused"
    assert states(places) == {"못 읽음.csv": "rejected"}
    assert [row["state"] for row in list_submissions(places, SubmissionFilter(state="rejected"))] == ["rejected"]


@pytest.mark.slow
def test_a_due_day_that_passes_shows_on_a_night_without_any_file(places: Settings) -> None:
    send(places, "1기.csv", classes(10, 1), "2020-04-01T09:00:00")
    assert night(places, date(2020, 7, 14)).missing == 0
    quiet = night(places, date(2020, 7, 15))
    assert (quiet.publication.outcome, quiet.missing) == ("unchanged", 0)
    assert night(places, date(2020, 7, 16)).missing == 1
    send(places, "3기.csv", classes("열", 3), "2020-01-01T09:00:00")  # what the file's time says doesn't count
    night(places, date(2020, 10, 10))
    (row,) = list_status(places, SubmissionFilter(status="missing"))
    assert (row["submitter"], row["period_no"]) == (CENTRE, 2)
    owed = list_status(places, SubmissionFilter(dataset="dsc_class", year=2020))
    assert {row["period_no"]: (row["due_on"], row["status"], row["verdict"]) for row in owed} == {
        1: ("2020-04-15", "received", "accepted"),
        2: ("2020-07-15", "missing", "rejected"),
        3: ("2020-10-15", "due", "rejected"),
        4: ("2021-01-15", "due", ""),
    }


@pytest.fixture
def expectations(tmp_path: Path) -> Iterator[Path]:
    """The project's contracts beside corrections of one's own."""
    folder = tmp_path / "expectations"
    (folder / "corrections").mkdir(parents=True)
    (folder / "submissions").symlink_to(carried_folder() / "expectations" / "submissions")
    yield folder
    load_contracts.cache_clear()


CORRECTION = {
    "correction": "가상센터_1기_횟수",
    "dataset": "dsc_class",
    "submitter": CENTRE,
    "program_year": 2020,
    "where": {"class_name": "가상 로봇교실", "term": 1},
    "was": {"session_count": 399},
    "to": {"session_count": 39},
    "reason": "자릿수를 잘못 적음",
    "source": "가상 공문 12호",
}


def corrected(folder: Path, **changes: object) -> dict[str, Contract]:
    entry = CORRECTION | changes
    path = folder / "corrections" / f"{CORRECTION['correction']}.yml"
    path.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    load_contracts.cache_clear()
    return load_contracts(folder)


def standing(places: Settings) -> list[tuple[str, int]]:
    return operations(places.warehouse, "SELECT status, rows_corrected FROM mart_correction ORDER BY correction")


def test_a_correction_changes_the_figure_is_told_and_fails_once_its_source_is_fixed(
    places: Settings, expectations: Path
) -> None:
    send(places, "실적.csv", classes(399), "2020-04-01T09:00:00")
    night(places)
    assert sessions(places) == [(399,)]
    contracts = corrected(expectations)
    report = night(places, contracts=contracts)
    assert sessions(places) == [(39,)]
    assert (standing(places), report.unfit_corrections) == ([("applied", 1)], {})
    (finding,) = operations(
        places.warehouse, "SELECT code, severity, cell, value, message_ko FROM mart_row_error WHERE code LIKE 'W_C%'"
    )
    assert finding[:4] == ("W_CORRECTED", "info", "H2", "399")
    assert "자릿수를 잘못 적음; 가상 공문 12호" in finding[4]
    assert states(places) == {"실적.csv": "accepted"}
    send(places, "실적 고침.csv", classes(38), "2020-05-01T09:00:00")
    report = night(places, contracts=contracts)
    assert sessions(places) == [(38,)]  # what the institution says now counts, not the correction
    assert (standing(places), report.unfit_corrections) == ([("stale", 0)], {CORRECTION["correction"]: "stale"})


@pytest.mark.slow
def test_a_correction_lets_a_refused_row_in_and_only_that_institutions(places: Settings, expectations: Path) -> None:
    nobody = CORRECTION | {"correction": "없는_행", "where": {"class_name": "없는 강좌"}}
    (expectations / "corrections" / "없는_행.yml").write_text(
        yaml.safe_dump(nobody, allow_unicode=True), encoding="utf-8"
    )
    contracts = corrected(expectations, was={"session_count": "3구"}, to={"session_count": "39"})
    send(places, "실적.csv", classes("3구"), "2020-04-01T09:00:00")
    send(places, "실적.csv", classes("3구", 반="2"), "2020-04-01T09:00:00", "가상둘째센터")
    send(places, "작년.csv", classes("3구", 사업연도="2019"), "2020-04-01T09:00:00")
    report = night(places, contracts=contracts)
    assert sessions(places) == [(39,)]
    assert standing(places) == [("applied", 1), ("not_found", 0)]
    assert report.unfit_corrections == {"없는_행": "not_found"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dataset": "dsc_klass"}, "no contract is called 'dsc_klass'"),
        ({"where": {"강좌명": "x"}}, "has no field 강좌명"),
        ({"to": {"attendance_count": 3}}, "both name the same fields"),
        ({"to": {"session_count": 399}}, "nothing is corrected"),
        ({"reason": ""}, "reason"),
        ({"source": "담당자 010-0000-1234"}, "personal data"),
        ({"correction": "다른 이름"}, "must be the file's name"),
    ],
)
def test_a_correction_that_does_not_hold_together_is_refused_by_file_and_key(
    expectations: Path, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        corrected(expectations, **changes)
