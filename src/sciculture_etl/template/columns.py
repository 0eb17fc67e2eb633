"""A column of the form → what its cells look like, what may be typed there, and what the form says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from sciculture_etl.contracts import Contract, FormColumn, form_columns
from sciculture_etl.contracts.field import ContractField
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.header_text import text_width
from sciculture_etl.template.lists import Lists
from sciculture_etl.template.region_lists import Names
from sciculture_etl.template.rules import keeps_pattern, pattern_shown
from sciculture_etl.template.texts import words

MAX_LISTED = 20  # values that are named in full
FORMATS = {"text": "@", "list": "@", "count": "#,##0", "money": "#,##0", "ordinal": "0", "date": "yyyy-mm-dd"}
WIDTHS = {"text": 20, "list": 26, "count": 11, "money": 15, "number": 10, "score": 10, "ordinal": 8, "term": 9,
          "date": 13, "region": 17}  # fmt: skip
MAX_WIDTH = 28
MAX_COUNT, MAX_ORDINAL = 1_000_000_000, 9999
MAX_TITLE_CHARACTERS, MAX_MESSAGE_CHARACTERS = 32, 255  # what Excel takes


@dataclass(frozen=True)
class Column:
    """One column, ready to be written.

    Attributes:
        rule: how to fill it in, in words.
        validation: as xlsxwriter takes it.
        example: what the example row shows, None for a blank.
    """

    asked: FormColumn
    letter: str
    width: float
    number_format: str
    rule: str
    validation: dict[str, Any]
    example: str | int | float | date | None

    @property
    def description(self) -> str:
        fld, guide = self.asked.field, words("guide")
        text = fld.description.ko
        return guide["wide"].format(name=self.asked.name, description=text) if self.asked.code else text


@dataclass
class _Making:
    """What the columns of one form share.

    Attributes:
        row: the first row, from 1, that formulas are written for.
    """

    contract: Contract
    year: int
    term: int | None
    row: int
    lists: Lists
    chains: list[list[Names]]
    letters: dict[str, str] = field(default_factory=dict)

    def cell(self, name: str) -> str:
        return f"${self.letters[name]}{self.row}"


def lay_out_columns(
    contract: Contract, year: int, term: int | None, row: int, lists: Lists, chains: list[list[Names]]
) -> list[Column]:
    """All columns of the form.

    Args:
        chains: the places that it offers, level by level; they stand in ``lists`` already.
    """
    asked = form_columns(contract)
    letters = {column.field.name: xl_col_to_name(index) for index, column in enumerate(asked)}
    making = _Making(contract, year, term, row, lists, chains, letters)
    return [_column(making, column, xl_col_to_name(index)) for index, column in enumerate(asked)]


def _column(making: _Making, asked: FormColumn, letter: str) -> Column:
    rule, validation = _rule(making, asked, f"${letter}{making.row}")
    text = f"{asked.field.description.ko}. {rule}".strip()
    validation = {
        "input_title": asked.name[:MAX_TITLE_CHARACTERS], "input_message": text[:MAX_MESSAGE_CHARACTERS].rstrip(),
        "error_title": words("errors")["title"], "error_message": rule[:MAX_MESSAGE_CHARACTERS], **validation,
    }  # fmt: skip
    return Column(
        asked=asked, letter=letter, width=_width(making, asked), number_format=FORMATS.get(asked.field.type, "General"),
        rule=rule, validation=validation, example=_example(making, asked),
    )  # fmt: skip


def _width(making: _Making, asked: FormColumn) -> float:
    texts = [str(value) for value in _offered(making, asked)] if asked.field.type in ("enum", "term") else []
    longest = max((text_width(text) + 4 for text in texts), default=0)
    header = text_width(asked.name) + 3
    return max(min(longest, MAX_WIDTH), WIDTHS.get(asked.field.type, 10), header)


def _offered(making: _Making, asked: FormColumn) -> list[str | int]:
    """What the drop-down of an enum or term holds."""
    fld = asked.field
    if fld.type == "enum":
        return list(asked.offered.values())
    spelled = words("labels")["term"][fld.terms]
    offered: list[str | int] = list(spelled) if isinstance(spelled, list) else list(range(1, fld.terms + 1))
    if making.term is not None:
        return [offered[making.term - 1]]
    return [*offered, 0] if fld.default == 0 else offered


def _named(asked: FormColumn, offered: list[str | int]) -> str:
    if asked.field.values_from:
        return ", ".join(f"{word}({code})" for code, word in asked.offered.items())
    return ", ".join(map(str, offered))


def _rule(making: _Making, asked: FormColumn, cell: str) -> tuple[str, dict[str, Any]]:
    """The rule in words, and as a validation."""
    fld, texts = asked.field, words("rules")
    if fld.type == "text" and fld.pattern and (formula := keeps_pattern(fld.pattern, cell)):
        return texts["pattern"].format(pattern=pattern_shown(fld.pattern)), {"validate": "custom", "value": formula}
    if fld.type in ("text", "list"):
        return texts["refers_to" if fld.refers_to else fld.type], {"validate": "any"}
    if fld.type in ("enum", "term"):
        offered = _offered(making, asked)
        kind = "enum_long" if len(offered) > MAX_LISTED else "term_whole" if 0 in offered else fld.type
        rule = texts[kind].format(values=_named(asked, offered), count=len(offered))
        # The codes of a reference list are words that people use (UKC); they may be typed.
        style = {"error_type": "warning"} if fld.values_from else {}
        return rule, {"validate": "list", "source": making.lists.add(offered), **style}
    if fld.type == "region":
        return _place_rule(making, asked)
    if fld.type == "date":
        return _date_rule(making, asked)
    return _number_rule(asked)


def _place_rule(making: _Making, asked: FormColumn) -> tuple[str, dict[str, Any]]:
    fields = making.contract.region_fields
    above = [making.cell(other.name) for other in fields[: fields.index(asked.field)]]
    error = words("errors")["place"].format(year=making.year)
    validation = {"validate": "list", "source": making.lists.places_below(above), "error_type": "warning"}
    return words("rules")[str(asked.field.level)], validation | {"error_message": error}


def _date_rule(making: _Making, asked: FormColumn) -> tuple[str, dict[str, Any]]:
    """A day of the program year where that year is taken from it or a rule asks for it; else such days are usual."""
    contract, fld = making.contract, asked.field
    texts, shown = words("rules"), {"year": making.year, "first": f"{_example_day(making, fld)}"}
    within = {
        "validate": "date", "criteria": "between", "minimum": date(making.year, 1, 1),
        "maximum": date(making.year, 12, 31),
    }  # fmt: skip
    bound = any(rule.field == fld.name and rule.code == "E_YEAR_MISMATCH" for rule in contract.row_rules)
    usual = {"error_type": "warning", "error_message": words("errors")["date_outside"].format(**shown)}
    if fld.period == "end":
        start = next(other.name for other in contract.fields.values() if other.period == "start")
        order = {"validate": "date", "criteria": ">=", "value": f"={making.cell(start)}", "error_type": "warning"}
        return texts["period_end"].format(**shown), order
    if fld.period == "start":
        return texts["period_start"].format(**shown), within | usual
    if bound or fld.name == contract.year_from:
        return texts["date_in_year"].format(**shown), within
    since = {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1)}
    return texts["date"].format(**shown), since


def _number_rule(asked: FormColumn) -> tuple[str, dict[str, Any]]:
    fld, texts = asked.field, words("rules")
    highest = {"score": 100, "ordinal": MAX_ORDINAL}.get(fld.type, MAX_COUNT)
    low, high = fld.between or ({"ordinal": 1}.get(fld.type, 0), highest)
    whole = fld.type in ("count", "money", "ordinal")
    low, high = (int(low), int(high)) if whole else (low, high)
    # The year 1900 is written without a comma.
    spelling = ".10g" if fld.type == "ordinal" else ",.10g"
    numbers = {"low": f"{low:{spelling}}", "high": f"{high:{spelling}}"}
    kind: str = fld.type
    if fld.type == "count" and fld.between:
        kind = "count_from" if low > 0 else "count_between"
    rule = texts["total"] if asked.code == TOTAL else texts[kind].format(**numbers)
    if fld.type in ("count", "money") and not fld.between:
        return rule, {"validate": "integer", "criteria": ">=", "value": 0}
    return rule, {"validate": "integer" if whole else "decimal", "criteria": "between", "minimum": low, "maximum": high}


def _example(making: _Making, asked: FormColumn) -> str | int | float | date | None:
    fld, examples = asked.field, words("examples")
    if fld.name in examples["blank"]:
        return None
    if asked.code:
        parts = sum(column.code not in (None, TOTAL) for column in form_columns(making.contract))
        number: int = examples["default"]["member"]
        return number * parts if asked.code == TOTAL else number
    if fld.type == "enum":
        return asked.offered[str(examples["code"].get(fld.name) or fld.default or next(iter(fld.values)))]
    if fld.type == "term":
        return _offered(making, asked)[0]
    if fld.type == "region":
        return making.chains[making.contract.region_fields.index(fld)][0][-1]
    if fld.type == "date":
        return _example_day(making, fld)
    kind = "text" if fld.type in ("text", "list") else fld.type
    known: dict[str, str | int | float] = examples["text" if kind == "text" else "number"]
    usual: str | int | float = examples["default"][kind]
    return known.get(fld.name, usual)


def _example_day(making: _Making, fld: ContractField) -> date:
    if fld.month == "last_day":
        return date(making.year, 12, 31)
    return date(making.year, 5, {"start": 11, "end": 22}.get(fld.period or "", 15))
