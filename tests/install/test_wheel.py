"""The wheel carries all that commands read, and works without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sciculture_etl.project import CARRIED_FOLDERS, CHECKOUT

PARTS = ("src", "flows", *CARRIED_FOLDERS)
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, as `pip install` and deploy/install.sh do."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(CHECKOUT / part, folder / "source" / part, ignore=left_out)
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(CHECKOUT / name, folder / "source")
    subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=folder / "source", check=True, capture_output=True, text=True
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """A folder as pip would fill it; what it needs besides is that of the tests."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(wheel.parent / "site")
    return wheel.parent / "site"


def sciculture(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sciculture_etl.cli", *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_carries_every_module_and_every_file_that_commands_read(wheel: Path) -> None:
    homes = {"src": "", "flows": "sciculture_flows/"} | {
        name: f"sciculture_etl/carried/{name}/" for name in CARRIED_FOLDERS
    }
    wanted = {
        home + path.relative_to(CHECKOUT / part).as_posix()
        for part, home in homes.items()
        for path in (CHECKOUT / part).rglob("*")
        if path.is_file() and not {"__pycache__"} & set(path.parts) and ".egg-info" not in str(path)
    }
    with zipfile.ZipFile(wheel) as packed:
        assert wanted - set(packed.namelist()) == set()


def test_commands_find_what_it_carries(installed: Path, tmp_path: Path) -> None:
    asked = (
        "import sciculture_etl.project as p, sciculture_flows as f; print(p.SQL / 'macros.sql', f.__file__, sep='\\n')"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [Path(line).is_relative_to(installed) for line in told.stdout.splitlines()] == [True, True]

    form = CHECKOUT / "tests" / "contracts" / "voucher_usage" / "good_plain.csv"
    assert sciculture(installed, tmp_path, "check", str(form)).returncode == 0
    assert sciculture(installed, tmp_path, "template", "voucher_usage", "--year", "2026").returncode == 0
    assert list(tmp_path.glob("*.xlsx"))


@pytest.mark.slow
def test_a_night_runs_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    made = sciculture(installed, tmp_path, "sample", "--years", "2020", "--dataset", "voucher_usage", "--out", "inbox")
    assert made.returncode == 0
    ran = sciculture(installed, tmp_path, "run")
    assert ran.returncode == 3, ran.stderr  # the sample has planted errors
    assert (tmp_path / "warehouse" / "sciculture.duckdb").exists()
