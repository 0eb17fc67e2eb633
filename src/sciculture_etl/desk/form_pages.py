"""The forms, by dataset and year, and what changed in each since the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from starlette.responses import Response

from sciculture_etl.contracts import Contract
from sciculture_etl.desk.checking import WORKBOOK
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.visit import Visit
from sciculture_etl.errors import UserError
from sciculture_etl.feedback.answer import SEOUL
from sciculture_etl.template import make_template, template_name
from sciculture_etl.template.changes import FormChanges, form_changes
from sciculture_etl.template.texts import term_text
from sciculture_etl.template.workbook import FIRST_YEAR

YEARS_OFFERED = 6


@dataclass(frozen=True)
class ShownForm:
    """A form of a year.

    Attributes:
        terms: number → name, of the parts of the year that it may be made for.
    """

    dataset: str
    title: str
    cadence: str
    terms: dict[int, str]
    changes: FormChanges


def show(visit: Visit) -> Response:
    """All forms of a year."""
    this_year = datetime.now(SEOUL).year
    year = _year(visit.request.query_params.get("year", ""), this_year)
    uploads = visit.desk.uploads
    forms = [
        ShownForm(
            name, contract.title.ko if visit.language == "ko" else contract.title.en, contract.due.cadence,
            _terms(contract), form_changes(contract, year, uploads.forms),
        )
        for name, contract in uploads.contracts.items()
    ]  # fmt: skip
    years = range(this_year + 1, max(this_year - YEARS_OFFERED, FIRST_YEAR) - 1, -1)
    return visit.page("desk/forms.html", year=year, years=sorted({*years, year}, reverse=True), forms=forms)


def _year(asked: str, this_year: int) -> int:
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    return year if FIRST_YEAR <= year <= this_year + 1 else this_year


def _terms(contract: Contract) -> dict[int, str]:
    terms = next((fld.terms for fld in contract.fields.values() if fld.type == "term"), 0)
    return {number: term_text(contract, number) for number in range(1, terms + 1)}


def download(visit: Visit) -> Response:
    """The form as a workbook; for whoever is signed in, with their name in it."""
    asked = visit.request.path_params
    contract = visit.desk.uploads.contracts.get(str(asked["dataset"]))
    given = visit.request.query_params.get("term", "")
    term = int(given) if given.isascii() and given.isdigit() and len(given) <= 2 else None
    if contract is None or (given and term is None):
        raise RefusalError(404)
    institution = visit.identity.name if visit.identity and visit.identity.role is Role.institution else ""
    year = int(asked["year"])
    try:
        made = _made(contract, year, term, institution)
    except UserError:
        raise RefusalError(404) from None
    return visit.attachment(made, template_name(contract, year, term), WORKBOOK)


@lru_cache(maxsize=64)
def _made(contract: Contract, year: int, term: int | None, institution: str) -> bytes:
    return make_template(contract, year, term, institution or None)
