"""``sciculture template``: a form by its name, and a sentence where there is none."""

import os
import subprocess
from pathlib import Path

from conftest import COMMAND

from sciculture_etl.contracts import load_contracts


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), "template", *words], cwd=folder, env=os.environ, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_form_is_written_under_its_korean_title_and_never_over_another(tmp_path: Path) -> None:
    done = command(tmp_path, "dsc_class", "--year", "2026")
    assert done.returncode == 0
    (form,) = tmp_path.iterdir()
    assert form.name == "생활과학교실 강좌 운영 실적_2026_서식.xlsx"
    assert form.name in done.stdout
    form.write_bytes(b"filled in")
    again = command(tmp_path, "dsc_class", "--year", "2026")
    assert again.returncode != 0
    assert "--force" in again.stderr
    assert form.read_bytes() == b"filled in"
    assert command(tmp_path, "dsc_class", "--year", "2026", "--force").returncode == 0
    assert form.read_bytes() != b"filled in"


def test_a_mistake_is_told_with_what_there_is(tmp_path: Path) -> None:
    for words in (("nonsense", "--year", "2026"), ("dsc_class", "--year", "1999"), ("dsc_class",)):
        done = command(tmp_path, *words)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
    unknown = command(tmp_path, "nonsense", "--year", "2026").stderr
    listed = command(tmp_path, "--list").stdout
    for dataset, contract in load_contracts().items():
        assert dataset in unknown
        assert contract.title.ko in unknown
        assert contract.title.ko in listed
    assert list(tmp_path.iterdir()) == []
