"""Forms filled in as an institution would, by what the workbook itself offers. Every value is invented."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.check import Checked, check_file
from sciculture_etl.template import make_template, template_name

HEADER, EXAMPLE, FIRST = 6, 7, 8  # rows from 1
YEAR = 2026
SUBMITTER = "가상시험센터"
LIST = re.compile(r"^'목록'!\$(\w)\$(\d+):\$\w\$(\d+)$")


@dataclass
class Form:
    """The form of a dataset, open."""

    dataset: str
    year: int = YEAR
    term: int | None = None
    submitter: str | None = SUBMITTER

    @cached_property
    def book(self) -> openpyxl.Workbook:
        made = make_template(load_contracts()[self.dataset], self.year, self.term, self.submitter)
        return openpyxl.load_workbook(io.BytesIO(made))

    @property
    def sheet(self) -> Worksheet:
        return self.book.worksheets[0]

    @cached_property
    def headers(self) -> dict[str, int]:
        return {str(cell.value): cell.column for cell in self.sheet[HEADER] if cell.value is not None}

    def column(self, name: str) -> int:
        """Number of the column whose header begins with the name."""
        (found,) = [
            at for header, at in self.headers.items() if re.match(re.escape(name) + r"(\(.{1,2}\))?\*?$", header)
        ]
        return found

    def validation(self, at: int) -> DataValidation:
        cell = self.sheet.cell(FIRST, at).coordinate
        (found,) = [rule for rule in self.sheet.data_validations.dataValidation if cell in rule.sqref]
        return found

    def offered(self, at: int) -> list[Any]:
        """What the drop-down of a column holds; nothing for one that depends on others."""
        if not (found := LIST.match(str(self.validation(at).formula1))):
            return []
        letter, first, last = found.groups()
        return [cell.value for (cell,) in self.book["목록"][f"{letter}{first}:{letter}{last}"]]

    def places(self, level: int) -> list[tuple[str, ...]]:
        """The chains of places that the drop-downs cut their parts from, level 0 the sido."""
        columns = self.book["목록"].iter_rows(min_col=3 + 2 * level, max_col=4 + 2 * level, values_only=True)
        return [(*(str(above).split("|") if above else ()), str(name)) for above, name in columns if name]

    def fill(self, *rows: dict[str, Any]) -> Form:
        """Rows below the example: the example's own values, but for what is given by header."""
        example = [cell.value for cell in self.sheet[EXAMPLE]]
        example[0] = str(example[0]).removeprefix("예시) ")
        for number, row in enumerate(rows):
            values = dict(enumerate(example, start=1)) | {self.column(name): value for name, value in row.items()}
            for at, value in values.items():
                self.sheet.cell(FIRST + number, at).value = value
        return self

    def fill_with_all_offered(self) -> int:
        """As many rows as the longest list has values, each value in some row; how many that are."""
        fields = {at: header for header, at in self.headers.items()}
        offered = {at: self.offered(at) for at in fields}
        level = sum(header.rstrip("*") in ("시도", "시군구", "읍면동") for header in fields.values()) - 1
        places = self.places(level) if level >= 0 else []
        count = max(2, *(len(values) for values in offered.values()))
        for number in range(count):
            row = {at: values[number % len(values)] for at, values in offered.items() if values}
            row |= {at: _another(self.sheet.cell(EXAMPLE, at).value, number) for at in fields if at not in row}
            for at, header in fields.items():
                if header == "회차":
                    row[at] = number + 1
                if header == "만족도*":
                    row[at] = 1  # on every scale
                if places and header.rstrip("*") in ("시도", "시군구", "읍면동"):
                    depth = ("시도", "시군구", "읍면동").index(header.rstrip("*"))
                    row[at] = places[number * 37 % len(places)][depth]
            for at, value in row.items():
                self.sheet.cell(FIRST + number, at).value = value
        return count

    def as_xlsx(self) -> bytes:
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()

    def as_csv(self, encoding: str) -> bytes:
        """As a spreadsheet saves it: every cell as it is shown."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerows([_shown(cell) for cell in row] for row in self.sheet.iter_rows())
        return text.getvalue().encode(encoding)

    def check(self, data: bytes | None = None, name: str | None = None) -> Checked:
        name = name or template_name(load_contracts()[self.dataset], self.year, self.term)
        return check_file(data or self.as_xlsx(), name, None, load_contracts())


@cache
def seen(dataset: str, year: int = YEAR) -> Form:
    """A form that is only looked at, opened once."""
    return Form(dataset, year)


def _another(value: Any, number: int) -> Any:
    if not isinstance(value, str):
        return value
    value = value.removeprefix("예시) ")
    if re.fullmatch(r"20\d\d-\d\d-\d\d", value):
        return value
    if digits := re.search(r"\d+$", value):
        return f"{value[: digits.start()]}{int(digits[0]) + number:0{len(digits[0])}}"
    return f"{value} {number + 1}" if number else value


def _shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    if isinstance(cell.value, datetime):
        return cell.value.strftime("%Y-%m-%d")
    return f"{cell.value:,}" if cell.number_format == "#,##0" and isinstance(cell.value, int) else str(cell.value)


def codes(checked: Checked) -> list[tuple[str, str | None]]:
    return [(row["code"], row["cell"]) for row in checked.all_findings.to_dicts()]
