"""Why was my row quarantined: a submission is found by what the operator knows of it, and its rows are shown."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import duckdb
import pytest
from forms import CLASS, SUBMITTER, as_csv, table
from nights import night, settings, submit
from rich.console import Console

from sciculture_etl.cli.views.submissions import page_count, show_history
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.extract import Archive, Decisions, decisions
from sciculture_etl.privacy import mask_path
from sciculture_etl.submissions import Named, resolve_submission, submission_history

PHONE = "010-" + "1234-5678"  # invented
KNOWN = [
    Named("aaaa000000000001", "가상여수센터/강좌 실적.csv", "2026-04-01T00:00:00+00:00"),
    Named("aaaa000000000002", "가상여수센터/강좌 실적 고침.csv", "2026-04-02T00:00:00+00:00"),
    Named("bbbb000000000003", "가상진주센터/Report.CSV", "2026-04-03T00:00:00+00:00"),
    Named("bbbb000000000003", "가상진주센터/Report (1).CSV", "2026-04-04T00:00:00+00:00"),
    Named("cccc000000000004", mask_path(f"가상진주센터/현황 {PHONE}.csv"), "2026-04-05T00:00:00+00:00"),
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("aaaa000000000001", 1), ("BBBB", 3), ("강좌 실적.csv", 1), ("고침", 2), ("report", 3), ("Report (", 3),
        ("가상여수센터/강좌 실적.csv", 1), (f"현황 {PHONE}.csv", 4), (f"가상진주센터/현황 {PHONE}.csv", 4),
        (unicodedata.normalize("NFD", "고침"), 2),
    ],
)  # fmt: skip
def test_a_number_a_name_or_a_part_of_a_path_finds_its_submission(asked: str, found: int) -> None:
    assert resolve_submission(asked, KNOWN)[-1] == str(found)


@pytest.mark.parametrize("asked", ["", "a", "dddd", "없는 파일"])
def test_what_fits_none_is_refused(asked: str) -> None:
    with pytest.raises(UserError, match="there is no submission"):
        resolve_submission(asked, KNOWN)


@pytest.mark.parametrize("asked", ["aaaa", "여수센터", "강좌"])
def test_of_several_each_is_named_with_number_and_day(asked: str) -> None:
    with pytest.raises(UserError) as told:
        resolve_submission(asked, KNOWN)
    assert str(told.value).splitlines()[1:] == [
        "  aaaa000000000002  2026-04-02 09:00  가상여수센터/강좌 실적 고침.csv",
        "  aaaa000000000001  2026-04-01 09:00  가상여수센터/강좌 실적.csv",
    ]


@pytest.mark.night
def test_every_quarantined_row_is_shown_as_written_beside_what_was_read(tmp_path: Path) -> None:
    faulty = [{"강좌명": f"가상 강좌 {number}", "기수": "5", "운영횟수": "많음"} for number in range(12)]
    faulty[-1]["강좌명"] = ""
    submit(tmp_path / "inbox", SUBMITTER, "강좌 실적.csv", as_csv(table(CLASS, {}, *faulty)))
    night(tmp_path / "inbox", tmp_path / "warehouse")
    history = submission_history(settings(tmp_path / "inbox", tmp_path / "warehouse"), "실적")
    errors = [finding for finding in history["findings"] if finding["severity"] == "error"]
    assert len(errors) == 25
    row = {cell["field"]: (cell["header"], cell["written"], cell["read"]) for cell in errors[0]["row"]}
    assert row["session_count"] == ("운영횟수", "많음", None)
    assert row["beneficiary_count"] == ("수혜자수(순인원)", "15", 15)
    assert page_count(history) == 2
    console = Console(width=160, record=True, quiet=False, file=(tmp_path / "shown.txt").open("w", encoding="utf-8"))
    show_history(console, history)
    shown = console.export_text()
    assert (shown.count("E_OUT_OF_RANGE"), shown.count("E_NOT_A_NUMBER")) == (12, 12)
    assert shown.count("많음 ") == 12, "each row once, under its findings"
    assert shown.count("▶ 운영횟수") == 12
    assert shown.count("▶ 강좌명") == 1, "a blank cell that had to be filled in is marked like any other"
    every_kind = sorted(value for name, value in vars(decisions).items() if name.isupper() and isinstance(value, str))
    assert "approved" in every_kind
    archive = Archive(tmp_path / "warehouse" / "archive")
    for kind in every_kind:
        Decisions(archive.folder).decide(
            history["submission_id"], kind, f"{kind} because of a test", archive.receipts(), by="가상담당"
        )
    show_history(console, submission_history(settings(tmp_path / "inbox", tmp_path / "warehouse"), "실적"), page=1)
    shown = console.export_text()
    assert [kind for kind in every_kind if f"{kind} because of a test (가상담당)" not in shown] == []


def test_a_file_of_an_earlier_version_is_named_with_what_to_do(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "operations.duckdb")) as connection:
        connection.execute("CREATE TABLE mart_submission_log (submission_id VARCHAR, source_file VARCHAR)")
    with pytest.raises(NotReadyError, match="was written by an earlier version: run `sciculture run` first"):
        submission_history(settings(tmp_path, tmp_path), "aaaa")
