"""A copy of a release is compared with what was published: whatever is missing, changed or extra is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from sciculture_etl.errors import UserError
from sciculture_etl.publish.checksums import CHECKSUMS
from sciculture_etl.publish.verification import Verification, verify_folder

# A name of which some systems keep the letters apart.
FILES = {
    "README.md": b"# invented\n",
    "csv/mart_a.csv": b"year,persons\n2020,12\n",
    "parquet/mart_a.parquet": b"PAR1 invented \r\n bytes",
    "portal/가상기관_가상자료_20201231.csv": "\ufeff연도\r\n2020\r\n".encode(),
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A release as somebody got it: its public files, the list of hashes and the data package."""
    folder = tmp_path / "00003-20201231"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    resources = [{"path": name, "bytes": len(data), "hash": f"sha256:{sha256(data)}"} for name, data in FILES.items()]
    package = {"release_id": folder.name, "version": "1.2", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    listed = {**FILES, "datapackage.json": (folder / "datapackage.json").read_bytes()}
    lines = [f"{sha256(data)}  {name}\n" for name, data in sorted(listed.items())]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    return folder


def kinds(found: Verification) -> dict[str, str]:
    return {fault.path: fault.kind for fault in found.faults}


def test_a_copy_as_it_was_published_is_complete_wherever_it_lies(copy: Path, tmp_path: Path) -> None:
    moved = tmp_path / "다른 곳" / "a b"
    shutil.copytree(copy, moved)
    (tmp_path / "link").symlink_to(moved)
    for folder in (copy, moved, tmp_path / "link"):
        found = verify_folder(folder)
        assert (found.faults, found.files) == ([], len(FILES) + 1)
        assert (found.release_id, found.version) == ("00003-20201231", "1.2")


def _change(folder: Path) -> None:
    path = folder / "csv/mart_a.csv"
    path.write_bytes(path.read_bytes().replace(b"12", b"13"))


def _convert(folder: Path) -> None:
    path = folder / "csv/mart_a.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _link(folder: Path) -> None:
    path = folder / "csv/mart_a.csv"
    path.rename(folder.parent / "elsewhere.csv")
    path.symlink_to(folder.parent / "elsewhere.csv")


def _pipe(folder: Path) -> None:
    (folder / "csv/mart_a.csv").unlink()
    os.mkfifo(folder / "csv/mart_a.csv")


def _link_of_folder(folder: Path) -> None:
    (folder / "csv").rename(folder.parent / "elsewhere")
    (folder / "csv").symlink_to(folder.parent / "elsewhere")


def _cut_list(folder: Path) -> None:
    path = folder / CHECKSUMS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "csv/mart_a" not in line), encoding="utf-8")


def _cut_list_and_file(folder: Path) -> None:
    _cut_list(folder)
    (folder / "csv/mart_a.csv").unlink()


def _cut_within_a_line(folder: Path) -> None:
    path = folder / CHECKSUMS
    path.write_bytes(path.read_bytes()[:-5])


def _point_outside(folder: Path) -> None:
    with (folder / CHECKSUMS).open("a", encoding="utf-8") as lines:
        for name in ("../elsewhere.csv", "/etc/hostname", "C:\\elsewhere.csv", "csv/../../elsewhere.csv"):
            lines.write(f"{'0' * 64}  {name}\n")


def _list_twice(folder: Path) -> None:
    with (folder / CHECKSUMS).open("a", encoding="utf-8") as lines:
        lines.write(f"{sha256(b'other')}  csv/mart_a.csv\n")


def _other_list(folder: Path) -> None:
    """The file and the list are of another release, the data package is not."""
    path, other = folder / CHECKSUMS, b"year,persons\n2020,99\n"
    text = path.read_text(encoding="utf-8").replace(sha256(FILES["csv/mart_a.csv"]), sha256(other))
    path.write_text(text, encoding="utf-8")
    (folder / "csv/mart_a.csv").write_bytes(other)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_change, {"csv/mart_a.csv": "file_was_changed"}),
        (_convert, {"csv/mart_a.csv": "file_line_ends_changed"}),
        (lambda folder: (folder / "csv/mart_a.csv").unlink(), {"csv/mart_a.csv": "file_is_missing"}),
        (lambda folder: shutil.rmtree(folder / "csv"), {"csv/mart_a.csv": "file_is_missing"}),
        (lambda folder: (folder / "csv/more.csv").write_bytes(b""), {"csv/more.csv": "file_is_extra"}),
        (_link, {"csv/mart_a.csv": "file_is_no_file"}),
        (_pipe, {"csv/mart_a.csv": "file_is_no_file"}),
        (_link_of_folder, {"csv/mart_a.csv": "file_is_missing", "csv": "file_is_extra"}),
        (_cut_list, {"csv/mart_a.csv": "file_is_extra"}),
        (_cut_list_and_file, {"csv/mart_a.csv": "file_is_not_listed"}),
        (
            _cut_within_a_line,
            {
                "portal/가상기관_가상자료_20201231.csv": "file_is_extra",
                "portal/가상기관_가상자료_20201231": "file_is_missing",
            },
        ),
        (_point_outside, {f"{CHECKSUMS}:{number}": "list_line_is_wrong" for number in (6, 7, 8, 9)}),
        (_list_twice, {f"{CHECKSUMS}:6": "list_line_is_wrong"}),
        (_other_list, {"csv/mart_a.csv": "hashes_disagree"}),
    ],
)
def test_what_is_not_as_published_is_named(
    copy: Path, damage: Callable[[Path], None], expected: dict[str, str]
) -> None:
    damage(copy)
    found = kinds(verify_folder(copy))
    assert found.items() >= expected.items()
    # A file that the list lost is told once more, of the data package.
    assert set(found) == set(expected) | {name for name, kind in found.items() if kind == "file_is_not_listed"}


def test_a_list_that_windows_has_written_again_is_read_all_the_same(copy: Path) -> None:
    path = copy / CHECKSUMS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n").replace(b"  ", b" *"))
    assert verify_folder(copy).is_complete


def test_a_system_that_keeps_the_letters_of_a_name_apart_changes_nothing(copy: Path) -> None:
    (name,) = (name for name in FILES if name.startswith("portal/"))
    (copy / name).rename(copy / unicodedata.normalize("NFD", name))
    assert verify_folder(copy).is_complete


def test_what_is_the_operators_is_pointed_out_in_a_copy(copy: Path) -> None:
    (copy / "operations.duckdb").write_bytes(b"invented")
    found = verify_folder(copy)
    assert (found.is_complete, found.operators) == (True, ["operations.duckdb"])


@pytest.mark.parametrize("name", ["", "no_list", "file.zip", "nowhere"])
def test_what_is_no_copy_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "no_list").mkdir()
    (tmp_path / "file.zip").write_bytes(b"")
    with pytest.raises(UserError):
        verify_folder(tmp_path / name)


def test_a_data_package_or_manifest_that_says_nonsense_ends_nothing(copy: Path) -> None:
    for said in (
        "[" * 100_000,
        '{"resources": [1, {"path": 2}], "files": {"a": 1}}',
        "\ud800".encode("utf-8", "surrogatepass"),
    ):
        for name in ("datapackage.json", "manifest.json"):
            data = said.encode() if isinstance(said, str) else said
            (copy / name).write_bytes(data)
        assert kinds(verify_folder(copy))["datapackage.json"] == "file_was_changed"


def test_other_programs_read_the_list_too(copy: Path) -> None:
    done = subprocess.run(["sha256sum", "--strict", "-c", CHECKSUMS], cwd=copy, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
