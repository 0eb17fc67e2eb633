"""The lines of docs/clients.md as a reader runs them: in an environment of their own, beside a warehouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = {
    "python": ("lines.py", "python"),
    "node": ("lines.cjs", "node"),
    "r": ("lines.R", "Rscript"),
    "sh": ("lines.sh", "sh"),
}
MAX_SECONDS = 300
Client = dict[str, Any]


def lay_out(folder: Path, warehouse: Path, release_id: str) -> Path:
    """A folder in which the lines find what they name: the current release, and ``latest``."""
    (folder / "warehouse" / "releases").mkdir(parents=True)
    shutil.copy(warehouse / "sciculture.duckdb", folder / "warehouse")
    (folder / "warehouse" / "releases" / "latest").symlink_to(warehouse / "releases" / release_id)
    return folder


def install(client: Client, version: str, folder: Path) -> dict[str, str]:
    """The environment with that version of a client; where the registry isn't reached, the test is skipped."""
    first, *others = client["packages"] or [""]
    wanted = [f"{first}@{version}" if client["language"] == "node" else f"{first}=={version}", *others]
    if client["language"] == "node":
        return _with_npm(wanted, folder)
    if client["language"] in ("python", "sh"):
        return _with_pip(wanted, folder)
    return dict(os.environ)


def _with_pip(packages: list[str], folder: Path) -> dict[str, str]:
    uv = [str(Path(sys.executable).with_name("uv"))]
    environment = folder / "environment"
    _done([*uv, "venv", "--quiet", "--python", sys.executable, str(environment)], folder)
    _done([*uv, "pip", "install", "--quiet", "--python", str(environment / "bin" / "python"), *packages], folder)
    return {**os.environ, "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}


def _with_npm(packages: list[str], folder: Path) -> dict[str, str]:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    (folder / "package.json").write_text(json.dumps({"private": True}))
    _done(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], folder)
    return dict(os.environ)


def _done(words: list[str], folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)
    if done.returncode:
        pytest.skip(f"can't be installed here: {done.stderr.strip()[-300:]}")


def printed(client: Client, folder: Path, environment: dict[str, str]) -> str:
    """What the lines print."""
    name, program = PROGRAMS[client["language"]]
    found = shutil.which(program, path=environment["PATH"])
    if found is None:
        pytest.skip(f"{program} is not installed")
    (folder / name).write_text(client["lines"], encoding="utf-8")
    done = subprocess.run(
        [found, name], cwd=folder, env=environment, capture_output=True, text=True, timeout=MAX_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
