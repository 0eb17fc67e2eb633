"""Files made to exhaust the machine are refused, or read, in bounded memory."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from containers import inline_row, package, raw_xlsx
from forms import CLASS, as_csv, table

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import UserError
from sciculture_etl.intake import read_submission
from sciculture_etl.settings import Limits, Settings

MOST_MEMORY = 1_024  # MiB, of which Python and its libraries need about 150
ROWS = table(CLASS)
READ = """
import json, re, sys
from pathlib import Path
from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission
from sciculture_etl.settings import Limits
contracts, answers = load_contracts(), []
for path, limits in json.load(sys.stdin):
    reading = read_submission(Path(path).read_bytes(), contracts, Limits(**limits))
    codes = [finding.code for finding in reading.findings] + ["read"] * (not reading.refused)
    # Of this program alone: what getrusage tells begins with what the process was forked from.
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    answers.append([codes, peak])
print(json.dumps(answers))
"""


def sheet(*more: str) -> str:
    lines = "".join(inline_row(number, row) for number, row in enumerate(ROWS, start=1))
    return f"<sheetData>{lines}{''.join(more)}</sheetData>"


FORM = raw_xlsx(sheet(), strings="<si><t>x</t></si>")


def swollen(part: str, megabytes: int) -> bytes:
    """A workbook of which one part unpacks to far more than it and the directory of the package say."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FORM)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as written:
                data = old.read(name)
                cut = data.rindex(b"</") if name == part else len(data)
                written.write(data[:cut])
                for _ in range(megabytes if name == part else 0):
                    written.write(b"<!--" + b" " * 1_000_000 + b"-->")
                written.write(data[cut:])
        entry = new.getinfo(part)
    lied = bytearray(target.getvalue())
    directory = lied.rindex(b"PK\x01\x02", 0, lied.rindex(part.encode()))
    for place in (directory + 24, entry.header_offset + 22):
        struct.pack_into("<I", lied, place, 5_000)
    return bytes(lied)


def repeated(size: int, count: int) -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(3, count + 3))
    return raw_xlsx(sheet(cells), strings=f"<si><t>{'x' * size}</t></si>")


LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12)
) + "]>"  # fmt: skip


def laughing_workbook() -> bytes:
    with zipfile.ZipFile(io.BytesIO(FORM)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    book = parts["xl/workbook.xml"].decode().replace('name="시트1"', 'name="&a11;"')
    return package(parts | {"xl/workbook.xml": LAUGHS + book})


SMALL = {"unpacked_bytes": 48 * 1024**2}
BOMBS: dict[str, tuple[Callable[[], bytes], dict[str, int], list[str]]] = {
    "a sheet that lies about its size": (lambda: swollen("xl/worksheets/sheet1.xml", 64), SMALL, ["R_TOO_LARGE"]),
    "texts that lie about their size": (lambda: swollen("xl/sharedStrings.xml", 64), SMALL, ["R_TOO_LARGE"]),
    "a text of 1 MB in 10,000 cells": (lambda: repeated(1_000_000, 10_000), {}, ["R_TOO_LARGE"]),
    "a text of 1 kB in 10,000 cells": (lambda: repeated(1_000, 10_000), {}, ["read"]),
    "entities in a workbook": (laughing_workbook, {}, ["R_UNSUPPORTED_FORMAT"]),
    "entities in an XML workbook": (
        lambda: b'<?xml version="1.0"?>' + LAUGHS.encode() + b"<Workbook>&a11;</Workbook>",
        {},
        ["R_UNSUPPORTED_FORMAT"],
    ),
    "entities in a Hangul document": (
        lambda: package({"Contents/section0.xml": LAUGHS + "<sec>&a11;</sec>"}),
        {},
        ["R_UNSUPPORTED_FORMAT"],
    ),
    "two cells in far corners": (
        lambda: raw_xlsx(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        {},
        ["R_TOO_LARGE"],
    ),
    "rows without places and one very wide": (
        lambda: raw_xlsx(
            "<sheetData>"
            + "<row><c><v>1</v></c></row>" * 100_000
            + f"<row>{'<c><v>1</v></c>' * 16_000}</row></sheetData>"
        ),
        {},
        ["R_TOO_LARGE"],
    ),
    "merged ranges over each other": (
        lambda: raw_xlsx(sheet() + "<mergeCells>" + '<mergeCell ref="A1:A1048576"/>' * 200_000 + "</mergeCells>"),
        {},
        ["R_UNSUPPORTED_FORMAT"],
    ),
    "3,000 sheets": (lambda: raw_xlsx(*["<sheetData/>"] * 3_000), {}, ["R_TOO_LARGE"]),
    "a line of 60 MB": (lambda: as_csv(ROWS) + b"x" * 60_000_000, {}, ["R_TOO_LARGE"]),
    "a line of 15 million commas": (lambda: as_csv(ROWS) + b"1,2," * 7_500_000, {}, ["R_TOO_LARGE"]),
    "a page nested 300,000 deep": (
        lambda: b"<html>" + b"<div>" * 300_000 + b"<table><td>x",
        {},
        ["R_UNSUPPORTED_FORMAT"],
    ),
    "tables nested 900 deep": (lambda: b"<html>" + b"<table><tr><td>" * 900 + b"x", {}, ["R_UNSUPPORTED_FORMAT"]),
    "cells over 60,000 rows and 1,000 columns": (
        lambda: b"<html><table>" + b"<tr><td rowspan=60000 colspan=1000>x</td><td>y" * 100_000,
        {},
        ["R_TOO_LARGE"],
    ),
    "XML nested 1,000,000 deep": (
        lambda: b'<?xml version="1.0"?><Workbook>' + b"<b>" * 1_000_000,
        {},
        ["R_UNSUPPORTED_FORMAT"],
    ),
}


# Beside which another of its kind is tried each time.
FURTHER = (
    "texts that lie about their size", "rows without places and one very wide", "a line of 15 million commas",
    "merged ranges over each other",
)  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [[name for name in BOMBS if name not in FURTHER], pytest.param(FURTHER, marks=pytest.mark.slow)],
    ids=["one of a kind", "further ones"],
)
def test_files_made_to_exhaust_the_machine_are_answered_in_bounded_memory(
    names: Collection[str], tmp_path: Path
) -> None:
    asked = []
    bombs = {name: BOMBS[name] for name in names}
    for number, (make, limits, _) in enumerate(bombs.values()):
        (tmp_path / str(number)).write_bytes(make())
        asked.append((str(tmp_path / str(number)), limits))
    done = subprocess.run(
        [sys.executable, "-c", READ], input=json.dumps(asked), capture_output=True, timeout=300, text=True, check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    answers = dict(zip(bombs, json.loads(done.stdout), strict=True))
    assert {name: codes for name, (codes, _) in answers.items()} == {
        name: codes for name, (_, _, codes) in bombs.items()
    }
    assert {name: peak for name, (_, peak) in answers.items() if peak > MOST_MEMORY} == {}


def test_limits_come_from_the_environment_and_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICULTURE_MAX_CELLS", "17")
    limits = Settings.from_environment().limits
    assert limits == Limits(cells=17)
    reading = read_submission(FORM, load_contracts(), limits)
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]
    monkeypatch.setenv("SCICULTURE_MAX_CELLS", "많이")
    with pytest.raises(UserError, match="SCICULTURE_MAX_CELLS"):
        Settings.from_environment()
