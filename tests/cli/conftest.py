"""The command as its users run it: a process of its own, its places in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sciculture_sample import DAILY_SCIENCE_CLASS, write_sample

COMMAND = Path(sys.executable).with_name("sciculture")


@dataclass
class Places:
    inbox: Path
    warehouse: Path
    prefect_home: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "SCICULTURE_INBOX": str(self.inbox),
            "SCICULTURE_WAREHOUSE": str(self.warehouse),
            "PREFECT_HOME": str(self.prefect_home),
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), *words], env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit code and machine report of ``sciculture run --json``, which says nothing else."""
        done = self.command(*(words or ("run",)), "--json")
        assert done.stderr == "", done.stderr
        return done.returncode, json.loads(done.stdout)

    def hashes(self) -> dict[str, str]:
        current = json.loads((self.warehouse / "current.json").read_text())
        manifest = json.loads((self.warehouse / "releases" / current["release_id"] / "manifest.json").read_text())
        return {
            name: table["sha256"]
            for name, table in manifest["tables"].items()
            if table["audience"] == "public" and not table.get("history")
        }


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture
def places(tmp_path: Path, prefect_home: Path) -> Places:
    (tmp_path / "inbox").mkdir()
    return Places(tmp_path / "inbox", tmp_path / "warehouse", prefect_home)


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory: pytest.TempPathFactory, prefect_home: Path) -> tuple[Places, int, dict[str, Any]]:
    """The sample of 2020 after one run: its places, the exit code, the report."""
    folder = tmp_path_factory.mktemp("night")
    places = Places(folder / "inbox", folder / "warehouse", prefect_home)
    write_sample(places.inbox, datasets=DAILY_SCIENCE_CLASS)
    return places, *places.run()
