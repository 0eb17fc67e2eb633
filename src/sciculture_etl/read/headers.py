"""Which contract a table is written to, where its header stands, and which column holds which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sciculture_etl.contracts import Contract
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.read.grid import HEAD_ROWS, Grid, Merge
from sciculture_etl.read.titles import MIDDLE_DOTS, said_date

HEADER_WITHIN = 20  # rows from the top in which a header is looked for
UNIT_IN_BRACKETS = re.compile(
    r"[(\[<‹〈]\s*(?:단위\s*[:：]?\s*)?"
    r"(명|회|개|개소|건|팀|원|천\s*원|만\s*원|백\s*만\s*원|억\s*원|%|점|인|반|강좌|(?:5|7|10|100)\s*점(?:\s*만점)?(?:\s*척도)?(?:\s*기준|\s*환산)?)"
    r"\s*[)\]>›〉]"
)
SCALE_IN_HEADER = re.compile(r"(?<!\d)(5|7|10|100)\s*점|%")
DROPPED = re.compile(r"[\s()\[\]·ㆍ・•/,:：.*†]+")
# Taken away before NFKC, which would make digits of them.
NOTE_MARK = re.compile(r"[①-⑳]|[¹²³⁴⁵⁶⁷⁸⁹⁰]+[⁾)]?|(?<=[가-힣)])\s*\d\)$")
YEAR_SPELLINGS = ("사업연도", "연도", "년도", "사업년도")


def normalise_header(text: str | None) -> str:
    """NFKC without white space, line breaks, middle dots, brackets, a unit in brackets and footnote marks:
    ``수혜자수\\n(순인원)(명)¹⁾`` → ``수혜자수순인원``."""
    if not text:
        return ""
    plain = unicodedata.normalize("NFKC", NOTE_MARK.sub("", text.strip().translate(MIDDLE_DOTS)))
    return DROPPED.sub("", UNIT_IN_BRACKETS.sub("", plain)).lower()


def unit_in_header(text: str | None) -> str | None:
    """``국비(천원)`` → ``천원``."""
    found = UNIT_IN_BRACKETS.search(unicodedata.normalize("NFKC", text or ""))
    return re.sub(r"\s", "", found[1]) if found else None


def scale_in_header(text: str | None) -> str | None:
    """``만족도(5점 만점)`` → ``5``; ``만족도(%)`` → ``%``; None where a header says no scale."""
    found = SCALE_IN_HEADER.search(unicodedata.normalize("NFKC", text or ""))
    return (found[1] or "%") if found else None


@lru_cache(maxsize=4096)
def _normalised(text: str | None) -> str:
    # Files of one form repeat each other's headers, and every cell of the head is looked at more than once.
    return normalise_header(text)


@dataclass(frozen=True)
class Header:
    """A header found.

    first, last: its rows from 0. columns: field → column from 0. labels: column → header text as the file writes it
    (``parent|child`` where two rows make it). missing: required fields without a column. unclear: measures of which it
    can't be told which column is meant: the same header twice, or one header over several columns (planned and actual).
    """

    contract: Contract
    first: int
    last: int
    columns: dict[str, int]
    labels: dict[int, str]
    missing: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    @property
    def extra(self) -> list[str]:
        used = set(self.columns.values())
        return [label for column, label in self.labels.items() if column not in used]


PLANNED = re.compile(r"계획|목표|예정|예상")
DONE = ("실적", "결과", "실제", "집행", "개최결과", "운영결과")


def wide_column(measure: str, code: str) -> str:
    """The name, among a table's fields, of the column of a wide table that holds ``measure`` for ``code``."""
    return f"{measure}@{code}"


