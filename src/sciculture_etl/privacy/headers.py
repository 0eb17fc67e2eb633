"""Headers of columns that hold personal data, wherever on a sheet a table begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sciculture_etl.grid import HEAD_ROWS, Grid, Merge
from sciculture_etl.header_text import normalise_header

# What is a person's whoever keeps it.
ALWAYS = re.compile(
    r".*(?:주민등록번호|주민번호|외국인등록번호|여권번호|휴대전화|핸드폰|휴대폰|생년월일|카드번호|운전면허번호).*"
    r"|h\.?p|모바일(?:번호)?|mobile(?:phone)?(?:no|number)?|cellphone|생일|dateofbirth|birthdate"
    r"|(?:보호자|학부모|학생|참가자|참여자|수강생|교육생|개인|본인)(?:연락처|전화|전화번호)",
    re.IGNORECASE,
)
WHOSE = r"(?:참가자|참여자|수강생|교육생|학생|강사|보호자|학부모|신청자|수혜자|회원|아동|당첨자|멘토|멘티)"
NAME = re.compile(
    rf"\w{{0,6}}(?:성명|성함)(?:한글|영문|국문|한자|name)?|이름|{WHOSE}(?:이름|명)(?:한글|영문|국문|주|부|보조|정)?"
)
# What may be an office's as well.
OTHER = re.compile(
    r".*(?:이메일|전자우편|상세주소|계좌번호|입금계좌|예금주).*|계좌|자택주소|집주소|거주지주소|e?-?메일(?:주소)?|e-?mail(?:주소|address)?",
    re.IGNORECASE,
)
OFFICE = re.compile(r"기관|대표|사무|부서|담당자(?:이메일|메일)|문의|법인|사업자", re.IGNORECASE)
OF_A_PLACE = re.compile(r"(?:교육장|시설|장소|행사장|개최지).*상세주소")
COUNTED = re.compile(r"(?:수|건수|횟수|여부|동의|비율|율|률|인원)$")
NUMBER = re.compile(r"[\d,.\s\-]+(?:명|인)?")
LONGEST_CODE_LIST = 3  # columns
MAX_TABLES = 200  # on one sheet; a blank line between all rows of a long list makes no tables of them


@dataclass(frozen=True)
class Heading:
    """Header rows of one table, from 0, and what they say over each column (``parent|child`` where two rows do)."""

    first: int
    last: int
    labels: dict[int, str]


def is_personal_header(label: str) -> bool:
    """Whether a column so called holds personal data; contacts of an office don't."""
    names = {normalise_header(label.split("|")[-1]), normalise_header(label.replace("|", ""))}
    return any(_is_personal(name) for name in names)


def _is_personal(name: str) -> bool:
    if not name or COUNTED.search(name):
        return False
    if ALWAYS.fullmatch(name):
        return True
    if NAME.fullmatch(name) or OTHER.fullmatch(name):
        return not OFFICE.search(name) and not OF_A_PLACE.search(name)
    return False


def names_codes(label: str, labels: dict[int, str]) -> bool:
    """Whether 이름 stands in a list of codes (코드 | 이름), where it is the name of a code."""
    names = {normalise_header(other) for other in labels.values()}
    return normalise_header(label) == "이름" and "코드" in names and len(names) <= LONGEST_CODE_LIST


def counts_persons(label: str, below: pl.Series) -> bool:
    """Whether a column of 명 holds numbers: how many, not who."""
    if not NAME.fullmatch(normalise_header(label.split("|")[-1])):
        return False
    values = below.drop_nulls()
    return bool(values.len()) and all(NUMBER.fullmatch(value) for value in values.head(1000))


def _is_label(cell: str) -> bool:
    return len(cell) <= 60 and "@" not in cell and not re.search(r"\d{5}", cell) and not NUMBER.fullmatch(cell)


def find_headings(grid: Grid) -> list[Heading]:
    """The header rows of all tables of a sheet, whatever form they are of, from the top.

    Tables are told apart by rows of at most one cell. The first table may have lines of two or three cells over it
    (기관명 | 가상센터): its header is the first row at least half as wide as its widest.
    """
    if not grid.frame.width:
        return []
    filled = grid.frame.select(pl.sum_horizontal(pl.all().is_not_null()).cast(pl.Int32).alias("n")).to_series()
    begins = ((filled >= 2) & (filled.shift(1).fill_null(0) < 2)).arg_true().head(MAX_TABLES).to_list()
    headings: list[Heading] = []
    for begin in begins:
        if headings and begin <= headings[-1].last:
            continue
        widths = filled.slice(begin, HEAD_ROWS).to_list()
        end = next((n for n, width in enumerate(widths) if width < 2), len(widths))
        widest = max(widths[:end])
        row = begin + next(n for n in range(end) if 2 * widths[n] >= widest)
        cells = grid.frame.row(row)
        if _looks_like_header(cells):
            below = grid.frame.row(row + 1) if row + 1 < begin + end else None
            headings.append(_heading(row, cells, below, grid.merges))
    return headings


def _looks_like_header(cells: Sequence[str | None]) -> bool:
    written = [cell for cell in cells if cell]
    return 5 * sum(map(_is_label, written)) >= 3 * len(written)


def _heading(row: int, cells: Sequence[str | None], below: Sequence[str | None] | None, merges: list[Merge]) -> Heading:
    labels = {column: cell for column, cell in enumerate(cells) if cell}
    if below is None or not all(_is_label(cell) for cell in below if cell):
        return Heading(row, row, labels)
    wide = {
        column: merge.left
        for merge in merges
        if merge.top <= row <= merge.bottom and merge.right > merge.left
        for column in range(merge.left, min(merge.right + 1, len(cells)))
    }
    under = {column: cell for column, cell in enumerate(below) if cell}
    # A second row of headers fills what the first leaves blank.
    if not any(column not in labels for column in under):
        return Heading(row, row, labels)
    joined, parent = dict(labels), ""
    for column in range(len(cells)):
        parent = cells[wide[column]] or "" if column in wide else cells[column] or (parent if column in under else "")
        if column in under:
            joined[column] = f"{parent}|{under[column]}" if parent else under[column]
    return Heading(row, row + 1, joined)
