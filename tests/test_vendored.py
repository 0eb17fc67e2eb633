"""Files of others stand as they came: each is in the table beside it, with its version, licence and hash."""

import hashlib
import re
from pathlib import Path

import pytest

from sciculture_etl.project import CHECKOUT

# | file | package | version | licence | integrity of the package | sha256 of the file |
ROW = re.compile(r"^\| (\S+) \| (\S+) \| (\d\S*) \| (\S[^|]*) \| (sha512-\S+|the same) \| ([0-9a-f]{64}) \|$", re.M)
TABLES = sorted([*CHECKOUT.glob("pages/**/VENDOR.md"), *CHECKOUT.glob("tests/**/VENDOR.md")])


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.parent.relative_to(CHECKOUT).as_posix())
def test_vendored_files_are_as_they_came(table: Path) -> None:
    written = table.read_text(encoding="utf-8")
    rows = ROW.findall(written)
    # Every line of the table is read as one, but for its two lines of headings.
    assert len(rows) == sum(line.startswith("|") for line in written.splitlines()) - 2
    for name, *_, sha256 in rows:
        assert (name, hashlib.sha256((table.parent / name).read_bytes()).hexdigest()) == (name, sha256)


def test_a_folder_of_vendored_files_holds_no_other() -> None:
    for table in (one for one in TABLES if one.parent.name == "vendor"):
        named = {row[0] for row in ROW.findall(table.read_text(encoding="utf-8"))}
        assert {path.name for path in table.parent.iterdir()} == named | {"VENDOR.md"}
