"""From the invented world to drafts of sheets: which columns an office sends, and every cell as it would write it."""

from collections.abc import Callable, Sequence

from sciculture_etl.sample.columns import PARENTS, UNITS, header_text
from sciculture_etl.sample.files import NOTICE
from sciculture_etl.sample.styles import RegionStyle, Style
from sciculture_etl.sample.tables import Cell, Column, Draft
from sciculture_etl.sample.wording import number_writer, write_date, write_region, write_score
from sciculture_etl.sample.world import ClassRow, Facility, Institution

SUBJECTS = {
    "institution": "수행기관 등록부",
    "dsc_institution_year": "지역운영센터 연간 현황",
    "dsc_facility": "학습시설(교육장) 현황",
    "dsc_class": "강좌 운영 실적",
}
SHEETS = {
    "institution": "등록부",
    "dsc_institution_year": "강사현황",
    "dsc_facility": "교육장현황",
    "dsc_class": "운영실적",
}
UNIT_LINES = {"dsc_institution_year": "(단위: 명{money})", "dsc_class": "(단위: 회, 명)"}
FOOTNOTES = ("{notice}", "자료 기준일은 매 분기 말일임")
EXAMPLE: dict[str, Cell] = {
    "row_number": 1, "program_year": None, "term": "1기", "class_name": "예시 강좌", "class_no": 1,
    "class_track": "나눔과학교실", "target_group": "초등", "facility_code": "DSC-0000", "facility_name": "예시 도서관",
    "facility_type": "도서관", "sido_name": "서울특별시", "sigungu_name": "종로구", "eupmyeondong_name": "청운효자동",
    "one_cell": "서울특별시 종로구 청운효자동", "session_count": 10, "beneficiary_count": 20, "attendance_count": 150,
    "satisfaction_score": 90, "institution_name": "예시 기관", "lead_instructor_count": 10,
    "assistant_instructor_count": 5, "instructor_count": 15, "national_fund_krw": 1000, "local_fund_krw": 1000,
    "remark": "작성예",
}  # fmt: skip
MONEY = ("national_fund_krw", "local_fund_krw")


Cells = dict[str, Sequence[Cell]]