@lru_cache(maxsize=256)
def _spellings(contract: Contract) -> dict[str, tuple[str, int]]:
    """Normalised spelling → (field, rank); the header itself ranks before its aliases."""
    found: dict[str, tuple[str, int]] = {}
    named: list[tuple[str, Sequence[str]]] = [("program_year", YEAR_SPELLINGS)]
    named += [(fld.name, _with_unit(fld.spellings, fld.unit)) for fld in contract.fields.values()]
    if wide := contract.unpivot:
        unit = contract.fields[wide.measure].unit
        wide_spellings = {**wide.columns, TOTAL: wide.total}
        named += [(wide_column(wide.measure, code), _with_unit(said, unit)) for code, said in wide_spellings.items()]
    for name, spellings in named:
        for rank, spelling in enumerate(spellings):
            found.setdefault(normalise_header(spelling.replace("|", "")), (name, rank))
    return found


def _with_unit(spellings: Sequence[str], unit: str | None) -> list[str]:
    """A header may have its own unit behind it, whatever that is: ``운영일수(일)``."""
    return [*spellings, *(f"{spelling}({unit})" for spelling in spellings if unit)]


def _spread_parents(parents: list[str | None], children: list[str | None], row: int, merges: list[Merge]) -> list[str]:
    """The parent over each column: by its merged range, else up to the next parent as far as children go on."""
    spread = [cell or "" for cell in parents]
    ranges = [merge for merge in merges if merge.top <= row <= merge.bottom and merge.right > merge.left]
    if merges:
        for merge in ranges:
            for column in range(merge.left + 1, min(merge.right + 1, len(spread))):
                spread[column] = spread[merge.left]
        return spread
    for column in range(1, len(spread)):
        if not spread[column] and children[column] and children[column - 1] and spread[column - 1]:
            spread[column] = spread[column - 1]
    return spread


Names = list[tuple[str, list[str]]]  # per column: the label as written and its normalised names, best first


def _single(cells: list[str | None]) -> Names:
    return [(cell or "", [_normalised(cell)]) for cell in cells]


def _double(parents: list[str | None], children: list[str | None], row: int, merges: list[Merge]) -> Names:
    names: Names = []
    for parent, child in zip(_spread_parents(parents, children, row, merges), children, strict=True):
        if parent and child:
            names.append((f"{parent}|{child}", _forms(parent, child)))
        else:
            names.append((parent or child or "", [_normalised(parent or child)]))
    return names


def _forms(parent: str, child: str) -> list[str]:
    """How a header over two rows may be spelled in a contract. What is planned never goes by the name of what was done;
    what was done may go by its name alone."""
    both = [_normalised(parent + child), _normalised(child + parent)]
    if PLANNED.search(_normalised(parent)) or PLANNED.search(_normalised(child)):
        return both
    if _normalised(child) in DONE:
        return [*both, _normalised(parent)]
    return [*both, _normalised(child)]


def _map_columns(names: Names, contract: Contract) -> dict[str, int]:
    """Field → column; a field goes to the column that writes it most like the contract, its parent counting first."""
    spellings = _spellings(contract)
    claims: list[tuple[int, int, int, str]] = []
    for column, (_, forms) in enumerate(names):
        for form, name in enumerate(forms):
            if name in spellings:
                target, rank = spellings[name]
                claims.append((form, rank, column, target))
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for _, _, column, target in sorted(claims):
        if target not in columns and column not in taken:
            columns[target] = column
            taken.add(column)
    return columns


def _missing(contract: Contract, columns: dict[str, int], above: str) -> list[str]:
    # One column may hold the whole place, or both ends of a period; the others are then read from it.
    given = set(columns)
    if contract.region_fields and contract.region_fields[-1].name in columns:
        given |= {fld.name for fld in contract.region_fields}
    if contract.period and contract.period[0].name in columns:
        given.add(contract.period[1].name)
    given |= {name for name, fld in contract.fields.items() if fld.from_field in columns}
    if said_date(above):
        given |= {name for name, fld in contract.fields.items() if fld.type == "date" and fld.said}
    wide = contract.unpivot
    told = [*wide.columns, *([TOTAL] if TOTAL in contract.fields[wide.into].values else [])] if wide else []
    if wide and any(wide_column(wide.measure, code) in columns for code in told):
        given |= {wide.into, wide.measure}
    return [name for name, fld in contract.fields.items() if fld.required and name not in given]


