"""One file → its tables and the findings about the file as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from sciculture_etl.contracts import Contract, TemplateId, form_columns
from sciculture_etl.findings import Finding, shown, unsupported
from sciculture_etl.formats import open_file, texts_in_bytes
from sciculture_etl.formats.grid import Grid, RefusedError, compose
from sciculture_etl.privacy.search import find_personal
from sciculture_etl.settings import DEFAULT_LIMITS, Limits
from sciculture_etl.tables.areas import Area, find_areas
from sciculture_etl.tables.artefacts import as_meant
from sciculture_etl.tables.choice import spellings_known
from sciculture_etl.tables.headers import Header
from sciculture_etl.tables.table import Marks, Table, cut_table

# Sheets that say how to fill in a form, or what may be chosen; they look like damaged forms at times.
GUIDE = re.compile(
    r"작성\s*(?:요령|방법|안내|지침)|입력\s*(?:요령|방법|안내)|^(?:안내|코드|목록|참고|설명)|코드\s*(?:표|집)?$"
)
# Sheets that show how a form looks when it is filled in. What stands in them is nobody's data where another sheet holds
# the form too.
SHOWN_FILLED = re.compile(r"(?:작성|기재|입력)\s*(?:예|사례|요령|방법)|^\W*(?:예시|샘플|견본)|예시\W*$")

MAX_LISTED = 12  # headers that a message names
# The first cell of a sheet that our answer adds: sent back with the corrected file, it is no part of it.
ANSWER_MARK = "제출 자료 점검 결과"


def is_answer(grid: Grid) -> bool:
    """Whether a sheet is our own."""
    return grid.frame.width > 0 and grid.frame.height > 0 and grid.frame.item(0, 0) == ANSWER_MARK


@dataclass
class Reading:
    """What a file holds. format: csv, xlsx, xls, ... or None where it can't be read. Refused as a whole when
    ``refused``: its tables are then empty and its findings say why. unread_sheets: visible sheets that are no form.
    saved_at: when it was last saved (UTC), as it says itself.
    """

    format: str | None
    tables: list[Table] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)
    refused: bool = False
    saved_at: datetime | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it was refused for the personal data in it."""
        return any(finding.code == "R_PII" for finding in self.findings)

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


def read_submission(
    data: bytes, contracts: dict[str, Contract], limits: Limits = DEFAULT_LIMITS, path: str = ""
) -> Reading:
    """Reads a file by its bytes alone; ``path``, its name with or without folders, is only searched for personal data.
    Never raises for what a file may hold: what is wrong comes as findings.
    """
    try:
        return _read(data, contracts, limits, path)
    except RefusedError as refusal:
        finding = refusal.finding
    except Exception:
        # Whatever a library makes of a strange file, it is this file's fault alone and the others go on.
        finding = unsupported("unreadable")
    return Reading(None, findings=find_personal([], path, texts_in_bytes(data)) or [finding], refused=True)


def _read(data: bytes, contracts: dict[str, Contract], limits: Limits, path: str) -> Reading:
    content = open_file(data, limits)
    personal = find_personal(content.grids, path, content.texts, spellings_known(contracts))
    if personal:
        return Reading(content.format, findings=personal, refused=True)
    reading = Reading(content.format, saved_at=content.saved_at)
    grids = [compose(as_meant(grid)) for grid in content.grids if not is_answer(grid)]
    nearly: list[tuple[Grid, Header]] = []
    for grid in grids:
        areas = _areas_of(grid, contracts) if grid.frame.width else []
        if not areas and not grid.hidden and grid.frame.width and not _fingerprint_of(grid):
            reading.unread_sheets.append(grid.sheet or "")
        if grid.hidden and areas:
            reading.findings.append(Finding("W_HIDDEN_SHEET", value=grid.sheet, sheet=grid.sheet))
            continue
        marks = Marks(grid)
        for area in areas:
            if area.header.missing or area.header.unclear:
                if not GUIDE.search(grid.sheet or ""):
                    nearly.append((grid, area.header))
            else:
                reading.tables.append(cut_table(grid, area, marks))
                reading.findings += [*_outdated(reading.tables[-1], contracts), *_renamed(reading.tables[-1])]
    _drop_shown(reading)
    return _judge(reading, grids, nearly, contracts)


