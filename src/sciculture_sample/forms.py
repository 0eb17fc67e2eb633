"""The forms of all datasets: how each is called, and what stands above and below its table in a style."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from sciculture_sample.columns import MONEY, PARENTS, UNITS, header_text
from sciculture_sample.files import NOTICE
from sciculture_sample.styles import Style
from sciculture_sample.tables import Cell, Column, Draft
from sciculture_sample.wording import number_writer

FOOTNOTES = ("{notice}", "자료 기준일은 매 분기 말일임")
Cells = dict[str, Sequence[Cell]]


@dataclass(frozen=True)
class Form:
    """What a dataset's table is called by those who send it. `key` is a text field that tells its rows apart."""

    program: str
    subject: str
    sheet: str
    units: str = ""
    key: str = ""
    has_totals: bool = True
    says_year: bool = True  # False: the rows have days of their own instead of a program year


# Where a whole place may stand in one cell, and the field that this cell then is.
ONE_CELL_FIELDS = {
    "dsc_facility": "eupmyeondong_name",
    "dsc_class": "eupmyeondong_name",
    "imagination_room_program": "sigungu_name",
}
CLASSROOM = "생활과학교실"
SURVEYED = "과학문화사업"
FORMS = {
    "institution": Form(SURVEYED, "수행기관 등록부", "등록부", has_totals=False),
    "dsc_institution_year": Form(
        CLASSROOM, "지역운영센터 연간 현황", "강사현황", "(단위: 명{money})", has_totals=False
    ),
    "dsc_facility": Form(CLASSROOM, "학습시설(교육장) 현황", "교육장현황", has_totals=False),
    "dsc_class": Form(CLASSROOM, "강좌 운영 실적", "운영실적", "(단위: 회, 명)"),
    "private_activity_project": Form(
        "민간 과학문화활동 지원사업", "수행과제 현황", "과제현황", "(단위: 명{money})", "project_code"
    ),
    "imagination_room_program": Form("무한상상실", "프로그램 운영 실적", "프로그램", "(단위: 회, 명)", "program_name"),
    "do_dream_operation": Form(
        "두드림 프로젝트", "찾아가는 과학관 운영일지", "운영일지", "(단위: 회, 명)", "venue_name"
    ),
    "satisfaction_survey": Form(SURVEYED, "만족도 조사 결과", "만족도", key="unit_name", has_totals=False),
    "regional_culture_support": Form(
        "지역과학문화 활성화", "거점센터·과학문화도시 운영 실적", "운영실적", "(단위: 회, 명{money})", "project_name"
    ),
    "voucher_usage": Form("과학문화바우처", "발급·이용 실적", "이용실적", "(단위: 명, 건{money})"),
    "science_museum_support": Form(
        "지역과학관 활성화 지원", "전시콘텐츠 순회 실적", "순회실적", "(단위: 명, 일{money})", "exhibit_name"
    ),
    "inclusive_program": Form("나눔·포용 과학문화", "프로그램 운영 실적", "프로그램", "(단위: 회, 명)", "program_name"),
    "overseas_association_membership": Form(
        "재외한인과학기술자협회", "회원 현황", "회원현황", "(단위: 명)", says_year=False
    ),
    "event_edition": Form(
        "과학기술 행사", "학술대회·포럼·심포지엄 개최 현황", "개최현황", "(단위: 명, 건)", has_totals=False
    ),
    "event_attendance": Form("과학기술 행사", "참가 현황(국가별)", "참가현황", "(단위: 명)"),
    "cooperation_record": Form(
        "과학기술 국제협력", "협력·외교·ODA 현황", "협력현황", "(단위: 명)", "record_no", has_totals=False
    ),
}


@dataclass(frozen=True)
class Heading:
    """Whose table it is and of what time: a year, and a period of it where one is reported."""

    dataset: str
    year: int
    office: str
    period: str = ""
    about: str = ""


