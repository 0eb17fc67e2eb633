"""How people write the headers of a form: spellings, units and scales in them, and headers over two rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from sciculture_etl.contracts import Contract
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.grid import Merge
from sciculture_etl.header_text import normalise_header as normalise_header
from sciculture_etl.header_text import unit_in_header as unit_in_header

SCALE_IN_HEADER = re.compile(r"(?<!\d)(5|7|10|100)\s*점|%")
YEAR_SPELLINGS = ("사업연도", "연도", "년도", "사업년도")


def scale_in_header(text: str | None) -> str | None:
    """``만족도(5점 만점)`` → ``5``; ``만족도(%)`` → ``%``; None where a header says no scale."""
    found = SCALE_IN_HEADER.search(unicodedata.normalize("NFKC", text or ""))
    return (found[1] or "%") if found else None


PLANNED = re.compile(r"계획|목표|예정|예상")
# Persons counted once, and once every time they came.
NET = ("순인원", "실인원")
CUMULATIVE = ("연인원", "누적인원")
SUMMED = ("계", "합계", "소계", "총계")
# Into what a number may be split below its header: 남 | 여 | 계, months, groups of persons.
PART = re.compile(
    rf"{'|'.join(SUMMED)}|[남여](?:자|성)?|\d{{1,2}}월|[1-4]4?분기|[상하]반기|유아|초등(?:학생)?|중등|중학생|고등(?:학생)?|중고등(?:학생)?"
    r"|학생|청소년|성인|일반(?:인)?|노인|어르신|가족|기타|신규|기존|국내|국외|대면|비대면|온라인|오프라인|유료|무료|주중|주말|평일"
    r"|국비|국고|지방비|[시도군구]비|자부담금?|자체부담|민간부담|현금|현물"
)
DONE = ("실적", "결과", "실제", "집행", "개최결과", "운영결과")


def wide_column(measure: str, code: str) -> str:
    """The name, among a table's fields, of the column of a wide table that holds ``measure`` for ``code``."""
    return f"{measure}@{code}"


@lru_cache(maxsize=256)
def spellings_of(contract: Contract) -> dict[str, tuple[str, int]]:
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
    """A header may have its own unit behind it, whatever that is: ``운영일수(일)``; and that persons count once."""
    units = [unit, *(NET if unit == "명" else ())] if unit else []
    return [*spellings, *(f"{spelling}({unit})" for unit in units for spelling in spellings)]


Cells = list[str | None]


def _spread(level: Cells, below: list[Cells], ranges: list[Merge]) -> list[str]:
    """The parent over each column: by its merged range, else up to the next parent as far as children go on."""
    spread = [cell or "" for cell in level]
    for merge in ranges:
        for column in range(merge.left + 1, min(merge.right + 1, len(spread))):
            spread[column] = spread[merge.left]
    if ranges:
        return spread
    goes_on = [any(cells[column] for cells in below) for column in range(len(spread))]
    for column in range(1, len(spread)):
        if not spread[column] and goes_on[column] and goes_on[column - 1] and spread[column - 1]:
            spread[column] = spread[column - 1]
    return spread


Names = list[tuple[str, tuple[str, ...]]]  # per column: the label as written and its normalised names, best first


def header_names(rows: list[Cells], first: int, merges: dict[int, list[Merge]], pieces: set[str]) -> Names:
    """rows: those of a header, the first of them the sheet's row ``first``: parents above their children. merges:
    ranges of several columns by the rows they reach into. pieces: what any part of a known spelling begins or ends
    with; a column without one has no names.
    """
    levels = [_spread(rows[n], rows[n + 1 :], merges.get(first + n, [])) for n in range(len(rows) - 1)]
    levels.append([cell or "" for cell in rows[-1]])
    names: Names = []
    for column in zip(*levels, strict=True):
        parts = [part for n, part in enumerate(column) if part and part not in column[:n]]
        hopeful = any(normalise_header(part) in pieces for part in parts)
        names.append(("|".join(parts), tuple(_forms(parts)) if hopeful else ()))
    return names


def _forms(parts: list[str]) -> list[str]:
    """How a header over several rows may be spelled in a contract. What is planned never goes by the name of what was
    done; what was done may go by its name alone, and so may the sum of parts.
    """
    if len(parts) < 2:
        return [normalise_header("".join(parts))]
    whole = [normalise_header("".join(parts)), normalise_header("".join(parts[::-1]))]
    if any(PLANNED.search(normalise_header(part)) for part in parts):
        return whole
    if normalise_header(parts[-1]) in DONE:
        return [*whole, *_forms(parts[:-1])]
    if normalise_header(parts[-1]) in SUMMED:
        return [*whole, *_forms(parts[1:]), *_forms(parts[:-1])]
    return [*whole, *_forms(parts[1:])]


def pieces_of(known: set[str]) -> set[str]:
    """Beginnings and ends of spellings: a header over several rows is made of them."""
    return {piece for name in known for at in range(len(name)) for piece in (name[at:], name[: at + 1])}


def known_spellings(contracts: dict[str, Contract]) -> set[str]:
    """Every normalised spelling of a column of any form."""
    return {spelling for contract in contracts.values() for spelling in spellings_of(contract)}
