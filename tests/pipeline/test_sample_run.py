"""The sample's run agrees with the sample's truth, which knows nothing of how files are read."""

import json
import unicodedata
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from nights import manifest, operations, published, rows

FIGURES = {
    "institution_count": 33,
    "sigungu_count": 169,
    "eupmyeondong_count": 1096,
    "instructor_count": 929,
    "facility_count": 2330,
    "session_count": 43539,
    "beneficiary_count": 121551,
}
UNPLANTED = ("W_REGION_RENAMED", "W_REGION_COMPLETED")


def parts_of(truth: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(file, part) for file in truth["files"] for part in file["parts"] if part["dataset"]]


RECEIVED = "(SELECT submission_id, min_by(path, seq) AS path FROM log.receipt GROUP BY ALL) AS r USING (submission_id)"


def test_the_seven_published_figures_come_out(settled: Any) -> None:
    (row,) = published(
        settled.warehouse, f"SELECT {', '.join(FIGURES)} FROM mart_dsc_summary WHERE program_year = 2020"
    )
    assert dict(zip(FIGURES, row, strict=True)) == FIGURES
    seven = [f"K{n}" for n in range(11, 18)]
    told = {figure.figure_id: figure.status for figure in settled.report.figures}
    assert [told[figure_id] for figure_id in seven] == ["equal"] * 7
    assert "differs" not in told.values()
    kept = {figure["figure_id"]: figure["agrees"] for figure in manifest(settled.warehouse)["figures"]}
    assert [kept[figure_id] for figure_id in seven] == [True] * 7


def test_workbooks_that_hold_a_time_of_saving_keep_it(settled: Any) -> None:
    found = rows(
        settled.warehouse / "warehouse.duckdb",
        "SELECT format, array_agg(DISTINCT saved_at AT TIME ZONE 'UTC') FROM log.submission "
        "WHERE NOT refused GROUP BY ALL",
    )
    of_the_sample = datetime(2020, 1, 2, 9, 0)
    assert {name: moments == [of_the_sample] for name, moments in found} == {"xlsx": True, "xls": False, "csv": False}


def test_every_part_of_every_file_has_the_rows_that_it_should(settled: Any) -> None:
    found = rows(
        settled.warehouse / "warehouse.duckdb",
        "SELECT r.path, p.sheet, p.dataset, p.read, p.loaded, p.quarantined, p.left_out FROM log.part AS p "
        f"JOIN {RECEIVED}",
    )
    kinds = ("read", "loaded", "quarantined", "left_out")
    expected = [
        (file["path"], part["sheet"], part["dataset"], *(part["rows"][kind] for kind in kinds))
        for file, part in parts_of(settled.truth)
    ]
    assert Counter(found) == Counter(expected)


def test_every_part_has_the_sums_that_it_should(settled: Any) -> None:
    database = settled.warehouse / "warehouse.duckdb"
    for dataset in ("dsc_class", "dsc_institution_year"):
        parts = [(file, part) for file, part in parts_of(settled.truth) if part["dataset"] == dataset]
        measures = list(parts[0][1]["totals"])
        sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT" for name in measures)
        found = rows(
            database,
            f"SELECT r.path, p.sheet, {sums} FROM log.part AS p "
            f"JOIN {RECEIVED} "
            f"LEFT JOIN store.{dataset} AS s ON s.submission_id = p.submission_id AND s.part = p.part "
            f"WHERE p.dataset = '{dataset}' GROUP BY ALL",
        )
        expected = [(file["path"], part["sheet"], *part["totals"].values()) for file, part in parts]
        assert Counter(found) == Counter(expected)


def test_every_planted_finding_is_found_at_its_cell_and_nothing_else(settled: Any) -> None:
    found = operations(
        settled.warehouse,
        "SELECT source_file, source_sheet, source_row, cell, field, code FROM mart_row_error "
        f"WHERE code NOT IN {UNPLANTED}",
    )
    expected = []
    for file in settled.truth["files"]:
        if file.get("superseded_by") and any(part["rows"]["loaded"] for part in file["parts"]):
            expected.append((file["path"], None, None, None, None, "R_SUPERSEDED"))
        for finding in [*file["findings"], *(f for part in file["parts"] for f in part["findings"])]:
            place = [finding.get(key) for key in ("sheet", "row", "cell", "field")]
            expected.append((file["path"], *place, finding["code"]))
    assert Counter(found) == Counter(expected)