def lay_draft(
    heading: Heading,
    style: Style,
    cells: Cells,
    groups: Sequence[Hashable],
    measures: dict[str, list[int]],
    example: dict[str, Cell],
    term: int | None = None,
) -> Draft:
    """A draft of the table with the columns, titles and footnotes that this style puts around the cells."""
    dataset, count = heading.dataset, len(groups)
    form = FORMS[dataset]
    if style.year == "column" and form.says_year and "program_year" not in cells:
        cells = {"program_year": [write_year(heading.year, style)] * count} | cells
    if "기관명" in style.extra and "institution_name" not in cells and dataset == "dsc_class":
        cells = {"institution_name": [heading.office] * count} | cells
    if "연번" in style.extra:
        cells = {"row_number": list(range(1, count + 1))} | cells
    if "비고" in style.extra:
        cells = dict(cells) | {"remark": [None] * count}
    columns = [_column(dataset, style, name, values) for name, values in cells.items()]
    shared = Counter(column.parent for column in columns)
    return Draft(
        dataset=dataset,
        sheet=form.sheet if style.form != "csv" else "",
        titles=title_lines(style, heading),
        # Nobody writes a header over one column alone.
        columns=[replace(column, parent=column.parent if shared[column.parent] > 1 else "") for column in columns],
        groups=groups,
        measures=measures,
        write_total={name: total_writer(name, style) for name in measures} if form.has_totals else {},
        example=example,
        footnotes=footnote_lines(style),
        term=term,
    )


def money_divisor(style: Style) -> int:
    """How many won one unit of money is in this style's tables."""
    return {"천원": 1_000, "백만원": 1_000_000}[style.money_word] if style.money_unit else 1


def total_writer(name: str, style: Style) -> Callable[[int], Cell]:
    """A function that writes a number of this column: a count with its unit, or money in the style's unit."""
    if name not in MONEY:
        return number_writer(style.spelling, UNITS[name], style.zero)
    write, divisor = number_writer(style.spelling, style.money_word if style.money_unit else "원"), money_divisor(style)
    return lambda value: write(value // divisor)


def write_year(year: int, style: Style) -> Cell:
    """The program year as this style writes it in a column."""
    word = style.year_word.format(year)
    return int(word) if word.isdigit() else word


def _column(dataset: str, style: Style, name: str, cells: Sequence[Cell]) -> Column:
    one_cell = style.region.one_cell and dataset in ONE_CELL_FIELDS
    header = header_text(
        dataset,
        "one_cell" if one_cell and name == ONE_CELL_FIELDS[dataset] else name,
        style.wording,
        style.unit_in_header and name not in MONEY,
        style.break_in_header,
    )
    if name in MONEY and style.money_unit == "header":
        header += f"({style.money_word})"
    parent = PARENTS.get(name, "") if style.two_header_rows and not one_cell else ""
    # A whole period in one cell is the start's column, which the end is read from too.
    return Column("start_date" if name == "period" else name, header, cells, parent)


def title_lines(style: Style, heading: Heading) -> list[str]:
    """The lines above the header that this style writes; the year stands there only if nowhere else."""
    form = FORMS[heading.dataset]
    year_words = (style.year_word if style.year_word != "{}" else "{}년").format(heading.year)
    lines = []
    for line in style.titles:
        if line == "title":
            start = f"{year_words} " if style.year == "title" else ""
            period = f"{heading.period} " if heading.period else ""
            about = f"({heading.about})" if heading.about else ""
            lines.append(f"{start}{form.program} {period}{form.subject}{about}")
        elif line == "office":
            lines.append(f"기관명: {heading.office}")
        elif line == "notice":
            lines.append(f"※ {NOTICE}")
        elif line == "unit" and form.units and style.money_unit != "title":
            lines.append(form.units.format(money="" if style.money_unit else ", 원"))
    if "{money}" in form.units and style.money_unit == "title":
        lines.append(form.units.format(money=f", {style.money_word}"))
    return lines


def footnote_lines(style: Style) -> list[str]:
    """The footnotes; the notice that the data is invented is one of them unless it stands above the header."""
    texts = list(FOOTNOTES) if "notice" not in style.titles else list(reversed(FOOTNOTES))
    return [pattern.format(text.format(notice=NOTICE)) for pattern, text in zip(style.footnotes, texts, strict=False)]
