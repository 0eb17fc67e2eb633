"""A warehouse that an earlier version left behind is brought up to date by a run, and loses nothing by it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nights import NEEDED, manifest, operations, published

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.contracts.disclosure import SUPPRESSED, symbol_column
from sciculture_etl.project import SETTINGS_FILE

pytestmark = pytest.mark.night
WAREHOUSES = sorted((Path(__file__).parent / "warehouses").glob("*.tar.xz"))
# Tables of the dictionary, which says more than it did, and the history, which goes on.
GROWN = ("meta_column", "meta_table", "mart_revision")
NIGHT = """
import json, sys
from sciculture_etl.doctor import Case, examine
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Settings
settings = Settings.from_environment()
with Run.open(settings, outputs=json.loads(sys.argv[1])) as run:
    report = take_steps(run)
checks = [[check.verdict, check.area, check.found[0]] for check in examine(Case(settings))]
print(json.dumps({"outcome": report.publication.outcome, "set_aside": report.set_aside, "checks": checks}))
"""


@pytest.fixture(scope="module", params=WAREHOUSES, ids=lambda path: path.name.removesuffix(".tar.xz"))
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder after one run with the code of today, and what that run and the doctor said."""
    folder = tmp_path_factory.mktemp("upgrade")
    with tarfile.open(request.param) as packed:
        packed.extractall(folder, filter="tar")
    project = folder / "project"
    (project / "expectations").mkdir(parents=True)
    (project / SETTINGS_FILE).touch()
    (folder / "corrections").rename(project / "expectations" / "corrections")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCICULTURE_")} | {
        "SCICULTURE_PROJECT": str(project),
        "SCICULTURE_INBOX": str(folder / "inbox"),
        "SCICULTURE_WAREHOUSE": str(folder / "warehouse"),
    }
    done = subprocess.run(
        [sys.executable, "-c", NIGHT, json.dumps(NEEDED)],
        env=environment, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


def expected(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "expected.json").read_text(encoding="utf-8")))


def test_the_public_tables_say_what_they_said(upgraded: tuple[Path, dict[str, Any]]) -> None:
    """Of what is published still: the columns that were there, and each number that isn't withheld since."""
    folder, said = upgraded
    releases = folder / "warehouse" / "releases"
    old, new = (
        releases / str(name) / "parquet"
        for name in (expected(folder)["current"], manifest(folder / "warehouse")["release_id"])
    )
    compared = []
    with duckdb.connect() as database:
        for name, contract in load_table_contracts().items():
            was, now = (f"read_parquet('{place / f'{name}.parquet'}')" for place in (old, new))
            if name in GROWN or not (old / f"{name}.parquet").exists():
                continue
            before = [row[0] for row in database.execute(f"DESCRIBE FROM {was}").fetchall()]
            symbols = {column: symbol_column(column) for column in before if symbol_column(column) in contract.columns}
            as_it_was = [column for column in before if column not in {*symbols, SUPPRESSED}]
            views = [
                (as_it_was, "true"),
                *(([*contract.grain, number], f"{why} IS NULL") for number, why in symbols.items()),
            ]
            for columns, shown in views:
                listed = ", ".join(f'"{column}"' for column in columns)
                lost, came = f"FROM {was} SELECT {listed}", f"FROM {now} SELECT {listed} WHERE {shown}"
                pairs = [(came, lost)] if shown != "true" else [(came, lost), (lost, came)]
                for one, other in pairs:
                    assert database.execute(f"({one}) EXCEPT ALL ({other})").fetchall() == [], (name, columns)
            compared.append(name)
    assert len(compared) > 30
    assert said["set_aside"] is None
    assert said["outcome"] in ("published", "unchanged")


def test_releases_and_the_pin_stay_as_they_were(upgraded: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = upgraded
    kept = {
        name: hashlib.sha256((folder / "warehouse" / "releases" / name / "manifest.json").read_bytes()).hexdigest()
        for name in expected(folder)["releases"]
    }
    assert kept == expected(folder)["releases"]


def test_journals_only_grow(upgraded: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = upgraded
    journals = expected(folder)["journals"]
    begun = {
        name: hashlib.sha256((folder / "warehouse" / "archive" / name).read_bytes()[: journal["bytes"]]).hexdigest()
        for name, journal in journals.items()
    }
    assert begun == {name: journal["sha256"] for name, journal in journals.items()}


def test_the_withdrawal_and_the_correction_count(upgraded: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = upgraded
    withdrawn = expected(folder)["withdrawn"]
    asked = f"SELECT standing FROM mart_submission_log WHERE submission_id = '{withdrawn}'"
    assert operations(folder / "warehouse", asked) == [("withdrawn",)]
    assert operations(folder / "warehouse", "SELECT correction, status FROM mart_correction") == [
        ("invented_sessions", "applied")
    ]


def test_the_history_of_revisions_goes_on(upgraded: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = upgraded
    assert published(folder / "warehouse", "SELECT count(*) > 0 FROM mart_revision") == [(True,)]
    # A column that is new is one line a table, however many rows have it.
    told = published(
        folder / "warehouse",
        "SELECT table_name, change, row_key FROM mart_revision JOIN release_info USING (release_id) "
        "WHERE column_name = 'status' ORDER BY ALL",
    )
    there_before = set(expected(folder)["hashes"])
    with_status = [name for name, contract in load_table_contracts().items() if contract.has_status]
    assert told == [(name, "added", None) for name in sorted(there_before.intersection(with_status))]


def test_the_doctor_is_content(upgraded: tuple[Path, dict[str, Any]]) -> None:
    _, said = upgraded
    assert [check for check in said["checks"] if check[0] != "ok"] == []
