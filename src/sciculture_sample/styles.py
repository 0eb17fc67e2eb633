"""How the offices write their files: every kind of mess is one word in a record, and a style is a row of such words.

Institution number n uses style n modulo the number of styles, for all its files of the year.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

Form = Literal["csv", "xlsx", "xls"]
Totals = Literal["none", "bottom", "top", "subtotals"]
YearPlace = Literal["column", "title", "file_name"]
Spelling = Literal["number", "text", "comma", "unit", "full_width", "spaced"]


@dataclass(frozen=True)
class RegionStyle:
    """How a region is written: in three cells or one, officially or as people abbreviate it."""

    one_cell: bool = False
    short_sido: bool = False
    joined_sigungu: bool = False
    ordinal: Literal["as_is", "with_je", "without_je"] = "as_is"
    list_mark: str = ""
    trailing: str = ""
    sejong_city: str = ""


@dataclass(frozen=True)
class Style:
    """One office's habits. The defaults are the tidy way."""

    form: Form = "csv"
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    region: RegionStyle = RegionStyle()
    spelling: Spelling = "text"
    zero: str = "0"
    year: YearPlace = "column"
    year_word: str = "{}"
    term_word: str = "{}"
    wording: int = 0  # which of the names a column goes by (columns.py)
    unit_in_header: bool = False
    break_in_header: bool = False
    two_header_rows: bool = False
    merged: bool = False
    region_first: bool = True
    titles: tuple[str, ...] = ()  # lines above the header: title, office, unit, notice
    padded: bool = True  # short CSV records are filled with empty cells, as Excel does
    totals: Totals = "none"
    total_words: tuple[str, str] = ("합계", "소계")
    example: bool = False
    gaps: bool = False
    footnotes: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    codes: bool = False
    money_unit: Literal["", "title", "header"] = ""
    money_word: Literal["천원", "백만원"] = "천원"
    dates: Literal["text", "date", "serial"] = "text"  # in workbooks; text elsewhere
    date_spelling: int = 0
    periods: Literal["one_cell", "two_columns"] = "one_cell"
    list_mark: str = ", "
    and_others: bool = False  # a list ends in 등
    period_column: bool = False  # which month, quarter or half stands in a column too
    together: tuple[str, ...] = ()  # datasets sent as sheets of one workbook; with dsc_class, the fourth term's
    guide_sheet: bool = False
    hidden_sheet: Literal["", "codes", "old_version"] = ""
    file_name: str = "plain"
    decomposed: Literal["", "folder", "file"] = ""  # names in NFD, as some systems store them


OFFICIAL = RegionStyle()
SHORT = RegionStyle(short_sido=True, sejong_city="세종시")
JOINED = RegionStyle(joined_sigungu=True, ordinal="with_je")
MERGEABLE = RegionStyle(list_mark="·", sejong_city="세종시")
COMMA_LIST = RegionStyle(short_sido=True, list_mark=",", ordinal="without_je")
ONE_CELL = RegionStyle(one_cell=True)
ONE_SHORT = RegionStyle(one_cell=True, short_sido=True, list_mark="·")
ONE_JOINED = RegionStyle(one_cell=True, joined_sigungu=True, ordinal="with_je")
ONE_TRAILING = RegionStyle(one_cell=True, short_sido=True, joined_sigungu=True, trailing=" 행정복지센터 2층")

ALL_TITLES = ("title", "office", "unit", "notice")
STAR, REF, JU = "* {}", "※ {}", "주) {}"
D03_D04 = ("dsc_institution_year", "dsc_facility")
ALL_THREE = (*D03_D04, "dsc_class")