def _goes_on(first: list[str | None], second: list[str | None], contract: Contract) -> bool:
    """Whether a second row of nothing but headers stands below a row of headers."""
    above = [name for name in map(_normalised, first) if name in _spellings(contract)]
    below = [name for name in map(_normalised, second) if name]
    known = [name in _spellings(contract) or name in DONE or bool(PLANNED.match(name)) for name in below]
    return len(above) > 1 and bool(below) and all(known)


def find_header(grid: Grid, contracts: dict[str, Contract]) -> Header | None:
    """The header of a sheet's table, or None where nothing like one is found.

    The contract wins of which the header has most required columns more than it lacks: a list of classes without its
    sessions is a damaged list of classes, though all columns of a list of facilities stand in it. Among equals the one
    that leaves the fewest columns unknown, then one that lacks nothing, then the higher and shorter one.
    """
    head = grid.head()
    best: tuple[tuple[int, ...], Header] | None = None
    for row in range(min(HEADER_WITHIN, len(head))):
        if sum(cell is not None for cell in head[row]) < 2:
            continue
        above = "\n".join(cell for cells in head[:row] for cell in cells if cell)
        readings = [(row, _single(head[row]))]
        if row + 1 < min(len(head), HEAD_ROWS):
            readings.append((row + 1, _double(head[row], head[row + 1], row, grid.merges)))
        for last, names in readings:
            known = {name for _, forms in names for name in forms}
            for contract in contracts.values():
                if len(known & _spellings(contract).keys()) < 2:
                    continue
                columns = _map_columns(names, contract)
                if len(columns) < 2:
                    continue
                missing = _missing(contract, columns, above)
                labels = {i: label for i, (label, _) in enumerate(names) if label}
                present = sum(fld.required for fld in contract.fields.values()) - len(missing)
                # A second row of nothing but headers belongs to the header, though it may tell no column more.
                goes_on = last > row and _goes_on(head[row], head[last], contract)
                score = (present - len(missing), len(columns), not missing, goes_on, row - last, -row)
                if best is None or score > best[0]:
                    best = score, Header(contract, row, last, columns, labels, missing)
    if best is None:
        return None
    header = best[1]
    required = sum(fld.required for fld in header.contract.fields.values())
    # Fewer than half of what the form asks for: no damaged form but another table.
    if header.missing and 2 * len(header.missing) >= required:
        return None
    return replace(header, unclear=_unclear(header, grid.merges))


def _unclear(header: Header, merges: list[Merge]) -> list[str]:
    fields = header.contract.fields
    owners = {column: name for name, column in header.columns.items()}
    names = [normalise_header(label) for label in header.labels.values()]
    wide = {
        column
        for merge in merges
        if merge.right > merge.left and merge.top <= header.last <= merge.bottom
        for column in range(merge.left, merge.right + 1)
    }
    # Under which columns the same child stands that no field claims with its parent: planned and actual.
    children = [
        normalise_header(label.split("|")[-1])
        for column, label in header.labels.items()
        if "|" in label and (column not in owners or not _claims_parent(header, owners[column], label))
    ]
    unclear = []
    for name, column in header.columns.items():
        if (field := name.split("@")[0]) not in fields or not fields[field].is_measure:
            continue
        label = header.labels[column]
        child = normalise_header(label.split("|")[-1])
        by_child = "|" in label and not _claims_parent(header, name, label)
        if column in wide or names.count(normalise_header(label)) > 1 or (by_child and children.count(child) > 1):
            unclear.append(name)
    return unclear


def _claims_parent(header: Header, name: str, label: str) -> bool:
    """Whether the contract spells this field with the parent that stands over it."""
    return _spellings(header.contract).get(normalise_header(label.replace("|", "")), ("", 0))[0] == name
