"""The documentation says what is so: its links lead somewhere, and what is derived from code equals the code."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "warehouse/README.md", ROOT / "tests/README.md"])
SCREEN_LINES = 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [unquote(link.split("#")[0]) for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    missing = [page.name for page in ROOT.glob("docs/*.md") if page.name != "README.md" and page.name not in index]
    assert missing == []


def test_the_readme_fits_on_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= SCREEN_LINES


def test_the_command_reference_is_that_of_the_command(tmp_path: Path) -> None:
    made = tmp_path / "cli.md"
    typer = Path(sys.executable).with_name("typer")
    words = [str(typer), "sciculture_etl.cli", "utils", "docs", "--name", "sciculture", "--output", str(made)]
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert page.strip() == made.read_text(encoding="utf-8").strip(), "run `make docs` and commit docs/cli.md"


def test_the_layers_of_the_architecture_are_those_that_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    drawn = "\n".join(layer.replace("sciculture_etl.", "") for layer in layers)
    assert f"```\n{drawn}\n```" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