STYLES: tuple[Style, ...] = (
    Style(titles=("notice",), codes=True, padded=False, extra=("연번",), line_end="\n"),
    Style(
        encoding="cp949", region=SHORT, spelling="comma", zero="-", year="title", year_word="{}년", term_word="{}분기",
        wording=1, titles=ALL_TITLES, totals="bottom", total_words=("합  계", "소  계"), footnotes=(REF, JU),
        codes=True, money_unit="title", file_name="final",
    ),
    Style(
        form="xlsx", region=MERGEABLE, spelling="number", year="title", term_word="{}/4분기", two_header_rows=True,
        merged=True, titles=("title", "unit"), totals="subtotals", footnotes=(REF,), guide_sheet=True,
        hidden_sheet="codes", together=D03_D04, money_unit="title", file_name="final",
    ),
    Style(
        encoding="utf-8-sig", region=ONE_CELL, spelling="unit", zero="-", year="file_name", term_word="{}기", wording=2,
        footnotes=(STAR,), file_name="year_first", extra=("비고",), example=True,
    ),
    Style(
        encoding="utf-16", region=JOINED, term_word="{}분기", wording=1, year_word="{}년도", titles=("notice",),
        spelling="spaced", unit_in_header=True, file_name="office", extra=("기관명",),
    ),
    Style(
        form="xlsx", region=COMMA_LIST, spelling="text", zero="-", year="file_name", term_word="{}기",
        titles=("office", "notice"), totals="top", total_words=("총계", "소계"), break_in_header=True, gaps=True,
        example=True, codes=True, file_name="year_first", decomposed="file",
    ),
    Style(
        encoding="cp949", region=OFFICIAL, year="column", year_word="{}년", two_header_rows=True, spelling="full_width",
        titles=("title", "notice"), codes=True, footnotes=(JU,), file_name="office", decomposed="folder",
    ),
    Style(
        region=ONE_SHORT, spelling="comma", year="title", term_word="{}/4분기", wording=4, titles=ALL_TITLES,
        codes=True, gaps=True, file_name="plain",
    ),
    Style(
        form="xls", region=MERGEABLE, spelling="number", year="column", term_word="{}기", two_header_rows=True,
        merged=True, titles=ALL_TITLES, totals="subtotals", total_words=("합  계", "소계"), footnotes=(STAR, REF),
        guide_sheet=True, money_unit="header", file_name="final",
    ),
    Style(
        encoding="utf-8-sig", region=SHORT, spelling="unit", year="title", term_word="{}분기", wording=2,
        region_first=False, titles=("title", "notice"), totals="subtotals", total_words=("총계", "소  계"), gaps=True,
        file_name="version",
    ),
    Style(
        encoding="cp949", region=ONE_TRAILING, year="file_name", term_word="{}기", wording=1, break_in_header=True,
        footnotes=(JU, STAR), region_first=False, codes=True, file_name="year_first", padded=False,
    ),
    Style(
        form="xlsx", region=OFFICIAL, spelling="number", zero="-", year="column", term_word="{}", region_first=False,
        titles=("notice",), totals="bottom", footnotes=(REF,), together=ALL_THREE, codes=True, extra=("연번", "비고"),
        file_name="plain",
    ),
    Style(
        encoding="utf-16", region=ONE_JOINED, year="title", term_word="{}분기", wording=3, titles=("title", "notice"),
        spelling="comma", totals="top", zero="-", file_name="version", example=True,
    ),
    Style(
        region=COMMA_LIST, spelling="spaced", year="column", year_word="{}년도", term_word="{}/4분기", wording=2,
        two_header_rows=True, titles=("title", "unit", "notice"), extra=("비고",), unit_in_header=True, padded=False,
        file_name="final",
    ),
    Style(
        form="xlsx", region=ONE_SHORT, spelling="comma", year="title", term_word="{}기", wording=1, titles=ALL_TITLES,
        unit_in_header=True, hidden_sheet="old_version", codes=True, file_name="version", money_unit="header",
    ),
    Style(
        encoding="cp949", region=JOINED, spelling="unit", zero="-", year="column", term_word="{}기", wording=4,
        titles=("office", "notice"), totals="bottom", gaps=True, footnotes=(REF, STAR), money_unit="title",
        file_name="office",
    ),
    Style(
        encoding="utf-8-sig", region=OFFICIAL, spelling="full_width", zero="-", year="file_name", term_word="{}분기",
        region_first=False, titles=("unit", "notice"), extra=("연번", "기관명"), file_name="year_first",
    ),
    Style(
        form="xlsx", region=SHORT, spelling="unit", year="column", year_word="{}년", term_word="{}분기", wording=2,
        titles=("title", "notice"), example=True, gaps=True, guide_sheet=True, together=D03_D04, file_name="office",
        decomposed="folder",
    ),
    Style(
        encoding="cp949", region=ONE_CELL, spelling="text", year="title", year_word="{}년", term_word="{}/4분기",
        titles=ALL_TITLES, totals="subtotals", footnotes=(JU,), wording=3, file_name="version", codes=True,
    ),
    Style(
        region=SHORT, spelling="number", year="column", term_word="{}", wording=0, codes=True, titles=(),
        footnotes=(REF,), line_end="\n", padded=False, file_name="code",
    ),
    Style(
        form="xls", region=JOINED, spelling="text", zero="-", year="title", term_word="{}기", wording=4,
        titles=("title", "notice"), codes=True, hidden_sheet="old_version", together=ALL_THREE, file_name="plain",
    ),
    Style(
        encoding="utf-8-sig", region=ONE_TRAILING, spelling="comma", year="column", term_word="{}기", wording=1,
        break_in_header=True, titles=("title", "unit", "notice"), totals="bottom", total_words=("총  계", "소계"),
        money_unit="title", file_name="final", decomposed="file",
    ),
    Style(
        encoding="cp949", region=COMMA_LIST, spelling="full_width", year="title", year_word="{}년도",
        term_word="{}분기", two_header_rows=True, titles=("title", "office", "notice"), totals="top", codes=True,
        footnotes=(REF,), file_name="office",
    ),
    Style(
        form="xlsx", region=MERGEABLE, spelling="number", zero="-", year="file_name", term_word="{}분기", merged=True,
        titles=("unit",), totals="bottom", footnotes=(STAR,), wording=2, guide_sheet=True, hidden_sheet="codes",
        file_name="year_first",
    ),
)  # fmt: skip

