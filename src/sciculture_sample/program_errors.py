"""What is wrong with the tables of the programs beside Daily Science Class, on purpose and known in the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from sciculture_sample.files import NOTICE
from sciculture_sample.forms import FORMS
from sciculture_sample.planted import BadFile
from sciculture_sample.records import Record, Table, table_draft
from sciculture_sample.styles import Style
from sciculture_sample.tables import PlantedRow
from sciculture_sample.vouchers import CATEGORIES, PRODUCTS


@dataclass(frozen=True)
class CellError:
    """One extra row with one bad cell in a required field. Without a field it repeats the key of the row above it."""

    dataset: str
    code: str
    field: str = ""
    text: str | None = None


CELL_ERRORS = (
    CellError("institution", "E_CODE_UNKNOWN", "institution_type", "우주정거장"),
    CellError("private_activity_project", "E_REQUIRED_MISSING", "project_title"),
    CellError("private_activity_project", "E_CODE_UNKNOWN", "institution_type", "외계기관"),
    CellError("private_activity_project", "E_DUPLICATE_KEY"),
    CellError("imagination_room_program", "E_APPROXIMATE", "user_count", "200여명"),
    CellError("imagination_room_program", "E_CODE_UNKNOWN", "program_type", "비밀행사"),
    CellError("imagination_room_program", "E_DATE_INVALID", "end_date", "추후 확정"),
    CellError("imagination_room_program", "E_NEGATIVE", "user_count", "-7"),
    CellError("imagination_room_program", "E_REGION_UNKNOWN", "sigungu_name", "별나라시"),
    CellError("do_dream_operation", "E_DATE_INVALID", "operation_date", "2월 31일경"),
    CellError("do_dream_operation", "E_NOT_A_NUMBER", "visitor_count", "3,0"),
    CellError("do_dream_operation", "E_OUT_OF_RANGE", "session_count", "31"),
    CellError("satisfaction_survey", "E_OUT_OF_RANGE", "respondent_count", "0"),
    CellError("satisfaction_survey", "E_CODE_UNKNOWN", "program_code", "미상 사업"),
    CellError("regional_culture_support", "E_REQUIRED_MISSING", "project_name"),
    CellError("regional_culture_support", "E_SUPPRESSED", "participant_count", "X"),
    CellError("regional_culture_support", "E_CODE_UNKNOWN", "support_type", "우주거점"),
    CellError("voucher_usage", "E_SUPPRESSED", "user_count", "*"),
    CellError("voucher_usage", "E_UNIT_MISMATCH", "user_count", "12회"),
    CellError("voucher_usage", "E_CODE_UNKNOWN", "beneficiary_category", "외계인"),
    CellError("science_museum_support", "E_APPROXIMATE", "visitor_count", "약 3만명"),
    CellError("science_museum_support", "E_DATE_INVALID", "end_date", "추후 확정"),
    CellError("inclusive_program", "E_NOT_AVAILABLE", "participant_count", "…"),
    CellError("inclusive_program", "E_CODE_UNKNOWN", "program_code", "미상 사업"),
    CellError("inclusive_program", "E_REQUIRED_MISSING", "program_name"),
    CellError("overseas_association_membership", "E_CODE_UNKNOWN", "member_type", "외계회원"),
    CellError("overseas_association_membership", "E_REQUIRED_MISSING", "country_code"),
    CellError("overseas_association_membership", "E_NEGATIVE", "member_count", "-3"),
    CellError("event_edition", "E_CODE_UNKNOWN", "series_code", "XYZ"),
    CellError("event_edition", "E_DATE_INVALID", "end_date", "추후 확정"),
    CellError("event_attendance", "E_NOT_A_NUMBER", "attendee_count", "1,50"),
    CellError("event_attendance", "E_CODE_UNKNOWN", "attendee_type", "구경꾼"),
    CellError("cooperation_record", "E_CODE_UNKNOWN", "record_type", "우주협력"),
    CellError("cooperation_record", "E_DATE_INVALID", "record_date", "추후 확정"),
)
# Files that can't be taken, from whoever sends the dataset: one behind a lock, and one of persons.
PROGRAM_BAD_FILES = {
    "cooperation_record": BadFile(0, "협력 현황(보안문서).xlsx", b"SCDSA004\x00\x10" + NOTICE.encode(), "R_DRM"),
    "voucher_usage": BadFile(
        0,
        "바우처 이용자 명단.csv",
        (
            f"※ {NOTICE}\r\n"
            "사업연도,월,시도,시군구,자격구분,상품구분,발급인원,이용인원,이용건수,사용액,성명\r\n"
            "2022,5월,서울특별시,종로구,차상위,도서,1,1,1,14000,○○○\r\n"
        ).encode(),
        "R_PII",
        row=2,
        cell="K2",
    ),
}
SPARE_COUNTRIES = ("ZA", "BR", "MX", "EG")


def errors_of(dataset: str, turn: int, tables: int) -> list[CellError]:
    """The errors for the `turn`-th of so many tables of a dataset that can hold any: each error goes to one of them."""
    own = [error for error in CELL_ERRORS if error.dataset == dataset]
    return [error for number, error in enumerate(own) if number % tables == turn]


def can_hold_errors(table: Table, style: Style) -> bool:
    """Only tables without totals and merged cells hold errors, so that these touch nothing else."""
    return table.has_errors and style.totals == "none" and not style.merged


def planted_rows(table: Table, style: Style, errors: Sequence[CellError]) -> list[PlantedRow]:
    """Extra rows after rows in the middle of the table, each like the row above it but for its key and its bad cell."""
    plants = []
    for number, error in enumerate(errors):
        after = min((len(table.records) * (number + 1)) // (len(errors) + 1), len(table.records) - 1)
        model = table.records[after]
        extra = _another(table, model, number) if error.field else model
        draft = table_draft(replace(table, records=[extra]), style)
        field = "start_date" if error.field == "end_date" and style.periods == "one_cell" else error.field
        cells = tuple(error.text if column.field == field else column.cells[0] for column in draft.columns)
        plants.append(PlantedRow(after, cells, field, error.code))
    return plants


def _another(table: Table, model: Record, number: int) -> Record:
    """A record with a key of its own, so that its one error is the only one."""
    match table.dataset:
        case "institution":
            name = f"가상별빛우주정거장{number + 1}"
            return model | {"institution_code": f"INST-{9_001 + number}", "institution_name": name}
        case "event_edition":
            return model | {"edition_no": 90 + number}
        case "event_attendance" | "overseas_association_membership":
            return model | {"country_code": SPARE_COUNTRIES[number]}
        case "voucher_usage":
            return _unused_cell(table.records, model, number)
    key = FORMS[table.dataset].key
    return model | {key: f"{model[key]}-{number + 1}"}


def _unused_cell(records: Sequence[Record], model: Record, number: int) -> Record:
    """A category and a product of which the model's district has no row yet."""
    names = ("beneficiary_category", "product_category")
    used = {tuple(record[name] for name in names) for record in records if record["place"] == model["place"]}
    free = [pair for pair in product(CATEGORIES, PRODUCTS) if pair not in used]
    return model | dict(zip(names, free[number], strict=True))
