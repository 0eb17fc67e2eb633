"""The door of the generator: the same bytes each time, nobody else's files touched, no code shared with the reader."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sciculture_sample
from sciculture_etl.cli import app
from sciculture_etl.errors import UserError
from sciculture_sample import DAILY_SCIENCE_CLASS, SampleReport, write_sample, writing
from sciculture_sample.styles import BULK_SCALE


def fingerprint(root: Path) -> str:
    """A hash of all names, bytes and times of receipt below a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        received = 0 if path.name == ".truth.json" else int(path.stat().st_mtime)
        digest.update(f"{path.relative_to(root)}\0{received}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def test_same_arguments_give_the_same_tree_in_another_process(sample: SampleReport, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from sciculture_sample import DAILY_SCIENCE_CLASS, write_sample; "
        "write_sample(pathlib.Path(sys.argv[1]), datasets=DAILY_SCIENCE_CLASS)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "UTC"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert fingerprint(tmp_path) == fingerprint(sample.out)


def test_a_second_sample_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    write_sample(tmp_path, institutions=5, seed=1, datasets=DAILY_SCIENCE_CLASS)
    foreign = tmp_path / "다른 기관" / "실적.csv"
    foreign.parent.mkdir()
    foreign.write_text("내 파일", encoding="utf-8")
    write_sample(tmp_path, institutions=2, seed=1, datasets=DAILY_SCIENCE_CLASS)
    listed = json.loads((tmp_path / ".truth.json").read_text(encoding="utf-8"))["files"]
    on_disk = {path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".truth.json"}
    assert on_disk == {foreign} | {tmp_path / file.get("disk_path", file["path"]) for file in listed}
    assert len({path.parent for path in on_disk}) == 4


def test_a_file_of_somebody_else_is_never_overwritten(tmp_path: Path) -> None:
    register = tmp_path / "한국과학창의재단" / "2020년 수행기관 등록부.xlsx"
    register.parent.mkdir()
    register.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="was not written by the sample generator"):
        write_sample(tmp_path, institutions=2)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [register]


def test_a_sample_that_was_cut_off_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writing, "tally_classes", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_sample(tmp_path, institutions=3)
    assert json.loads((tmp_path / ".truth.json").read_text(encoding="utf-8"))["complete"] is False
    write_sample(tmp_path, institutions=3)
    assert json.loads((tmp_path / ".truth.json").read_text(encoding="utf-8"))["complete"] is True


def test_bulk_files_are_two_csv_to_one_xlsx_with_a_right_truth(tmp_path: Path) -> None:
    report = write_sample(tmp_path, scale=BULK_SCALE, institutions=6, datasets=["dsc_class"])
    truth = json.loads(report.truth.read_text(encoding="utf-8"))
    assert Counter(file["format"] for file in truth["files"]) == {"csv": 16, "xlsx": 8}
    assert truth["figures"]["class_count"] == 5_500 * BULK_SCALE
    loaded = sum(part["totals"]["session_count"] for file in truth["files"] for part in file["parts"])
    assert loaded == truth["figures"]["session_count"]
    assert "instructor_count" not in truth["figures"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"year": 2026}, "the sample can be written for 2016 to 2025, not for 2026"),
        ({"years": range(2014, 2017)}, "not for 2014, 2015"),
        ({"years": ()}, "no years are wanted"),
        ({"scale": 0}, "scale must be 1 or more"),
        ({"institutions": 0}, "institutions must be 1 to"),
        ({"datasets": ["dsc_clas"]}, "unknown datasets dsc_clas"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(
    tmp_path: Path, arguments: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_sample(tmp_path / "inbox", **arguments)
    assert not (tmp_path / "inbox").exists()


@pytest.mark.parametrize(
    ("years", "folders"), [("2016:2017", {"2016", "2017"}), ("2020", {"2020년 수행기관 등록부.xlsx"})]
)
def test_years_and_datasets_can_be_asked_for_on_the_command_line(tmp_path: Path, years: str, folders: set[str]) -> None:
    asked = ["sample", "--out", str(tmp_path), "--years", years, "--dataset", "institution"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert {path.name for path in (tmp_path / "한국과학창의재단").iterdir()} == folders


def test_years_that_are_none_are_refused_on_the_command_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["sample", "--out", str(tmp_path / "inbox"), "--years", "20x"])
    assert isinstance(result.exception, UserError)
    assert not (tmp_path / "inbox").exists()


def test_the_generator_imports_nothing_else_of_the_project() -> None:
    for path in Path(sciculture_sample.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not module.startswith("sciculture_etl") or module.startswith("sciculture_sample")