# What only the programs beside Daily Science Class have: dates, periods, lists. Added to a style above, in turn.
MANNERS: tuple[dict[str, Any], ...] = (
    {"date_spelling": 1, "money_word": "백만원", "period_column": True},
    {"date_spelling": 2, "list_mark": "·", "dates": "date"},
    {"date_spelling": 0, "periods": "two_columns", "dates": "date", "list_mark": " / "},
    {"date_spelling": 7, "list_mark": "\n", "money_word": "백만원", "dates": "serial"},
    {"date_spelling": 4, "periods": "two_columns", "period_column": True, "and_others": True},
    {"date_spelling": 3, "list_mark": "/"},
    {"date_spelling": 5, "periods": "two_columns", "dates": "date", "period_column": True},
)

REGISTER_STYLE = Style(
    form="xlsx", year="title", year_word="{}년", titles=("title", "notice"), guide_sheet=True, footnotes=(REF,)
)

# From this scale on the files are for measuring speed: two CSV to one XLSX, one dataset each, nothing sent twice.
BULK_SCALE = 20
FILE_NAMES: dict[str, str] = {
    "plain": "{subject}{_term}",
    "final": "{year} {program} {term_spaced}{subject}_최종(수정2)",
    "year_first": "{year}년{_term}_{subject}",
    "office": "{office}_{subject}{_term}",
    "version": "★{subject}{_term}_진짜최종(1)",
    "code": "{prefix}_{year}_{short}{_q}",
}


def style_of(index: int, scale: int) -> Style:
    """The style of institution number `index` (from 0) at this scale."""
    style = STYLES[index % len(STYLES)]
    if scale < BULK_SCALE:
        return style
    form: Form = "xlsx" if index % 3 == 2 else "csv"
    return replace(style, form=form, together=(), merged=style.merged and form == "xlsx")


def program_style(number: int) -> Style:
    """The style of a table of another program: its sender's number, counted over all datasets."""
    return replace(STYLES[number % len(STYLES)], together=(), **MANNERS[number % len(MANNERS)])
