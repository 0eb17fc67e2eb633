"""Environments of the peers, made where there is none yet: every package with its version, in ``requirements/``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements")


def python_of(name: str | None, folder: Path) -> Path:
    """The interpreter of an environment; without a name that of this project."""
    if name is None:
        return Path(sys.executable)
    listed = REQUIREMENTS / f"{name}.txt"
    place = folder / f"{name}-{hashlib.sha256(listed.read_bytes()).hexdigest()[:12]}"
    if not (place / ".ready").exists():
        print(f"… making the environment {name}", file=sys.stderr, flush=True)
        _make(place, listed)
    return place / "bin" / "python"


def _make(place: Path, listed: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv")
    surroundings = os.environ | {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, place], check=True, env=surroundings)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--compile-bytecode", "--python", place / "bin" / "python",
         "--requirement", listed],
        check=True, env=surroundings,
    )  # fmt: skip
    (place / ".ready").touch()
