"""What is wrong with the sample, on purpose and known in the truth: none of it changes a true total."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sciculture_sample.desk import Desk
from sciculture_sample.files import NOTICE
from sciculture_sample.styles import Style
from sciculture_sample.tables import Draft, PlantedRow
from sciculture_sample.world import TERMS, ClassRow, Facility

Needs = Literal["any", "three_cells", "one_cell", "codes"]


@dataclass(frozen=True)
class RowError:
    """One extra row with one bad cell. Without a field it repeats the key of the row above it."""

    dataset: str
    code: str
    field: str = ""
    text: str | None = None
    needs: Needs = "any"


ROW_ERRORS = (
    RowError("dsc_class", "E_APPROXIMATE", "beneficiary_count", "약 300명"),
    RowError("dsc_class", "E_OUT_OF_RANGE", "term", "5분기"),
    RowError("dsc_class", "E_REQUIRED_MISSING", "class_name", None),
    RowError("dsc_class", "E_NOT_A_NUMBER", "session_count", "3,0"),
    RowError("dsc_class", "E_NEGATIVE", "beneficiary_count", "-12"),
    RowError("dsc_class", "E_REGION_UNKNOWN", "eupmyeondong_name", "별빛가람동", "three_cells"),
    RowError("dsc_class", "E_REGION_UNKNOWN", "eupmyeondong_name", "경기도 별나라시 햇살동", "one_cell"),
    RowError("dsc_class", "E_REGION_AMBIGUOUS", "eupmyeondong_name", "중구 중앙동", "one_cell"),
    RowError("dsc_class", "E_UNIT_MISMATCH", "session_count", "12명"),
    RowError("dsc_class", "E_NOT_AVAILABLE", "beneficiary_count", "…"),
    RowError("dsc_class", "E_SUPPRESSED", "beneficiary_count", "X"),
    RowError("dsc_class", "E_DUPLICATE_KEY"),
    RowError("dsc_class", "E_DUPLICATE_KEY", needs="codes"),
    RowError("dsc_class", "E_OUT_OF_RANGE", "session_count", "450"),
    RowError("dsc_class", "E_APPROXIMATE", "beneficiary_count", "50여명"),
    RowError("dsc_class", "E_REQUIRED_MISSING", "session_count", None),
    RowError("dsc_class", "E_APPROXIMATE", "session_count", "미정"),
    RowError("dsc_facility", "E_REQUIRED_MISSING", "facility_name", None),
    RowError("dsc_facility", "E_REGION_UNKNOWN", "eupmyeondong_name", "별빛가람동", "three_cells"),
    RowError("dsc_facility", "E_DUPLICATE_KEY", needs="codes"),
)


@dataclass(frozen=True)
class WrongTotal:
    """A total that an office added up wrongly; a warning, the rows are right."""

    institution: int
    term: int
    amounts: tuple[tuple[str, int], ...]


WRONG_TOTALS = (
    WrongTotal(15, 1, (("beneficiary_count", 10),)),
    WrongTotal(21, 3, (("session_count", -3),)),
    WrongTotal(11, 2, (("session_count", 1), ("beneficiary_count", 100))),
)


@dataclass(frozen=True)
class Resubmission:
    """A file that an office sent wrongly first and rightly later; the later one says so by its date only."""

    institution: int
    dataset: str
    term: int | None = None
    date_line: str = ""


RESUBMISSIONS = (
    Resubmission(1, "dsc_class", 2),
    Resubmission(5, "dsc_class", 3, "수정일: {year}. 10. 21."),
    Resubmission(7, "dsc_institution_year", date_line="제출일: {next_year}. 1. 21."),
    Resubmission(15, "dsc_facility"),
)


@dataclass(frozen=True)
class SentTwice:
    """The same bytes under a second name."""

    institution: int
    dataset: str
    term: int | None = None


SENT_TWICE = (SentTwice(3, "dsc_class", 1), SentTwice(14, "dsc_facility"))


@dataclass(frozen=True)
class BadFile:
    """A file that cannot be taken at all; `row` and `cell` are where that shows, if anywhere."""

    institution: int
    name: str
    content: bytes
    code: str
    row: int | None = None
    cell: str | None = None


BAD_FILES = (
    BadFile(2, "2분기 강좌실적_가상 자료(빈 파일).csv", b"", "R_EMPTY"),
    BadFile(
        8,
        "교구 구입 목록.csv",
        f"※ {NOTICE}\r\n품목,규격,수량,단가\r\n자석 세트,소형,20,3500\r\n돋보기,60mm,15,2200\r\n".encode(),
        "R_HEADER_NOT_FOUND",
    ),
    BadFile(
        12,
        "3분기 강좌실적_가상 자료(사진).xlsx",
        b"\x89PNG\r\n\x1a\n" + NOTICE.encode(),
        "R_UNSUPPORTED_FORMAT",
    ),
)


def place_row_errors(styles: Sequence[Style]) -> dict[tuple[int, str, int | None], list[RowError]]:
    """Which file gets which errors: by institution, dataset and term.

    Only files without totals and without merged cells are hit, so that the errors touch nothing else; among those,
    the one with the fewest so far, in the order of the institutions.
    """
    placed: dict[tuple[int, str, int | None], list[RowError]] = {}
    hits: Counter[tuple[str, int]] = Counter()
    for number, error in enumerate(ROW_ERRORS):
        fitting = [index for index, style in enumerate(styles) if _fits(style, error.needs)]
        if not fitting:
            continue
        index = min(fitting, key=lambda candidate: (hits[error.dataset, candidate], candidate))
        hits[error.dataset, index] += 1
        term = TERMS[number % len(TERMS)] if error.dataset == "dsc_class" else None
        placed.setdefault((index, error.dataset, term), []).append(error)
    return placed


def _fits(style: Style, needs: Needs) -> bool:
    if style.totals != "none" or style.merged:
        return False
    match needs:
        case "three_cells":
            return not style.region.one_cell
        case "one_cell":
            return style.region.one_cell
        case "codes":
            return style.codes
    return True


def planted_class(desk: Desk, rows: Sequence[ClassRow], term: int, error: RowError, number: int) -> PlantedRow:
    """The extra row of a class file: an invented class at a facility of the file, after a row in its middle."""
    after = (len(rows) * (number + 1)) // (number + 3)
    model = rows[min(after, len(rows) - 1)]
    if error.field:
        extra = ClassRow(
            term, model.facility, "별빛 탐구교실(추가)", number + 1, model.track, model.target, 8, 20, 140, 90.0
        )
    else:
        persons = model.beneficiaries + 2
        extra = model._replace(
            sessions=model.sessions + 1, beneficiaries=persons, attendances=model.attendances + persons
        )
    return _planted(desk.classes([extra], term), min(after, len(rows) - 1), error)


def planted_facility(desk: Desk, facilities: Sequence[Facility], error: RowError, number: int) -> PlantedRow:
    """The extra row of a facility list: an invented facility that no class uses, or the row above once more."""
    after = len(facilities) // 2
    model = facilities[after]
    if error.field:
        model = model._replace(code=f"DSC-{9_000 + number}", name="별빛 시험교육장")
    return _planted(desk.facilities([model]), after, error)


def wrong_sum(desk: Desk) -> Draft:
    """The yearly table of a centre with nothing right in it: its instructors do not add up."""
    draft = desk.institution_year(more_instructors=2)
    cells = tuple(column.cells[0] for column in draft.columns)
    return replace(
        draft,
        columns=[replace(column, cells=()) for column in draft.columns],
        groups=(),
        measures={name: [] for name in draft.measures},
        planted=[PlantedRow(-1, cells, "instructor_count", "E_SUM_MISMATCH")],
    )


def _planted(draft: Draft, after: int, error: RowError) -> PlantedRow:
    cells = tuple(error.text if column.field == error.field else column.cells[0] for column in draft.columns)
    return PlantedRow(after, cells, error.field, error.code)
