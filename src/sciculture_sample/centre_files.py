"""The files of the centres of Daily Science Class: who sends which tables in which file, when, what goes wrong."""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sciculture_sample.desk import Desk
from sciculture_sample.planted import (
    BAD_FILES,
    RESUBMISSIONS,
    SENT_TWICE,
    WRONG_TOTALS,
    Resubmission,
    SentTwice,
    place_row_errors,
    planted_class,
    planted_facility,
    wrong_sum,
)
from sciculture_sample.styles import ALL_THREE, BULK_SCALE, Style
from sciculture_sample.submissions import Submission, file_name, named, with_side_sheets
from sciculture_sample.tables import Draft, Sheet, compose
from sciculture_sample.world import TERMS, Centre, repeat_classes
from sciculture_sample.years import KST

SUBJECT_NAMES = {
    ("dsc_institution_year",): ("센터 현황", "center"),
    ("dsc_facility",): ("교육장 현황", "facility"),
    ("dsc_class",): ("강좌실적", "class"),
    ("dsc_institution_year", "dsc_facility"): ("연간 현황(강사·교육장)", "annual"),
    ALL_THREE: ("종합보고", "report"),
}


class CentreFiles:
    """All submissions of a year by the centres; `subfolder` is where below a centre's folder they go."""

    def __init__(
        self, institutions: Sequence[Centre], styles: Sequence[Style], year: int, scale: int, subfolder: str
    ) -> None:
        self.institutions = institutions
        self.subfolder = subfolder
        self.styles = styles
        self.year = year
        self.scale = scale
        self.errors = place_row_errors(styles)
        self.desks = [Desk(one, style, year) for one, style in zip(institutions, styles, strict=True)]

    def submissions(self, datasets: Sequence[str], with_bad_files: bool) -> Iterator[Submission]:
        """Every file in the order of centres and terms."""
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
            if with_bad_files and self.scale < BULK_SCALE and "dsc_class" in datasets:
                yield from self._bad_files(index)

    def _sent(
        self, index: int, names: tuple[str, ...], wanted: tuple[str, ...], term: int | None
    ) -> Iterator[Submission]:
        style = self.styles[index]
        term_of_file = TERMS[-1] if term is None and "dsc_class" in names else term
        path = self._path(index, names, term_of_file)
        received = self._received(index, term_of_file)
        file = Submission(path, received, style, (self.year,), title=self._title(index))
        file.build = lambda: self._sheets(index, wanted, term_of_file)
        again = next((r for r in RESUBMISSIONS if self._is(r, index, wanted, term)), None)
        twice = next((s for s in SENT_TWICE if self._is(s, index, wanted, term)), None)
        if again is not None:
            subject = SUBJECT_NAMES[names][0]
            period = f" {term}분기" if term else ""
            year = f"{self.year} " if style.year == "file_name" else ""
            later = f"{self._folder(index)}/{named(style, f'{year}{subject}{period} 수정')}"
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
            yield Submission(second, received + dt.timedelta(days=1), style, (self.year,), same_as=path)

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

    def _bad_files(self, index: int) -> Iterator[Submission]:
        for bad in BAD_FILES:
            if bad.institution == index:
                path = f"{self._folder(index)}/{bad.name}"
                received = self._received(index, 3) + dt.timedelta(days=1)
                yield Submission(path, received, self.styles[index], (self.year,), raw=bad.content, code=bad.code)

    def _folder(self, index: int) -> str:
        name = self.institutions[index].name
        if self.styles[index].decomposed == "folder":
            name = unicodedata.normalize("NFD", name)
        return f"{name}/{self.subfolder}" if self.subfolder else name

    def _path(self, index: int, names: tuple[str, ...], term: int | None) -> str:
        style = self.styles[index]
        subject, short = SUBJECT_NAMES[names]
        is_year_report = len(names) > 1
        name = file_name(
            style,
            prefix="dsc",
            year=self.year,
            program="생활과학교실",
            subject=subject,
            short=short,
            office=self.institutions[index].name.replace(" ", ""),
            _term="" if term is None or is_year_report else f"_{term}분기",
            term_spaced="" if term is None or is_year_report else f"{term}분기 ",
            _q="" if term is None or is_year_report else f"_q{term}",
        )
        return f"{self._folder(index)}/{name}"

    def _title(self, index: int) -> str:
        return f"{self.institutions[index].name} 생활과학교실 운영 자료"

    def _received(self, index: int, term: int | None) -> dt.datetime:
        """The minute of receipt: within the fifteen days after the term, or by 15 January for the yearly tables."""
        month_day = {1: (4, 3), 2: (7, 3), 3: (10, 5)}.get(term or 0, (1, 5))
        year = self.year if term in (1, 2, 3) else self.year + 1
        return dt.datetime(year, *month_day, 9, 0, tzinfo=KST) + dt.timedelta(days=index % 9, minutes=7 * index)