class Desk:
    """One institution's office: it writes the year's tables in its own style."""

    def __init__(self, institution: Institution, style: Style, year: int) -> None:
        self.institution = institution
        self.style = style
        self.year = year
        self._regions: dict[str, tuple[str, ...]] = {}

    def institution_year(self, more_instructors: int = 0) -> Draft:
        """The yearly table of instructors and funds; `more_instructors` makes the sum wrong."""
        own, style = self.institution, self.style
        divisor = 1_000 if style.money_unit else 1
        values = {
            "lead_instructor_count": own.lead_instructors,
            "assistant_instructor_count": own.assistant_instructors,
            "instructor_count": own.instructors + more_instructors,
            "national_fund_krw": own.national_fund_krw,
            "local_fund_krw": own.local_fund_krw,
        }
        cells: Cells = {"institution_name": [own.name]}
        for name, value in values.items():
            unit = ("천원" if style.money_unit else "원") if name in MONEY else "명"
            cells[name] = [number_writer(style.spelling, unit)(value // divisor if name in MONEY else value)]
        measures = {name: [value] for name, value in values.items()}
        return self._draft("dsc_institution_year", cells, [own.name], measures)

    def facilities(self, facilities: Sequence[Facility]) -> Draft:
        """The yearly list of facilities."""
        cells: Cells = {}
        if self.style.codes:
            cells["facility_code"] = [facility.code for facility in facilities]
        cells["facility_name"] = [facility.name for facility in facilities]
        cells["facility_type"] = [facility.facility_type for facility in facilities]
        regions = self._region_cells(facilities)
        cells = regions | cells if self.style.region_first else cells | regions
        return self._draft("dsc_facility", cells, _groups(facilities), {})

    def classes(self, rows: Sequence[ClassRow], term: int) -> Draft:
        """The classes held in a term."""
        style = self.style
        sites = [row.facility for row in rows]
        about: Cells = {
            "term": [int(word) if word.isdigit() else word for word in [style.term_word.format(term)]] * len(rows),
            "class_name": [row.class_name for row in rows],
            "class_no": [row.class_no for row in rows],
            "class_track": [row.track for row in rows],
            "target_group": [row.target for row in rows],
            "facility_name": [site.name for site in sites],
        }
        if style.codes:
            about["facility_code"] = [site.code for site in sites]
        regions = self._region_cells(sites)
        cells = regions | about if style.region_first else about | regions
        measures = {
            "session_count": [row.sessions for row in rows],
            "beneficiary_count": [row.beneficiaries for row in rows],
            "attendance_count": [row.attendances for row in rows],
        }
        for name, values in measures.items():
            write = number_writer(style.spelling, UNITS[name], style.zero)
            cells[name] = [write(value) for value in values]
        cells["satisfaction_score"] = [write_score(row.satisfaction, style.spelling) for row in rows]
        return self._draft("dsc_class", cells, _groups(sites), measures, term)

    def _draft(
        self,
        dataset: str,
        cells: Cells,
        groups: list[str],
        measures: dict[str, list[int]],
        term: int | None = None,
    ) -> Draft:
        style, count = self.style, len(groups)
        if style.year == "column":
            word = style.year_word.format(self.year)
            cells = {"program_year": [int(word) if word.isdigit() else word] * count} | cells
        if "기관명" in style.extra and "institution_name" not in cells and dataset == "dsc_class":
            cells = {"institution_name": [self.institution.name] * count} | cells
        if "연번" in style.extra:
            cells = {"row_number": list(range(1, count + 1))} | cells
        if "비고" in style.extra:
            cells["remark"] = [None] * count
        totals: dict[str, Callable[[int], Cell]] = {
            name: number_writer(style.spelling, UNITS[name], style.zero) for name in measures
        }
        has_totals = dataset == "dsc_class"
        example = EXAMPLE | {"program_year": self.year}
        if style.region.one_cell:
            example["eupmyeondong_name"] = EXAMPLE["one_cell"]
        return Draft(
            dataset=dataset,
            sheet=SHEETS[dataset] if style.form != "csv" else "",
            titles=title_lines(style, dataset, self.year, term, self.institution.name),
            columns=[self._column(dataset, name, values) for name, values in cells.items()],
            groups=groups,
            measures=measures,
            write_total=totals if has_totals else {},
            example=example,
            footnotes=footnote_lines(style),
            term=term,
        )

    def _column(self, dataset: str, name: str, cells: Sequence[Cell]) -> Column:
        style = self.style
        header = header_text(
            dataset,
            "one_cell" if name == "eupmyeondong_name" and style.region.one_cell else name,
            style.wording,
            style.unit_in_header and name not in MONEY,
            style.break_in_header,
        )
        if name in MONEY and style.money_unit == "header":
            header += "(천원)"
        parent = PARENTS.get(name, "") if style.two_header_rows and not style.region.one_cell else ""
        return Column(name, header, cells, parent)

    def _region_cells(self, facilities: Sequence[Facility]) -> Cells:
        written = [self._region(facility) for facility in facilities]
        if self.style.region.one_cell:
            return {"eupmyeondong_name": [texts[0] for texts in written]}
        return {
            "sido_name": [texts[0] for texts in written],
            "sigungu_name": [texts[1] for texts in written],
            "eupmyeondong_name": [texts[2] for texts in written],
        }

    def _region(self, facility: Facility) -> tuple[str, ...]:
        key = facility.place.admin_code
        if key not in self._regions:
            self._regions[key] = write_region(facility.place, self.style.region)
        return self._regions[key]


def register(institutions: Sequence[Institution], style: Style, year: int) -> Draft:
    """The agency's register of institutions, with dates in every usual spelling."""
    official = RegionStyle(sejong_city="세종특별자치시")
    cells: Cells = {
        "institution_code": [one.code for one in institutions],
        "institution_name": [one.name for one in institutions],
        "institution_name_en": [one.name_en for one in institutions],
        "institution_type": [one.register_type for one in institutions],
        "sido_name": [one.seat.sido for one in institutions],
        "sigungu_name": [one.seat.city or official.sejong_city for one in institutions],
        "valid_from": [write_date(one.registered, index) for index, one in enumerate(institutions)],
    }
    return Draft(
        dataset="institution",
        sheet=SHEETS["institution"] if style.form != "csv" else "",
        titles=title_lines(style, "institution", year, None, "한국과학창의재단"),
        columns=[
            Column(name, header_text("institution", name, 0, False, False), values) for name, values in cells.items()
        ],
        groups=[""] * len(institutions),
        measures={},
        write_total={},
        example={},
        footnotes=footnote_lines(style),
    )


def title_lines(style: Style, dataset: str, year: int, term: int | None, office: str) -> list[str]:
    """The lines above the header that this style writes; the year stands there only if nowhere else."""
    year_words = (style.year_word if style.year_word != "{}" else "{}년").format(year)
    lines = []
    for line in style.titles:
        if line == "title":
            start = f"{year_words} " if style.year == "title" else ""
            lines.append(f"{start}생활과학교실 {f'{term}분기 ' if term else ''}{SUBJECTS[dataset]}")
        elif line == "office":
            lines.append(f"기관명: {office}")
        elif line == "notice":
            lines.append(f"※ {NOTICE}")
        elif line == "unit" and dataset in UNIT_LINES and style.money_unit != "title":
            lines.append(UNIT_LINES[dataset].format(money="" if style.money_unit else ", 원"))
    if dataset == "dsc_institution_year" and style.money_unit == "title":
        lines.append(UNIT_LINES[dataset].format(money=", 천원"))
    return lines


def footnote_lines(style: Style) -> list[str]:
    """The footnotes; the notice that the data is invented is one of them unless it stands above the header."""
    texts = list(FOOTNOTES) if "notice" not in style.titles else list(reversed(FOOTNOTES))
    return [pattern.format(text.format(notice=NOTICE)) for pattern, text in zip(style.footnotes, texts, strict=False)]


def _groups(facilities: Sequence[Facility]) -> list[str]:
    return [f"{facility.place.sigungu_code} {facility.place.sigungu}" for facility in facilities]
