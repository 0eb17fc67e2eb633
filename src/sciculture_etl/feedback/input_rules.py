"""Drop-downs, input rules and named ranges of an .xlsx that a copy carries: those that reach nothing outside it."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from sciculture_etl.feedback.copies import InputRule
from sciculture_etl.formats.grid import Merge, parse_range

PLAIN_RANGE = re.compile(r"('[^'\[\]|]+'|[\w.]+)!\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")
PLAIN_NAME = re.compile(r"(?![A-Za-z]{1,3}\d+$|[RrCc]\d*$)[^\W\d][\w.]{0,99}")
REACHES_OUT = re.compile(r"[\[\]|]|WEBSERVICE|HYPERLINK|RTD|CALL|EXEC|://|\\\\", re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')  # a text in a formula, which does nothing
KINDS = {
    "none": "any", "list": "list",
    "whole": "integer", "decimal": "decimal", "date": "date", "time": "time", "textLength": "length",
    "custom": "custom",
}  # fmt: skip
COMPARED = {
    "between": "between", "notBetween": "not between", "equal": "==", "notEqual": "!=", "greaterThan": ">",
    "lessThan": "<", "greaterThanOrEqual": ">=", "lessThanOrEqual": "<=",
}  # fmt: skip
# Texts of a rule with how many characters a spreadsheet takes.
TEXTS = {
    "promptTitle": ("input_title", 32), "prompt": ("input_message", 255), "errorTitle": ("error_title", 32),
    "error": ("error_message", 255),
}  # fmt: skip
ERRORS = {"warning": "warning", "information": "information"}
MAX_LIST = 255  # characters of a drop-down that holds its values itself
MAX_RULES, MAX_RANGES, MAX_NAMES = 1_000, 1_000, 1_000


def read_rules(sheet: etree._Element) -> list[InputRule]:
    """The rules of a worksheet, also those that newer programs keep apart."""
    found = (_rule(element) for element in list(sheet.iter("{*}dataValidation"))[:MAX_RULES])
    return [rule for rule in found if rule is not None]


def read_names(workbook: etree._Element) -> dict[str, str]:
    """Names of ranges of this very workbook that hold for all of its sheets."""
    named = list(workbook.iterfind("{*}definedNames/{*}definedName"))[:MAX_NAMES]
    found = {element.get("name", ""): element.text or "" for element in named if element.get("localSheetId") is None}
    return {name: place for name, place in found.items() if PLAIN_NAME.fullmatch(name) and PLAIN_RANGE.fullmatch(place)}


def _rule(element: etree._Element) -> InputRule | None:
    kind, ranges = KINDS.get(element.get("type", "none")), _ranges(element)
    formulas = [_formula(element, number) for number in (1, 2)]
    reaching = any(REACHES_OUT.search(QUOTED.sub("", formula)) for formula in formulas)
    if kind is None or not ranges or reaching or (kind != "any" and not formulas[0]):
        return None
    options: dict[str, Any] = {
        "validate": kind, "ignore_blank": element.get("allowBlank") in ("1", "true"),
        "show_input": element.get("showInputMessage") in ("1", "true"),
        "show_error": element.get("showErrorMessage") in ("1", "true"),
        "error_type": ERRORS.get(element.get("errorStyle", ""), "stop"),
    }  # fmt: skip
    for name, (option, most) in TEXTS.items():
        if text := element.get(name):
            options[option] = text[:most]
    if kind == "any":
        return InputRule(ranges, options)
    if kind == "list":
        values = _values(formulas[0])
        if values is not None and len(",".join(values)) > MAX_LIST:
            return None
        options |= {"source": values or f"={formulas[0]}", "dropdown": element.get("showDropDown") not in ("1", "true")}
        return InputRule(ranges, options)
    if kind == "custom":
        return InputRule(ranges, options | {"value": f"={formulas[0]}"})
    criteria = COMPARED.get(element.get("operator", "between"))
    if criteria is None or ("between" in criteria and not formulas[1]):
        return None
    bounds = {"minimum": f"={formulas[0]}", "maximum": f"={formulas[1]}"}
    return InputRule(
        ranges, options | {"criteria": criteria} | (bounds if "between" in criteria else {"value": f"={formulas[0]}"})
    )


def _formula(element: etree._Element, number: int) -> str:
    found = element.find(f"{{*}}formula{number}")
    return "".join(str(text) for text in found.itertext()).strip() if found is not None else ""


def _values(formula: str) -> list[str] | None:
    """The values of a drop-down that holds them itself; None for one that points to them."""
    return formula[1:-1].replace('""', '"').split(",") if re.fullmatch(r'(?s)".+"', formula) else None


def _ranges(element: etree._Element) -> list[Merge]:
    text = element.get("sqref") or "".join(str(found.text or "") for found in element.iterfind("{*}sqref"))
    found = (parse_range(place) for place in text.split()[:MAX_RANGES])
    return [place for place in found if place]
