"""From the invented world to drafts of a centre's sheets: which columns it sends, every cell as it would write it."""

from collections.abc import Sequence

from sciculture_sample.columns import UNITS
from sciculture_sample.forms import Cells, Heading, lay_draft, total_writer
from sciculture_sample.styles import Style
from sciculture_sample.tables import Cell, Draft
from sciculture_sample.wording import number_writer, write_region, write_score
from sciculture_sample.world import Centre, ClassRow, Facility

EXAMPLE: dict[str, Cell] = {
    "row_number": 1, "program_year": None, "term": "1기", "class_name": "예시 강좌", "class_no": 1,
    "class_track": "나눔과학교실", "target_group": "초등", "facility_code": "DSC-0000", "facility_name": "예시 도서관",
    "facility_type": "도서관", "sido_name": "서울특별시", "sigungu_name": "종로구", "eupmyeondong_name": "청운효자동",
    "one_cell": "서울특별시 종로구 청운효자동", "session_count": 10, "beneficiary_count": 20, "attendance_count": 150,
    "satisfaction_score": 90, "institution_name": "예시 기관", "lead_instructor_count": 10,
    "assistant_instructor_count": 5, "instructor_count": 15, "national_fund_krw": 1000, "local_fund_krw": 1000,
    "remark": "작성예",
}  # fmt: skip


class Desk:
    """One institution's office: it writes the year's tables in its own style."""

    def __init__(self, institution: Centre, style: Style, year: int) -> None:
        self.institution = institution
        self.style = style
        self.year = year
        self._regions: dict[str, tuple[str, ...]] = {}

    def institution_year(self, more_instructors: int = 0) -> Draft:
        """The yearly table of instructors and funds; `more_instructors` makes the sum wrong."""
        own, style = self.institution, self.style
        values = {
            "lead_instructor_count": own.lead_instructors,
            "assistant_instructor_count": own.assistant_instructors,
            "instructor_count": own.instructors + more_instructors,
            "national_fund_krw": own.national_fund_krw,
            "local_fund_krw": own.local_fund_krw,
        }
        cells: Cells = {"institution_name": [own.name]}
        for name, value in values.items():
            cells[name] = [total_writer(name, style)(value)]
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
        draft = self._draft("dsc_facility", cells, _groups(facilities), {})
        if self.style.year == "file_name":
            # Else the list of a centre that changed nothing would be the same bytes as last year's.
            draft.footnotes.append(f"※ {self.year}년 말 현재")
        return draft

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
        example = EXAMPLE | {"program_year": self.year}
        if self.style.region.one_cell:
            example["eupmyeondong_name"] = EXAMPLE["one_cell"]
        heading = Heading(dataset, self.year, self.institution.name, f"{term}분기" if term else "")
        return lay_draft(heading, self.style, cells, groups, measures, example, term)

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


def _groups(facilities: Sequence[Facility]) -> list[str]:
    return [f"{facility.place.sigungu_code} {facility.place.sigungu}" for facility in facilities]
