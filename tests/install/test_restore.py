"""What docs/deploy.md says to back up is enough to restore everything on an empty machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from nights import hashes, night, published, release_ids

from sciculture_etl.doctor import Case, examine
from sciculture_etl.project import CHECKOUT
from sciculture_etl.settings import Settings
from tests.settled import Settled

GUIDE = (CHECKOUT / "docs" / "deploy.md").read_text(encoding="utf-8")


def copied(heading: str, warehouse: Path, backup: Path) -> None:
    """Does what the block of that heading says, as far as it copies."""
    block = re.search(rf"^## {heading}\n.*?^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert block
    lines = [line for line in block[1].splitlines() if not line.startswith(("warehouse=", "backup=", "sciculture "))]
    assert any(line.startswith("cp ") for line in lines)
    places = f"warehouse={warehouse}\nbackup={backup}\n"
    subprocess.run(["bash", "-euc", places + "\n".join(lines)], check=True, capture_output=True, text=True)


@pytest.mark.night
def test_a_backup_restored_on_an_empty_machine_gives_equal_tables(small: Settled, tmp_path: Path) -> None:
    warehouse = tmp_path / "restored" / "warehouse"
    copied("Back up", small.warehouse, tmp_path / "backup")
    copied("Restore", warehouse, tmp_path / "backup")
    assert not (warehouse / "warehouse.duckdb").exists()
    assert not (warehouse / "restricted").exists()

    (tmp_path / "inbox").mkdir()
    report = night(tmp_path / "inbox", warehouse)
    assert report.publication.outcome == "unchanged"
    assert hashes(warehouse) == hashes(small.warehouse)
    assert release_ids(warehouse) == release_ids(small.warehouse)
    assert published(warehouse, "SELECT count(*) FROM mart_dsc_summary") == [(1,)]
    checks = examine(Case(Settings(inbox=str(tmp_path / "inbox"), warehouse=warehouse), quick=True))
    assert [check for check in checks if check.verdict == "fault"] == []


@pytest.mark.slow  # without the guide's commands: pipeline/test_nights.py
def test_the_archive_alone_gives_equal_tables(small: Settled, tmp_path: Path) -> None:
    copied("Back up", small.warehouse, tmp_path / "backup")
    shutil.copytree(tmp_path / "backup" / "archive", tmp_path / "warehouse" / "archive")
    (tmp_path / "inbox").mkdir()
    night(tmp_path / "inbox", tmp_path / "warehouse")
    assert hashes(tmp_path / "warehouse") == hashes(small.warehouse)