def test_every_file_has_the_verdict_and_standing_that_it_should(settled: Any) -> None:
    listed = operations(settled.warehouse, "SELECT source_file, verdict, standing, codes FROM mart_submission_log")
    found = {path: (verdict, standing, codes) for path, verdict, standing, codes in listed}
    assert len(listed) == len(settled.truth["files"])
    for file in settled.truth["files"]:
        verdict, standing, codes = found[file["path"]]
        parts = {part["verdict"] for part in file["parts"]}
        if file.get("duplicate_of"):
            assert (verdict, standing, codes) == ("duplicate", "not in force", "R_DUPLICATE_FILE")
        elif file.get("superseded_by") and any(part["rows"]["loaded"] for part in file["parts"]):
            assert (standing, codes.split(", ")[0]) == ("superseded", "R_SUPERSEDED")
        elif parts == {"accepted"}:
            assert (verdict, standing) == ("accepted", "in force"), file["path"]
        elif not any(part["rows"]["loaded"] for part in file["parts"]):
            assert (verdict, standing) == ("rejected", "not in force"), file["path"]
        else:
            assert (verdict, standing) == ("partially_accepted", "in force"), file["path"]


@pytest.mark.parametrize(
    ("table", "key", "truth"),
    [
        ("mart_dsc_by_institution", "institution_name", "by_institution"),
        ("mart_dsc_by_region", "sigungu_code", "by_sigungu"),
    ],
)
def test_institutions_and_regions_have_the_counts_that_they_should(
    settled: Any, table: str, key: str, truth: str
) -> None:
    expected = settled.truth[truth]
    columns = [row[0] for row in published(settled.warehouse, f"SELECT column_name FROM (DESCRIBE {table})")]
    shared = [name for name in next(iter(expected.values())) if name in columns]
    assert {"session_count", "beneficiary_count", "facility_count"} <= set(shared)
    found = published(
        settled.warehouse,
        f"SELECT {key}, {', '.join(shared)} FROM {table} WHERE session_count > 0 AND program_year = 2020",
    )
    assert {row[0]: row[1:] for row in found} == {name: tuple(own[c] for c in shared) for name, own in expected.items()}


def test_the_manifest_accounts_for_every_row_of_every_file(settled: Any) -> None:
    told = manifest(settled.warehouse)
    accounts = told["accounts"]
    kinds = {
        "rows_read": "read",
        "rows_loaded": "loaded",
        "rows_quarantined": "quarantined",
        "rows_left_out": "left_out",
    }
    for kind, name in kinds.items():
        assert accounts[kind] == sum(part["rows"][name] for file in settled.truth["files"] for part in file["parts"])
        assert accounts[kind] == sum(entry[kind] for entry in told["inputs"])
    assert accounts["rows_read"] == sum(accounts[k] for k in ("rows_loaded", "rows_quarantined", "rows_left_out"))
    assert accounts["rows_left_out"] == sum(accounts["left_out_by_reason"].values())


def test_the_manifest_names_every_input_by_the_sha256_of_its_bytes(settled: Any) -> None:
    import hashlib

    on_disk = {
        unicodedata.normalize("NFC", path.relative_to(settled.inbox).as_posix()): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in settled.inbox.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert {entry["source_file"]: entry["sha256"] for entry in manifest(settled.warehouse)["inputs"]} == on_disk


def test_every_submission_is_answered_with_its_verdict(settled: Any) -> None:
    logged = operations(settled.warehouse, "SELECT receipt_no, verdict FROM mart_submission_log")
    answers = [json.loads(path.read_bytes()) for path in (settled.warehouse / "outbox").glob("*/*/answer.json")]
    assert settled.report.answers == len(logged) == len(answers)
    assert {(answer["receipt_no"], answer["verdict"]) for answer in answers} == set(logged)
