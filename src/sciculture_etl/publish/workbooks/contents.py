"""The first sheet of a workbook, which says what it is and leads to all others; and what explains the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.publish.workbooks.cells import Formats, fitting_text
from sciculture_etl.publish.workbooks.columns import SheetTable
from sciculture_etl.publish.workbooks.rows import RowWriter
from sciculture_etl.publish.workbooks.sheet import A4, Counted, header_text, height_of
from sciculture_etl.publish.workbooks.texts import (
    LANGUAGES,
    NOTHING,
    Language,
    in_language,
    label,
    text,
    unit_text,
    yes_or_no,
)


@dataclass(frozen=True)
class ShownTable:
    """A table of a workbook, and the names of its sheets by language."""

    table: SheetTable
    counted: Counted
    sheets: dict[Language, str]


def write_contents(
    sheet: Worksheet,
    formats: Formats,
    title: BilingualText,
    facts: Sequence[tuple[BilingualText, BilingualText]],
    shown: Sequence[ShownTable],
    explained: dict[Language, str],
    footer: str,
) -> None:
    """Fills the sheet of contents.

    Args:
        facts: what is said of the workbook as a whole, each with its label.
        explained: names of the sheets that explain the columns.
        footer: of printed pages.
    """
    for place, width in enumerate((24, 58, 58, 11, 30, 34)):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title.ko, formats.title)
    sheet.write_string(1, 0, title.en, formats.plain)
    row = 3
    for name, said in facts:
        sheet.set_row(row, height_of([(f"{name.ko}\n{name.en}", 24), (said.ko, 58), (said.en, 58)]))
        sheet.write_string(row, 0, f"{name.ko}\n{name.en}", formats.strong)
        sheet.write_string(row, 1, said.ko, formats.wrapped)
        sheet.write_string(row, 2, said.en, formats.wrapped)
        row += 1
    row += 1
    heads = ["table", "description", "description", "rows", "sheet", "sheet"]
    sheet.set_row(row, 32)
    for place, head in enumerate(heads):
        both = label(head)
        words = both.ko if place in (1, 4) else both.en if place in (2, 5) else f"{both.ko}\n{both.en}"
        sheet.write_string(row, place, words, formats.header)
    for one in shown:
        row += 1
        table_contract = one.table.table_contract
        described = table_contract.description
        sheet.set_row(row, height_of([(table_contract.table, 24), (described.ko, 58), (described.en, 58)]))
        sheet.write_string(row, 0, table_contract.table, formats.wrapped)
        sheet.write_string(row, 1, fitting_text(described.ko, "ko"), formats.wrapped)
        sheet.write_string(row, 2, fitting_text(described.en, "en"), formats.wrapped)
        sheet.write_number(row, 3, one.counted.rows, formats.count)
        for place, language in enumerate(LANGUAGES, start=4):
            sheet.write_url(row, place, f"internal:'{one.sheets[language]}'!A1", formats.link, one.sheets[language])
    row += 1
    for place, language in enumerate(LANGUAGES, start=4):
        sheet.write_url(row, place, f"internal:'{explained[language]}'!A1", formats.link, explained[language])
    sheet.hide_gridlines(2)
    _set_up_print(sheet, footer)


def write_columns(
    sheet: Worksheet, formats: Formats, shown: Sequence[ShownTable], language: Language, footer: str
) -> None:
    """Fills the sheet that explains every column of every table in one language."""
    heads = ("table", "column", "name", "unit", "additive", "description", "codes")
    widths = (30, 30, 26, 14, 9, 70, 40)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 22)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, in_language(label(head), language), formats.header)
    lines = []
    for one in shown:
        for column in one.table.columns:
            adds = column.is_added_up
            cells = (
                one.sheets[language],
                header_text(column, language),
                column.name,
                unit_text(column.stated.unit, language) if column.is_number and not column.is_label else "",
                "" if adds is None else yes_or_no(adds, language),
                in_language(column.stated.description, language),
                ", ".join(
                    [f"{code} {in_language(words, language)}" for code, words in column.stated.codes.items()]
                    + [f"{code} {words}" for code, words in column.words.items()]
                ),
            )
            lines.append(cells)

    def write(row: int, place: int, words: str, _symbol: str | None) -> None:
        sheet.write_string(row, place, fitting_text(words, language), formats.wrapped)

    heights = [height_of(zip(cells, widths, strict=True)) for cells in lines]
    RowWriter(sheet, 1, [write] * len(heads)).write(
        list(zip(*lines, strict=True)), [[None] * len(lines)] * len(heads), heights
    )
    sheet.autofilter(0, 0, len(lines), len(heads) - 1)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    _set_up_print(sheet, footer)


def symbols_of(shown: Sequence[ShownTable]) -> BilingualText:
    """The symbols that stand in place of numbers, with what they mean."""
    nothing = text("nothing")
    found = {NOTHING: nothing}
    for one in shown:
        table_contract = one.table.table_contract
        for name in table_contract.symbol_columns:
            found |= table_contract.columns[name].codes
    return _listed(found)


def statuses_of(shown: Sequence[ShownTable]) -> BilingualText | None:
    """The values of ``status`` with what they mean; None where no table has it."""
    for one in shown:
        for column in one.table.columns:
            if column.name == "status" and "final" in column.stated.codes:
                return _listed(column.stated.codes)
    return None


def _listed(codes: dict[str, BilingualText]) -> BilingualText:
    return BilingualText(
        ko="\n".join(f"{code}  {words.ko}" for code, words in codes.items()),
        en="\n".join(f"{code}  {words.en}" for code, words in codes.items()),
    )


def _set_up_print(sheet: Worksheet, footer: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(footer)
