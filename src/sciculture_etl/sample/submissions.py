"""The files that come in over the year: who sends which tables in which file, when, and what goes wrong with it."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sciculture_etl.sample.drafts import Desk, register
from sciculture_etl.sample.files import NOTICE
from sciculture_etl.sample.planted import (
    BAD_FILES,
    REGISTER_ERROR,
    RESUBMISSIONS,
    SENT_TWICE,
    WRONG_TOTALS,
    Resubmission,
    RowError,
    SentTwice,
    place_row_errors,
    planted_class,
    planted_facility,
    wrong_sum,
)
from sciculture_etl.sample.styles import ALL_THREE, BULK_SCALE, FILE_NAMES, REGISTER_STYLE, Style
from sciculture_etl.sample.tables import Draft, PlantedRow, Sheet, compose
from sciculture_etl.sample.world import TERMS, Institution, repeat_classes

AGENCY = "한국과학창의재단"
KST = dt.timezone(dt.timedelta(hours=9))
SUBJECT_NAMES = {
    ("dsc_institution_year",): ("센터 현황", "center"),
    ("dsc_facility",): ("교육장 현황", "facility"),
    ("dsc_class",): ("강좌실적", "class"),
    ("dsc_institution_year", "dsc_facility"): ("연간 현황(강사·교육장)", "annual"),
    ALL_THREE: ("종합보고", "report"),
}
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
    """A file to come: its place below the inbox, when it was received, and how to make it."""

    path: str
    received: dt.datetime
    style: Style
    title: str = ""
    build: Callable[[], list[Sheet]] | None = None
    raw: bytes = b""
    code: str = ""
    same_as: str = ""
    superseded_by: str = ""


class Year:
    """All submissions of a year by the institutions of the world."""

    def __init__(self, institutions: Sequence[Institution], styles: Sequence[Style], year: int, scale: int) -> None:
        self.institutions = institutions
        self.styles = styles
        self.year = year
        self.scale = scale
        self.errors = place_row_errors(styles)
        self.desks = [Desk(one, style, year) for one, style in zip(institutions, styles, strict=True)]

    def submissions(self, datasets: Sequence[str]) -> Iterator[Submission]:
        """Every file in the order of institutions and terms."""
        if "institution" in datasets:
            yield self._register()
        for index in range(len(self.institutions)):
            style = self.styles[index]
            yearly = [style.together] if style.together else []
            yearly += [(name,) for name in ("dsc_institution_year", "dsc_facility") if name not in style.together]
            reports = [("dsc_class",)] * len(TERMS)
            if "dsc_class" in style.together:
                reports.pop()
            for term, names in [*zip(TERMS, reports, strict=False), *((None, names) for names in yearly)]:
                wanted = tuple(name for name in names if name in datasets)
                if wanted:
                    yield from self._sent(index, names, wanted, term)
            if self.scale < BULK_SCALE and "dsc_class" in datasets:
                yield from self._bad_files(index)

    def _sent(
        self, index: int, names: tuple[str, ...], wanted: tuple[str, ...], term: int | None
    ) -> Iterator[Submission]:
        style = self.styles[index]
        term_of_file = TERMS[-1] if term is None and "dsc_class" in names else term
        path = self._path(index, names, term_of_file)
        received = self._received(index, term_of_file)
        file = Submission(path, received, style, title=self._title(index))
        file.build = lambda: self._sheets(index, wanted, term_of_file)
        again = next((r for r in RESUBMISSIONS if self._is(r, index, wanted, term)), None)
        twice = next((s for s in SENT_TWICE if self._is(s, index, wanted, term)), None)
        if again is not None:
            subject = SUBJECT_NAMES[names][0]
            period = f" {term}분기" if term else ""
            year = f"{self.year} " if style.year == "file_name" else ""
            later = f"{self._folder(index)}/{self._form(style, f'{year}{subject}{period} 수정')}"
            first = replace(file, superseded_by=later)
            first.build = lambda: self._sheets(index, wanted, term_of_file, wrong_version=True)
            yield first
            note = again.date_line.format(year=self.year, next_year=self.year + 1)
            file = replace(file, path=later, received=received + dt.timedelta(days=9, hours=2))
            file.build = lambda: self._sheets(index, wanted, term_of_file, note=note)
        yield file
        if twice is not None:
            stem, dot, ending = path.rpartition(".")
            second = f"{stem} - 복사본{dot}{ending}"
            yield Submission(second, received + dt.timedelta(days=1), style, same_as=path)

    def _is(self, planned: Resubmission | SentTwice, index: int, names: tuple[str, ...], term: int | None) -> bool:
        key = (planned.institution, (planned.dataset,), planned.term)
        return self.scale < BULK_SCALE and key == (index, names, term)

    def _sheets(
        self, index: int, names: Sequence[str], term: int | None, wrong_version: bool = False, note: str = ""
    ) -> list[Sheet]:
        style = self.styles[index]
        sheets = []
        for name in names:
            draft = self._draft(index, name, term, wrong_version)
            if note:
                draft.titles.append(note)
            sheets.append(compose(draft, style))
        return with_side_sheets(sheets, style)

    def _draft(self, index: int, dataset: str, term: int | None, wrong_version: bool) -> Draft:
        own, desk = self.institutions[index], self.desks[index]
        errors = self.errors.get((index, dataset, term if dataset == "dsc_class" else None), [])
        if dataset == "dsc_institution_year":
            return wrong_sum(desk) if wrong_version else desk.institution_year()
        if dataset == "dsc_facility":
            facilities = own.facilities[: -min(5, len(own.facilities) - 1)] if wrong_version else own.facilities
            draft = desk.facilities(facilities)
            draft.planted = [planted_facility(desk, facilities, error, n) for n, error in enumerate(errors)]
            return draft
        assert term is not None
        rows = repeat_classes([row for row in own.classes if row.term == term], self.scale)
        if wrong_version:
            rows = [row._replace(sessions=row.sessions + 1) for row in rows[: max(1, len(rows) - 2)]]
        draft = desk.classes(rows, term)
        draft.planted = [planted_class(desk, rows, term, error, n) for n, error in enumerate(errors)]
        draft.planted.sort(key=lambda plant: plant.after)
        for wrong in WRONG_TOTALS:
            if (wrong.institution, wrong.term) == (index, term):
                draft.wrong_total = dict(wrong.amounts)
        return draft

    def _register(self) -> Submission:
        def build() -> list[Sheet]:
            draft = register(self.institutions, REGISTER_STYLE, self.year)
            draft.planted = [self._planted_institution(draft, REGISTER_ERROR)]
            return with_side_sheets([compose(draft, REGISTER_STYLE)], REGISTER_STYLE)

        received = dt.datetime(self.year, 12, 30, 10, 0, tzinfo=KST)
        path = f"{AGENCY}/{self.year}년 수행기관 등록부.xlsx"
        return Submission(path, received, REGISTER_STYLE, f"{self.year}년 수행기관 등록부", build)

    def _planted_institution(self, draft: Draft, error: RowError) -> PlantedRow:
        extra = {
            "institution_code": f"INST-{len(self.institutions) + 1:04d}",
            "institution_name": "가상별빛우주정거장",
            "institution_name_en": "Gasang Space Station (fictional)",
            error.field: error.text,
        }
        cells = tuple(extra.get(column.field, column.cells[-1]) for column in draft.columns)
        return PlantedRow(len(self.institutions) - 1, cells, error.field, error.code)

    def _bad_files(self, index: int) -> Iterator[Submission]:
        for bad in BAD_FILES:
            if bad.institution == index:
                path = f"{self._folder(index)}/{bad.name}"
                received = self._received(index, 3) + dt.timedelta(days=1)
                yield Submission(path, received, self.styles[index], raw=bad.content, code=bad.code)

    def _folder(self, index: int) -> str:
        name = self.institutions[index].name
        return unicodedata.normalize("NFD", name) if self.styles[index].decomposed == "folder" else name

    def _form(self, style: Style, stem: str) -> str:
        name = f"{stem}.{style.form}"
        return unicodedata.normalize("NFD", name) if style.decomposed == "file" else name

    def _path(self, index: int, names: tuple[str, ...], term: int | None) -> str:
        style = self.styles[index]
        subject, short = SUBJECT_NAMES[names]
        is_year_report = len(names) > 1
        stem = FILE_NAMES[style.file_name].format(
            year=self.year,
            program="생활과학교실",
            subject=subject,
            short=short,
            office=self.institutions[index].name.replace(" ", ""),
            _term="" if term is None or is_year_report else f"_{term}분기",
            term_spaced="" if term is None or is_year_report else f"{term}분기 ",
            _q="" if term is None or is_year_report else f"_q{term}",
        )
        return f"{self._folder(index)}/{self._form(style, stem)}"

    def _title(self, index: int) -> str:
        return f"{self.institutions[index].name} 생활과학교실 운영 자료"

    def _received(self, index: int, term: int | None) -> dt.datetime:
        """The minute of receipt: within the fifteen days after the term, or by 15 January for the yearly tables."""
        month_day = {1: (4, 3), 2: (7, 3), 3: (10, 5)}.get(term or 0, (1, 5))
        year = self.year if term in (1, 2, 3) else self.year + 1
        return dt.datetime(year, *month_day, 9, 0, tzinfo=KST) + dt.timedelta(days=index % 9, minutes=7 * index)


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