def _drop_shown(reading: Reading) -> None:
    filled = [table for table in reading.tables if not SHOWN_FILLED.search(table.sheet or "")]
    if any(table.frame.height for table in filled):
        sheets = dict.fromkeys(table.sheet for table in reading.tables if table.sheet)
        reading.unread_sheets += [sheet for sheet in sheets if SHOWN_FILLED.search(sheet)]
        reading.tables = filled


def _areas_of(grid: Grid, contracts: dict[str, Contract]) -> list[Area]:
    """A form of ours says of which contract it is; where its headers fit several, that one is meant."""
    areas = find_areas(grid, contracts)
    mark = _fingerprint_of(grid)
    own = contracts.get(mark.dataset) if mark else None
    if own and own.dataset not in {area.header.contract.dataset for area in areas}:
        return find_areas(grid, {own.dataset: own}) or areas
    return areas


def _fingerprint_of(grid: Grid) -> TemplateId | None:
    """Of the form that a sheet belongs to, as table or as guide."""
    return TemplateId.found_in("\n".join(cell for row in grid.head() for cell in row if cell))


def _outdated(table: Table, contracts: dict[str, Contract]) -> list[Finding]:
    """Whether a table was made from a form that isn't the one of today, or of another year or kind."""
    mark, contract = table.template, table.contract
    if mark is None or mark.is_form_of(contract, table.title_years.one):
        return []
    if mark.dataset != contract.dataset:
        known = contracts.get(mark.dataset)
        ko = f"'{known.title.ko}' 서식" if known else "다른 자료의 서식"
        en = f"the form '{known.title.en}'" if known else "the form of something else"
    elif mark.is_form_of(contract):
        ko, en = f"{mark.year}년 서식", f"the form of {mark.year}"
    else:
        ko, en = "적을 칸이나 고를 값이 바뀌기 전의 서식", "a form from before its columns or values changed"
    return [Finding("W_TEMPLATE_OUTDATED", value=str(mark), expected_ko=ko, expected_en=en, sheet=table.sheet)]


def _renamed(table: Table) -> list[Finding]:
    """Columns of our form that aren't found in it, where others stand that no field reads."""
    if not (table.template and table.template.is_form_of(table.contract) and table.extra_headers):
        return []
    lost = [c.field.header for c in form_columns(table.contract) if not c.code and c.field.name not in table.letters]
    if not lost:
        return []
    asked, found = _quoted(lost), _quoted(table.extra_headers)
    return [Finding("W_HEADER_CHANGED", found, expected_ko=asked, expected_en=asked, sheet=table.sheet)]


def _quoted(names: list[str]) -> str:
    quoted = [f"'{shown(name.replace('|', ' '))}'" for name in names[:MAX_LISTED]]
    return ", ".join([*quoted, "…"] if len(names) > MAX_LISTED else quoted)


def _damaged(grid: Grid, header: Header) -> Finding:
    title, fields = header.contract.title, header.contract.fields
    missing = _quoted([fields[name].header for name in header.missing])
    unclear = _quoted([header.labels[header.columns[name]] for name in header.unclear])
    unknown = _quoted(header.extra)
    ko, en = [f"'{title.ko}' 서식으로 보입니다"], [f"It looks like '{title.en}'"]
    if missing:
        ko.append(f"없는 열: {missing}")
        en.append(f"columns lacking: {missing}")
    if missing and unknown:
        ko.append(f"서식에 없는 열: {unknown}")
        en.append(f"headers not known: {unknown}")
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
