"""A contract and a year → the workbook that an institution fills in. The same contract and year give the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from xlsxwriter import Workbook

from sciculture_etl.contracts import Contract, TemplateId
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.template.columns import lay_out_columns
from sciculture_etl.template.form import EXAMPLE, title_of, write_form
from sciculture_etl.template.guide import form_sheet_name, write_guide
from sciculture_etl.template.lists import Lists
from sciculture_etl.template.region_lists import offered_places
from sciculture_etl.template.texts import term_text, words

FIRST_YEAR = 2010  # since then it is known which place was called what
FONT = {"font_name": "맑은 고딕", "font_size": 10}


def template_name(contract: Contract, year: int, term: int | None = None) -> str:
    """``생활과학교실 강좌 운영 실적_2026_서식.xlsx``."""
    term_part = f"_{term_text(contract, term)}" if term else ""
    name = str(words("labels")["file"].format(title=contract.title.ko, year=year, term=term_part))
    return name.replace("/", "·")


def make_template(contract: Contract, year: int, term: int | None = None, submitter: str | None = None) -> bytes:
    """The workbook's bytes.

    Args:
        term: the part of the year that it is for, where the contract has such.
        submitter: who fills it in.

    Raises:
        UserError: For a year or part of a year that there is no form for.
    """
    _refuse_unknown(contract, year, term)
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True, "default_format_properties": dict(FONT)}) as book:
        template_id = str(TemplateId.of(contract, year))
        created = datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)
        book.set_properties({"title": title_of(contract, year, term), "created": created})
        name, _, value = template_id.partition(":")
        book.set_custom_property(name, value.strip(), "text")
        form, guide, hidden = (
            book.add_worksheet(sheet)
            for sheet in (form_sheet_name(contract), words("labels")["guide"], words("labels")["lists"])
        )
        lists = Lists(hidden)
        levels = len(contract.region_fields)
        chains = offered_places(year, levels) if levels else []
        lists.add_places(chains)
        columns = lay_out_columns(contract, year, term, EXAMPLE + 1, lists, chains)
        write_form(book, form, contract, columns, year, term, submitter)
        write_guide(book, guide, contract, columns, year, term)
        hidden.hide()
        form.activate()
    return target.getvalue()


def _refuse_unknown(contract: Contract, year: int, term: int | None) -> None:
    last = datetime.now(UTC).year + 1
    if not FIRST_YEAR <= year <= last:
        raise UserError(message("form_year_invalid", year=year, first=FIRST_YEAR, last=last))
    terms = next((fld.terms for fld in contract.fields.values() if fld.type == "term"), 0)
    if term is not None and not 1 <= term <= terms:
        raise UserError(message("form_term_invalid", term=term, terms=f"1~{terms}" if terms else "-"))
