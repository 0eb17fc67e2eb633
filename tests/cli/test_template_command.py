"""``sciculture template``: a form by its name, and a sentence where there is none."""

from pathlib import Path
from typing import Any

import pytest

from sciculture_etl.contracts import load_contracts


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_form_is_written_under_its_korean_title_and_never_over_another(places: Any, here: Path) -> None:
    done = places.command("template", "dsc_class", "--year", "2026")
    assert done.returncode == 0
    (form,) = here.iterdir()
    assert form.name == "생활과학교실 강좌 운영 실적_2026_서식.xlsx"
    assert form.name in done.stdout
    form.write_bytes(b"filled in")
    again = places.command("template", "dsc_class", "--year", "2026")
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert form.read_bytes() == b"filled in"
    assert places.command("template", "dsc_class", "--year", "2026", "--force").returncode == 0
    assert form.read_bytes() != b"filled in"


def test_a_mistake_is_told_with_what_there_is(places: Any, here: Path) -> None:
    for words in (
        ("dsc_class", "--year", "1999"),
        ("dsc_class",),
        ("dsc_class", "--year", "2026", "--out", "no/a.xlsx"),
    ):
        done = places.command("template", *words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    unknown = places.command("template", "nonsense", "--year", "2026").stderr
    listed = places.command("template", "--list").stdout
    for dataset, contract in load_contracts().items():
        assert dataset in unknown
        assert contract.title.ko in unknown
        assert contract.title.ko in listed
    assert list(here.iterdir()) == []
