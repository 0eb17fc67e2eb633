"""A file to come, whoever sends it, and what stands around its tables."""

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sciculture_sample.files import NOTICE
from sciculture_sample.styles import FILE_NAMES, Style
from sciculture_sample.tables import Sheet

GUIDE = (
    "작성요령",
    f"※ {NOTICE}",
    "1. 운영실적은 분기가 끝난 뒤 15일 안에 제출합니다.",
    "2. 순인원은 한 사람을 한 번만 세고, 연인원은 회차마다 셉니다.",
    "3. 개인정보는 적지 않습니다.",
)
OLD_VERSION = "구버전"
CODE_LIST = (("번호", "뜻"), ("01", "창의과학교실"), ("02", "나눔과학교실"), ("※", NOTICE))


@dataclass
class Submission:
    """A file to come: its place below the inbox, when it was received, the years it tells of, and how to make it."""

    path: str
    received: dt.datetime
    style: Style
    years: tuple[int, ...]
    title: str = ""
    build: Callable[[], list[Sheet]] | None = None
    raw: bytes = b""
    code: str = ""
    bad_row: int | None = None
    bad_cell: str | None = None
    same_as: str = ""
    superseded_by: str = ""


def file_name(style: Style, **words: str | int) -> str:
    """The name of a file in this style, from its year, program, subject, office and period."""
    return named(style, FILE_NAMES[style.file_name].format(**words))


def named(style: Style, stem: str) -> str:
    """A file's name with its ending, decomposed where the office's system stores names so."""
    name = f"{stem}.{style.form}"
    return unicodedata.normalize("NFD", name) if style.decomposed == "file" else name


def with_side_sheets(sheets: list[Sheet], style: Style) -> list[Sheet]:
    """The sheets with what some offices put around them: instructions before, a hidden sheet behind.

    A hidden sheet is a code list, or a copy of the first table that must not be counted again.
    """
    if style.form == "csv":
        return sheets
    guide = [Sheet("작성요령", [(line,) for line in GUIDE])] if style.guide_sheet else []
    hidden = {
        "": [],
        "codes": [Sheet("코드표", list(CODE_LIST), hidden=True)],
        "old_version": [Sheet(OLD_VERSION, sheets[0].rows, sheets[0].merges, hidden=True)],
    }
    return [*guide, *sheets, *hidden[style.hidden_sheet]]
