"""A programme that is added as the guide says, and nothing else, comes out as a published table."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nights import operations, published, submit

from sciculture_etl.project import CHECKOUT

BLOCK = re.compile(r"^`([^`\n]+)`(?P<more> \(one more line\))?\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NIGHT = """
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Settings
with Run.open(Settings.from_environment(), outputs=["site"]) as run:
    take_steps(run)
"""
GUIDE = (CHECKOUT / "docs" / "add_a_program.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the guide's blocks written into it."""
    copy = tmp_path_factory.mktemp("project")
    for folder in ("src", "flows", "sql", "expectations", "pages", "maps", "tests"):
        shutil.copytree(CHECKOUT / folder, copy / folder)
    shutil.copy(CHECKOUT / "pyproject.toml", copy)
    for block in BLOCK.finditer(GUIDE):
        path = copy / block[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if block["more"] else ""
        path.write_text(before + block["text"], encoding="utf-8")
    return copy


def run(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "PYTHONPATH": f"{project / 'src'}{os.pathsep}{project}",
        "SCICULTURE_INBOX": str(project / "inbox"),
        "SCICULTURE_WAREHOUSE": str(project / "warehouse"),
    }
    return subprocess.run([sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True)


def test_the_guide_is_whole() -> None:
    named = [block[1] for block in BLOCK.finditer(GUIDE)]
    assert len(named) == 9
    assert not [name for name in named if name.endswith(".py")]


@pytest.mark.slow  # a night judges one of them below
def test_its_own_files_hold_the_new_contract_to_its_word(project: Path) -> None:
    done = run(project, "-m", "pytest", "tests/contracts", "-k", "starlight_evening", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-2000:]
    # Good and bad file, both tests of the rules, and that no header means two fields, at least.
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 5


def test_a_file_sent_in_comes_out_as_a_published_table(project: Path) -> None:
    good = (project / "tests" / "contracts" / "starlight_evening" / "good_plain.csv").read_bytes()
    submit(project / "inbox", "가상시험센터", "별빛관측회 실적.csv", good, "2025-01-10T00:00:00")
    done = run(project, "-c", NIGHT)
    assert done.returncode == 0, done.stderr[-2000:]
    warehouse = project / "warehouse"
    assert published(warehouse, "FROM mart_starlight_evening ORDER BY sigungu_name DESC") == [
        (2024, "51750", "강원특별자치도", "영월군", 1, 1, 1210, "p"),
        (2024, "46770", "전라남도", "고흥군", 1, 1, 340, "p"),
    ]
    assert published(warehouse, "SELECT name_en FROM dim_program WHERE program_code = 'starlight_evening'")
    described = "SELECT count(*) FROM meta.column WHERE table_name = 'mart_starlight_evening'"
    assert published(warehouse, described) == [(8,)]  # the seven of its contract, and status
    assert operations(warehouse, "SELECT verdict FROM mart_submission_log") == [("accepted",)]
    site = warehouse / "releases" / "latest" / "site"
    for language, place in (("ko", "영월군"), ("en", "Yeongwol-gun")):
        assert place in (site / language / "programs" / "starlight_evening.html").read_text(encoding="utf-8")
        assert (site / language / "dictionary" / "tables" / "mart_starlight_evening.html").exists()
