"""One file → its tables and the findings about the file as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from sciculture_etl.contracts import Contract
from sciculture_etl.findings import Finding
from sciculture_etl.read.formats import read_grids
from sciculture_etl.read.grid import Grid, Refused
from sciculture_etl.read.headers import Header, find_header, is_office_contact, personal_headers
from sciculture_etl.read.personal import PERSONAL_FORMS, first_personal
from sciculture_etl.read.table import Table, cut_table
from sciculture_etl.read.titles import read_title

# The first cell of a sheet that our answer adds: sent back with the corrected file, it is no part of it.
ANSWER_MARK = "제출 자료 점검 결과"


def is_answer(grid: Grid) -> bool:
    """Whether a sheet is our own."""
    return grid.frame.width > 0 and grid.frame.height > 0 and grid.frame.item(0, 0) == ANSWER_MARK


@dataclass
class Reading:
    """What a file holds. format: csv, xlsx, xls, ... or None where it can't be read. Refused as a whole when
    ``refused``: its tables are then empty and its findings say why. unread_sheets: visible sheets that are no form."""

    format: str | None
    tables: list[Table] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)
    refused: bool = False

    @property
    def submitter(self) -> str | None:
        """Whom the title or the institution column names, for a file that lies in no institution's folder."""
        for table in self.tables:
            if table.submitter:
                return table.submitter
            if "institution_name" in table.frame.columns:
                names = table.frame["institution_name"].drop_nulls()
                if names.len():
                    return str(names[0])
        return None


def _refuse(kind: str | None, finding: Finding) -> Reading:
    return Reading(kind, findings=[finding], refused=True)


def read_submission(data: bytes, contracts: dict[str, Contract], max_unpacked_bytes: int = 4 * 1024**3) -> Reading:
    """Reads a file by its bytes alone. Never raises for what a file may hold: what is wrong comes as findings."""
    try:
        return _read(data, contracts, max_unpacked_bytes)
    except Exception as error:
        # Whatever a library makes of a strange file, it is this file's fault alone and the others go on.
        return _refuse(
            None, Finding("R_UNSUPPORTED_FORMAT", value=f"읽는 중 오류(could not be read): {type(error).__name__}")
        )


def _read(data: bytes, contracts: dict[str, Contract], max_unpacked_bytes: int) -> Reading:
    try:
        kind, grids = read_grids(data, max_unpacked_bytes)
    except Refused as refusal:
        return _refuse(None, refusal.finding)
    grids = [grid for grid in grids if not is_answer(grid)]
    reading = Reading(kind)
    nearly: list[tuple[Grid, Header]] = []
    for grid in grids:
        header = find_header(grid, contracts) if grid.frame.width else None
        if header is None:
            if not grid.hidden and grid.frame.width:
                reading.unread_sheets.append(grid.sheet or "")
            continue
        if personal := personal_headers(header.labels):
            return _refuse(kind, Finding("R_PII", header=", ".join(personal), sheet=grid.sheet, row=header.first + 1))
        if row := _personal_row(grid, header):
            return _refuse(kind, Finding("R_PII", header=PERSONAL_FORMS, sheet=grid.sheet, row=row))
        if grid.hidden:
            reading.findings.append(Finding("W_HIDDEN_SHEET", value=grid.sheet, sheet=grid.sheet))
        elif header.missing or header.unclear:
            nearly.append((grid, header))
        else:
            title = read_title(grid.head()[: header.first])
            reading.tables.append(cut_table(grid, header, title))
    return _judge(reading, grids, nearly, contracts)


def _personal_row(grid: Grid, header: Header) -> int | None:
    """The first row, from 1, with a personal value in a column that no field reads; contacts of an office are none.
    Columns that are read are searched with their rows."""
    for column in range(grid.frame.width):
        if column in header.columns.values() or is_office_contact(header.labels.get(column, "")):
            continue
        found = first_personal(grid.frame[f"c{column}"].slice(header.last + 1))
        if found is not None:
            return found + header.last + 2
    return None


def _damaged(grid: Grid, header: Header) -> Finding:
    title, fields = header.contract.title, header.contract.fields
    missing = ", ".join(f"'{fields[name].header}'" for name in header.missing)
    unclear = ", ".join(f"'{header.labels[header.columns[name]]}'" for name in header.unclear)
    ko, en = [f"'{title.ko}' 서식으로 보입니다"], [f"It looks like '{title.en}'"]
    if missing:
        ko.append(f"없는 열: {missing}")
        en.append(f"columns lacking: {missing}")
    if unclear:
        ko.append(f"같은 머리글이 둘이거나 여러 열에 걸쳐 어느 열인지 알 수 없는 것: {unclear}")
        en.append(f"headers that stand twice or over several columns: {unclear}")
    return Finding(
        "R_HEADER_NOT_FOUND",
        sheet=grid.sheet,
        row=header.first + 1,
        expected_ko=". ".join(ko),
        expected_en=". ".join(en),
    )


def _judge(
    reading: Reading, grids: list[Grid], nearly: list[tuple[Grid, Header]], contracts: dict[str, Contract]
) -> Reading:
    """Refuses what holds no table with rows; a sheet that is a damaged form next to whole ones is told of."""
    for grid, header in nearly:
        reading.findings.append(_damaged(grid, header))
    if any(table.frame.height for table in reading.tables):
        reading.tables = [table for table in reading.tables if table.frame.height]
        return reading
    if reading.tables or all(grid.is_blank for grid in grids):
        return Reading(reading.format, findings=[*reading.findings, Finding("R_EMPTY")], refused=True)
    if not nearly:
        # What stands in an unknown file is not repeated: it may be personal.
        known_ko = ", ".join(contract.title.ko for contract in contracts.values())
        known_en = "; ".join(contract.title.en for contract in contracts.values())
        reading.findings.append(
            Finding("R_HEADER_NOT_FOUND", expected_ko=f"받는 서식: {known_ko}", expected_en=f"Known forms: {known_en}")
        )
    return Reading(reading.format, findings=reading.findings, unread_sheets=reading.unread_sheets, refused=True)
