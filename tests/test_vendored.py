"""Files of others stand as they came: each is in the table of its VENDOR.md, with its version, licence and hash."""

import hashlib
import re
from pathlib import Path

import pytest

from sciculture_etl.project import CHECKOUT

LINE = re.compile(
    r"^\| `(?P<file>[^`]+)` \| `(?P<sha256>[0-9a-f]{64})` \| `[^`]+` \| \S+ \| [^|]+ \| `sha512-[^`]+` \|$", re.M
)
TABLES = sorted([*CHECKOUT.glob("pages/**/VENDOR.md"), *CHECKOUT.glob("tests/**/VENDOR.md")])


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.parent.relative_to(CHECKOUT).as_posix())
def test_vendored_files_are_as_they_came(table: Path) -> None:
    written = table.read_text(encoding="utf-8")
    listed = {line["file"]: line["sha256"] for line in LINE.finditer(written)}
    # Every line of the table is read as one, but for its two lines of headings.
    assert len(listed) == sum(line.startswith("|") for line in written.splitlines()) - 2
    assert {name: hashlib.sha256((table.parent / name).read_bytes()).hexdigest() for name in listed} == listed


def test_a_folder_of_vendored_files_holds_no_other() -> None:
    for table in (one for one in TABLES if one.parent.name == "vendor"):
        listed = {line["file"] for line in LINE.finditer(table.read_text(encoding="utf-8"))}
        assert {path.name for path in table.parent.iterdir()} == listed | {"VENDOR.md"}
