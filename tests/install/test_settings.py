"""Settings are defined once; what they can't mean is said in one sentence, and what is none is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generators.settings import made
from sciculture_etl.project import CHECKOUT
from sciculture_etl.settings import INTERNAL, Settings, described_settings, unknown_settings

NAME = re.compile(r"\bSCICULTURE_[A-Z0-9_]*[A-Z0-9]\b")
HANGUL = re.compile("[가-힣]")


def command(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SCICULTURE_")}
    return subprocess.run(
        [sys.executable, "-m", "sciculture_etl.cli", *arguments],
        cwd=folder, env=outside | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("path", made(), ids=lambda path: path.name)
def test_what_is_written_of_settings_is_their_definition(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == made()[path]


def test_every_setting_that_the_code_names_is_defined() -> None:
    known = {one.name for one in described_settings()} | INTERNAL
    named = {
        name
        for folder in ("src", "flows")
        for path in (CHECKOUT / folder).rglob("*.py")
        for name in NAME.findall(path.read_text(encoding="utf-8"))
        if not name.startswith("SCICULTURE_INBOX") and name not in ("SCICULTURE_MAX")
    }
    assert named - known == set()


@pytest.mark.parametrize(
    ("variable", "value", "least"),
    [
        ("SCICULTURE_KEEP_RELEASES", "ten", 0), ("SCICULTURE_KEEP_RELEASE_DAYS", "-1", 0),
        ("SCICULTURE_PERSONAL_RETENTION_DAYS", "1.5", 0), ("SCICULTURE_MAX_CELLS", "0", 1),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, least: int
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(match=variable) as raised:
        Settings.from_environment()
    told = str(raised.value)
    assert repr(value) in told
    assert f"{least} or more" in told
    assert f"{least} 이상" in told


def test_an_empty_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICULTURE_KEEP_RELEASES", "")
    assert Settings.from_environment().keep_releases == 10


def test_the_nearest_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCICULTURE_INBX", "SCICULTURE_KEEP_RELEASE", "SCICULTURE_ELEPHANTS", "SCICULTURE_INBOX_KOFST"):
        monkeypatch.setenv(name, "x")
    assert unknown_settings() == {
        "SCICULTURE_INBX": "SCICULTURE_INBOX",
        "SCICULTURE_KEEP_RELEASE": "SCICULTURE_KEEP_RELEASES",
        "SCICULTURE_ELEPHANTS": "",
    }


def test_a_command_warns_of_what_is_no_setting_and_refuses_what_cannot_be_meant(tmp_path: Path) -> None:
    warned = command(tmp_path, "template", "--list", SCICULTURE_INBX="/data/inbox")
    assert warned.returncode == 0
    (line,) = warned.stderr.splitlines()
    assert "SCICULTURE_INBX is not a setting and does nothing; perhaps SCICULTURE_INBOX is meant" in line
    assert HANGUL.search(line)

    refused = command(tmp_path, "releases", SCICULTURE_KEEP_RELEASES="ten")
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "SCICULTURE_KEEP_RELEASES must be a whole number, 0 or more, not 'ten'" in line


def test_the_doctor_names_what_is_no_setting(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    asked = command(tmp_path, "doctor", "--quick", SCICULTURE_WARHOUSE="/data/warehouse")
    assert "SCICULTURE_WARHOUSE" in asked.stdout
    assert "SCICULTURE_WAREHOUSE" in asked.stdout
    assert asked.returncode == 3
