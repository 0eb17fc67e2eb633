"""The files of the programs beside Daily Science Class, made from the tables that the programs report."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from sciculture_sample.forms import FORMS
from sciculture_sample.program_errors import PROGRAM_BAD_FILES, CellError, can_hold_errors, errors_of, planted_rows
from sciculture_sample.records import Record, Table, fitting, table_draft
from sciculture_sample.register import Institution
from sciculture_sample.styles import REGISTER_STYLE, Style, program_style
from sciculture_sample.submissions import Submission, file_name, with_side_sheets
from sciculture_sample.tables import Sheet, compose
from sciculture_sample.wording import write_date
from sciculture_sample.years import AGENCY, ProgramYear


def program_submissions(tables: Sequence[Table], subfolder: str, with_bad_files: bool) -> Iterator[Submission]:
    """A file for every table, and before it the one that it replaces where there is one."""
    styles = [style_of_table(table) for table in tables]
    takers = Counter(
        table.dataset for table, style in zip(tables, styles, strict=True) if can_hold_errors(table, style)
    )
    turns: Counter[str] = Counter()
    for table, style in zip(tables, styles, strict=True):
        errors: list[CellError] = []
        if can_hold_errors(table, style):
            errors = errors_of(table.dataset, turns[table.dataset], takers[table.dataset])
            turns[table.dataset] += 1
        yield from _sent(table, style, errors, subfolder)
    for dataset, bad in PROGRAM_BAD_FILES.items():
        senders = [(table, style) for table, style in zip(tables, styles, strict=True) if table.dataset == dataset]
        if with_bad_files and senders:
            table, style = senders[0]
            style = replace(style, form="csv" if bad.name.endswith("csv") else "xlsx", encoding="utf-8")
            path = str(PurePosixPath(table.sender, subfolder, bad.name))
            received = table.received + dt.timedelta(days=2)
            yield Submission(
                path, received, style, (table.year,), raw=bad.content, code=bad.code, bad_row=bad.row, bad_cell=bad.cell
            )


def style_of_table(table: Table) -> Style:
    """The style in which its sender writes a table."""
    if table.dataset == "institution":
        return REGISTER_STYLE
    return fitting(program_style(table.number), table)


def register_table(institutions: Sequence[Institution], year: ProgramYear) -> Table:
    """The agency's register of all who take part in the year, with dates in every usual spelling."""
    records: list[Record] = [
        {
            "institution_code": one.code,
            "institution_name": one.name,
            "institution_name_en": one.name_en,
            "institution_type": one.register_type,
            "sido_name": one.seat.sido,
            "sigungu_name": one.seat.city or one.seat.sido,
            "valid_from": write_date(one.registered, index),
        }
        for index, one in enumerate(sorted(institutions, key=lambda one: one.code))
    ]
    return Table("institution", year.year, AGENCY, records, year.received(12, 30), 0)


def _sent(table: Table, style: Style, errors: Sequence[CellError], subfolder: str) -> Iterator[Submission]:
    years = sorted({value for record in table.records if isinstance(value := record.get("program_year"), int)})
    path = _path(table, style, subfolder)
    file = Submission(path, table.received, style, tuple(years) or (table.year,), title=_title(table))
    file.build = lambda: _sheets(table, style, errors)
    if table.earlier:
        later = PurePosixPath(path).with_name(f"수정 {PurePosixPath(path).name}")
        first = replace(file, superseded_by=str(later), received=table.received - dt.timedelta(days=40))
        first.build = lambda: _sheets(replace(table, records=table.earlier), style, ())
        yield first
        file = replace(file, path=str(later))
        file.build = lambda: _sheets(table, style, errors, is_second=True)
    yield file


def _sheets(table: Table, style: Style, errors: Sequence[CellError], is_second: bool = False) -> list[Sheet]:
    draft = table_draft(table, style)
    if is_second:
        day = table.received
        draft.titles.append(f"수정일: {day.year}. {day.month}. {day.day}.")
    draft.planted = planted_rows(table, style, errors)
    return with_side_sheets([compose(draft, style)], style)


def _title(table: Table) -> str:
    form = FORMS[table.dataset]
    return f"{table.year}년 {form.program} {form.subject}"


def _path(table: Table, style: Style, subfolder: str) -> str:
    form, months = FORMS[table.dataset], table.months
    if table.dataset == "institution":
        return str(PurePosixPath(table.sender, subfolder, f"{table.year}년 {form.subject}.xlsx"))
    subject = f"{form.subject}{f'({table.about})' if table.about else ''}".replace("·", ",")
    name = file_name(
        style,
        prefix="sci",
        year=table.year,
        program=form.program.replace("·", ","),
        subject=subject,
        short=f"{table.dataset}{f'_{table.number}' if table.about else ''}",
        office=table.sender.replace(" ", ""),
        _term=f"_{months.word}" if months else "",
        term_spaced=f"{months.word} " if months else "",
        _q=months.code if months else "",
    )
    is_history = "program_year" in table.records[0]
    return str(PurePosixPath(table.sender, "" if is_history else subfolder, name))
