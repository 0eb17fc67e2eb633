"""The check of a file says what the nightly run says of it."""

import unicodedata
from pathlib import Path
from typing import Any

from nights import rows

from sciculture_etl.check import ROW_KINDS, check_file
from sciculture_etl.contracts import load_contracts

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


def _below(small: Any, path: Path) -> str:
    return str(path.relative_to(small.inbox).as_posix())
