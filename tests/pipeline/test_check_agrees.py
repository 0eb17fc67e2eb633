"""The check of a file says what the nightly run says of it."""

import unicodedata
from pathlib import Path
from typing import Any

from forms import CENTRE, SUBMITTER, as_csv, table
from nights import night, operations, rows, submit

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.check import ROW_KINDS, check_file
from sciculture_etl.template import make_template

RECEIVED = "(SELECT submission_id, min_by(path, seq) AS path FROM log.receipt GROUP BY ALL) AS r USING (submission_id)"


def test_check_and_run_agree_on_every_file(small: Any) -> None:
    database = small.warehouse / "warehouse.duckdb"
    kinds = ", ".join(f"p.{kind}" for kind in ROW_KINDS)
    loaded = rows(database, f"SELECT r.path, p.dataset, p.sheet, {kinds} FROM log.part AS p JOIN {RECEIVED}")
    found = rows(database, f"SELECT r.path, f.code, f.row, f.cell, f.message_ko FROM log.finding AS f JOIN {RECEIVED}")
    paths = {path for path, *_ in [*loaded, *found]}
    assert len(paths) > 15
    for path in paths:
        file = next(p for p in small.inbox.rglob("*") if unicodedata.normalize("NFC", _below(small, p)) == path)
        checked = check_file(file.read_bytes(), file.name, file.parent.name, load_contracts())
        parts = [(path, p.dataset, p.sheet, *(p.rows[kind] for kind in ROW_KINDS)) for p in checked.parts]
        assert sorted(parts, key=str) == sorted((row for row in loaded if row[0] == path), key=str)
        told = checked.all_findings.select("code", "row", "cell", "message_ko").rows()
        assert sorted(told, key=str) == sorted((row[1:] for row in found if row[0] == path), key=str)


def test_check_and_run_agree_on_a_form_that_was_not_filled_in_and_on_one_that_is_out_of_date(tmp_path: Path) -> None:
    contract = load_contracts()["dsc_institution_year"]
    old = [["2026년 가상 자료", "서식: dsc_institution_year-2026-01234567"], *table(CENTRE, without=["사업연도"])]
    files = {"빈 서식.xlsx": make_template(contract, 2026), "지난 서식.csv": as_csv(old)}
    for name, data in files.items():
        submit(tmp_path / "inbox", SUBMITTER, name, data)
    night(tmp_path / "inbox", tmp_path / "warehouse")
    database = tmp_path / "warehouse" / "warehouse.duckdb"
    found = rows(database, f"SELECT r.path, f.code, f.message_ko FROM log.finding AS f JOIN {RECEIVED}")
    checked = {name: check_file(data, name, SUBMITTER, load_contracts()) for name, data in files.items()}
    told = {name: answer.all_findings.select("code", "message_ko").rows() for name, answer in checked.items()}
    assert {code for rows_told in told.values() for code, _ in rows_told} == {"R_EMPTY", "W_TEMPLATE_OUTDATED"}
    assert sorted(found) == sorted((f"{SUBMITTER}/{name}", *row) for name, own in told.items() for row in own)
    verdicts = dict(operations(tmp_path / "warehouse", "SELECT source_file, verdict FROM mart_submission_log"))
    assert verdicts == {f"{SUBMITTER}/{name}": answer.verdict for name, answer in checked.items()}


def _below(small: Any, path: Path) -> str:
    return str(path.relative_to(small.inbox).as_posix())
