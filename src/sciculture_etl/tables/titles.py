"""What the rows above a header, and a file's name, say: the program year, units, who submits, when it was made."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from sciculture_etl.contracts.form import TEMPLATE_ID, TemplateId
from sciculture_etl.tables.moments import made_on, said_date, spaced, without
from sciculture_etl.tables.stated_terms import stated_term
from sciculture_etl.tables.stated_years import UNSTATED, StatedYears, stated_years

MONEY_UNIT = re.compile(r"(천|만|백\s?만|억)\s?원")
MONEY_WORD = re.compile(r"(?:천|만|백\s?만|억)?\s?원")
ROUNDED = re.compile(r"(?:천|만|백\s?만)\s?(?:명|인|회|건|개)")
UNIT_LINE = re.compile(rf"단위\s?[:：]?\s?([^)\]>›〉]+)|[(\[<‹〈]\s?({MONEY_UNIT.pattern})\s?[)\]>›〉]")
SUBMITTER_LINE = re.compile(r"(?:기관명|운영기관|제출기관|수행기관|책임운영기관)[^\S\n]?[:：][^\S\n]?([^,;/|\n]+)")
MONEY_SCALE = {"원": 1, "천원": 1_000, "만원": 10_000, "백만원": 1_000_000, "억원": 100_000_000}


@dataclass(frozen=True)
class Title:
    """years: those that it states. unit: the money unit said for the whole table. rounded: the unit in which it tells
    rounded counts (``천명``). made_on: day of submission or correction. submitter: the institution named. template: the
    form of ours that the file was made from. day: the day that the table calls its own. text: all that stands there,
    but for the mark of the form. sheet: its name.
    """

    years: StatedYears = UNSTATED
    unit: str | None = None
    rounded: str | None = None
    submitter: str | None = None
    made_on: date | None = None
    template: TemplateId | None = None
    day: str | None = None
    text: str = ""
    sheet: str | None = None

    def term(self, per_year: int) -> int | None:
        """The part of the year that it says, else that its sheet goes by (``stated_term``)."""
        said = stated_term(self.text, per_year)
        return stated_term(self.sheet, per_year) if said is None and self.sheet else said

    def within(self, sheet: Title) -> Title:
        """What it leaves unsaid, as the title of the whole sheet says it."""
        return Title(
            years=self.years or sheet.years, unit=self.unit or sheet.unit, rounded=self.rounded or sheet.rounded,
            submitter=self.submitter or sheet.submitter,
            made_on=self.made_on or sheet.made_on, template=self.template or sheet.template, day=self.day or sheet.day,
            text=self.text or sheet.text, sheet=self.sheet or sheet.sheet,
        )  # fmt: skip


def read_title(rows: list[list[str | None]], sheet: str | None = None) -> Title:
    """What the rows above the header say; sheet: the name of theirs. A year deleted from the title of a form of ours
    still stands in its mark.
    """
    lines = (line for row in rows for line in _lines([unicodedata.normalize("NFKC", c) for c in row if c]))
    marked = spaced("\n".join(lines))
    template, text = TemplateId.found_in(marked), without((TEMPLATE_ID,), marked)
    units = [
        re.sub(r"\s", "", unit[0])
        for found in UNIT_LINE.finditer(text)
        for unit in MONEY_WORD.finditer(found[1] or found[2])
    ]
    rounded = [unit[0] for found in UNIT_LINE.finditer(text) for unit in ROUNDED.finditer(found[1] or "")]
    submitter = SUBMITTER_LINE.search(text)
    return Title(
        years=stated_years(text) or (StatedYears.of(template.year) if template else UNSTATED),
        unit=next((unit for unit in units if unit in MONEY_SCALE and unit != "원"), None),
        rounded=next((re.sub(r"\s", "", unit) for unit in rounded), None),
        submitter=submitter[1].strip(" )]") if submitter else None,
        made_on=made_on(text),
        template=template,
        day=said_date(text),
        text=text,
        sheet=sheet,
    )


def _lines(cells: list[str]) -> list[str]:
    """The cells of a row; a label (``기관명:``) together with what stands right of it."""
    lines: list[str] = []
    for cell in cells:
        if lines and lines[-1].endswith(":") and not cell.endswith(":"):
            lines[-1] += f" {cell}"
        else:
            lines.append(cell)
    return lines
