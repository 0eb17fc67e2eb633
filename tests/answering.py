"""Answers to submissions, read as their institutions would read them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from forms import SUBMITTER
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.contracts import load_contracts
from sciculture_etl.feedback import Answer, answer_workbook
from sciculture_etl.intake.check import Checked, check_file

COLOURS = {"FFFFC7CE": "error", "FFFFEB9C": "warning", "FFDDEBF7": "info"}
RESULT = "점검결과"


def check(data: bytes, name: str = "실적.csv") -> Checked:
    return check_file(data, name, SUBMITTER, load_contracts())


def answered(data: bytes, name: str = "실적.csv") -> bytes:
    """The workbook that goes back."""
    return answer_workbook(Answer(check(data, name)), data)


def opened(workbook: bytes) -> Workbook:
    return load_workbook(io.BytesIO(workbook))


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def marks(sheet: Worksheet) -> dict[str, str]:
    """Coloured cell → severity."""
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return {c.coordinate: COLOURS[c.fill.fgColor.rgb] for c in cells if c.fill.fgColor.rgb in COLOURS}


def comments(sheet: Worksheet) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def parts(workbook: bytes) -> dict[str, bytes]:
    """The files within a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        return {name: package.read(name) for name in package.namelist()}


def places(checked: Checked) -> list[dict[str, Any]]:
    return checked.all_findings.to_dicts()
