"""A night on a lake is struck, and the next one alone ends in the same figures with nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.storage.lake_files import lost_files, orphaned_files
from tests.lake.conftest import GatedLake
from tests.lake.servers import Lake
from tests.nights import hashes
from tests.settled import Settled

NIGHT = """
import json, sys
from pathlib import Path
from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Settings

given = json.loads(sys.argv[1])
folder = Path(given["folder"])
lake = Lake.from_texts(given["warehouse"], given["data"], folder)
try:
    with Run.open(Settings(inbox=given["inbox"], warehouse=folder, lake=lake), wait_seconds=60, outputs=()) as run:
        print(take_steps(run).publication.outcome)
except LakeError as error:
    sys.exit(f"told: {error}")
"""
# Where it is struck: what is said to which server, and how often that is passed on before.
STRUCK = {
    "S3 is lost while rows are loaded": ("s3", b"/build/store/", 0),
    "PostgreSQL is lost in the model": ("postgres", b"COMMIT", 250),
}


def begin(lake: Lake, inbox: Path, folder: Path) -> subprocess.Popen[str]:
    given = {"folder": str(folder), "inbox": str(inbox), "warehouse": lake.warehouse, "data": lake.data}
    return subprocess.Popen(
        [sys.executable, "-c", NIGHT, json.dumps(given)], env=os.environ | lake.access, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> str:
    with process:
        try:
            said, _ = process.communicate()
        finally:
            process.kill()
    return said


@pytest.mark.slow
@pytest.mark.parametrize("where", STRUCK)
def test_the_next_night_ends_in_the_same_figures(
    small: Settled, lake: Lake, gated: GatedLake, tmp_path: Path, where: str
) -> None:
    server, words, passes = STRUCK[where]
    gate, folder = getattr(gated, server), tmp_path / "warehouse"
    gate.closes_at, gate.passes = words, passes
    process = begin(gated.lake, small.inbox, folder)
    said = end(process)
    assert gate.has_closed.is_set(), said
    assert "told: the shared warehouse can't be reached" in said, said
    gate.open()
    again = begin(lake, small.inbox, folder)
    said = end(again)
    assert again.returncode == 0, said
    assert hashes(folder) == hashes(small.warehouse)
    meant = Meant.from_texts(lake.warehouse, lake.data, folder)
    assert [find(meant, part) for part in ("build", "releases") for find in (lost_files, orphaned_files)] == [[]] * 4
    assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
