"""No text of a file makes a function cost more than its length: every function that takes a cell, a title, a header, a
name or a place, on texts made of the pieces of the patterns that stand beside it."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import polars as pl
import pytest
from attacks import PLAIN, Attack, attacks, beyond_linear
from test_patterns import _named, _patterns_in, modules

from sciculture_etl.contracts import load_contracts
from sciculture_etl.formats.dialect import Dialect
from sciculture_etl.formats.shown import Shape
from sciculture_etl.grid import Grid
from sciculture_etl.privacy.search import Texts, find_personal
from sciculture_etl.privacy.values import suspicious
from sciculture_etl.regions import resolve
from sciculture_etl.settings import DEFAULT_LIMITS
from sciculture_etl.tables.titles import read_title
from sciculture_etl.validate.cells import by_distinct, cast_field, cast_plain

PACKAGES = (
    "contracts", "extract.names", "feedback", "findings", "formats", "grid", "header_text", "intake", "messages",
    "privacy", "regions", "tables", "template", "validate",
)  # fmt: skip
MAX_TEXTS = 40  # a function
SIZES, SUSPECT = (20, 200, 6000), 0.06  # a function does more with a text than one pattern does
# What else such a function asks for.
GIVEN = {
    "per_year": 4, "program_year": 2020, "kind": "count", "units": ("명", "회"), "scale": None, "number": 1,
    "limits": DEFAULT_LIMITS, "most_bytes": 200, "otherwise": "이름", "most": 9, "width": 20.0, "shape": Shape.DAY,
    "labels": {0: "강사"}, "below": pl.Series(["가상"]), "known": frozenset(), "contracts": load_contracts(),
    "contract": load_contracts()["dsc_class"], "cell": "A1", "on": dt.date(2020, 12, 31), "is_1904": False,
    "size": 1, "stated": None, "dialect": Dialect(",", width=5),
}  # fmt: skip
# Functions whose text comes from no file: from contracts, from the code, from settings.
OURS = {
    "contracts.field.reference_path", "feedback.cells.fill", "findings.shown_column", "findings.unsupported",
    "findings.why_ended", "formats.grid.too_large", "formats.recognise.is_package", "formats.recognise.is_xml",
    "messages.message", "messages.nearest_names", "messages.text_in", "privacy.kinds.for_polars",
    "tables.spelling.wide_column",
    "template.rules.pattern_shown", "template.rules.keeps_pattern", "template.texts.words",
    "extract.names.why_no_submission", "formats.tags.without_prefix", "formats.tags.first_tag",
    "grid.column_index",
    "intake.check.check_file", "intake.check.refused_file", "intake.staging.unpickled", "formats.shown.shape_of",
    "intake.cluster.connected", "intake.cluster.cluster_at", "intake.node.examine",
}  # fmt: skip


def _column(text: str) -> pl.Series:
    return pl.Series("text", [text])


def _cast(kind: str) -> Callable[[str], object]:
    contract = next(c for c in load_contracts().values() if any(f.type == kind for f in c.fields.values()))
    fld = next(f for f in contract.fields.values() if f.type == kind)
    years = pl.Series([2020])
    if kind in ("enum", "term", "ordinal", "list"):
        return lambda text: cast_plain(contract, fld, _column(text))
    return lambda text: cast_field(contract, fld, _column(text), years, None)


def _grid_of(text: str) -> Grid:
    return Grid(None, pl.DataFrame({"c0": ["제목", text], "c1": [text, "1"]}))


FILES = {"formats.delimited.read_text_grid", "formats.registry.open_file", "intake.reading.read_submission"}
MAX_FILES = 4


# Where a text comes in with others of its kind.
DOORS: dict[str, Callable[[str], object]] = {
    "a cell of a title": lambda text: read_title([[text, None, text]], text),
    "a cell searched for personal data": lambda text: find_personal(
        [_grid_of(text)], text, [Texts(_column(text), ("", ""))]
    ),
    "a suspicious cell": lambda text: suspicious(_column(text), text),
    "a place": lambda text: resolve(text, dt.date(2020, 12, 31)),
    "a distinct text": lambda text: by_distinct(_column(text), lambda own: (own, None), pl.String()),
    **{
        f"a cell of type {kind}": _cast(kind) for kind in ("count", "number", "date", "enum", "term", "ordinal", "list")
    },
}


def _functions() -> dict[str, Callable[[Any], object]]:
    found: dict[str, Callable[[Any], object]] = {}
    for module in modules():
        short = module.__name__.removeprefix("sciculture_etl.")
        for name, function in vars(module).items() if short.startswith(PACKAGES) else ():
            if (
                name.startswith("_")
                or getattr(function, "__module__", "") != module.__name__
                or inspect.isclass(function)
            ):
                continue
            given = list(inspect.signature(function).parameters.values()) if callable(function) else []
            if given and given[0].annotation in ("str", "str | None", "bytes") and f"{short}.{name}" not in OURS:
                found[f"{short}.{name}"] = function
    return found


FUNCTIONS = _functions()
OF_MODULE = {module.__name__.removeprefix("sciculture_etl."): module for module in modules()}


def _texts_against(name: str) -> list[Attack]:
    """Made of the patterns of a function's module, those that it has of others among them."""
    module = OF_MODULE.get(name.rpartition(".")[0])
    named = (
        _named(module).values() if module else [value for own in OF_MODULE.values() for value in _named(own).values()]
    )
    own = [a for value in named for pattern in _patterns_in(value) for a in attacks(pattern.pattern, pattern.flags)]
    plain = [Attack(before, pump, after) for pump in PLAIN for before in ("", "1", "가") for after in ("", "x")]
    own = sorted(dict.fromkeys(own), key=repr)
    return plain[:: 1 if not own else 3] + Random(name).sample(own, min(MAX_TEXTS, len(own)))


def _all_of(function: Callable[..., object], text: object, given: dict[str, Any]) -> None:
    try:
        made = function(text, **given)
        if isinstance(made, Iterator):
            for _ in made:
                pass
    except Exception:
        pass


def costs_more(name: str, function: Callable[..., object]) -> tuple[Attack, float] | None:
    parameters = list(inspect.signature(function).parameters.values())
    given = {p.name: GIVEN[p.name] for p in parameters[1:] if p.default is p.empty and p.kind is not p.VAR_KEYWORD}
    is_bytes = parameters[0].annotation == "bytes"
    for attack in _texts_against(name)[: MAX_FILES if name in FILES else None]:

        def make(size: int, attack: Attack = attack) -> str | bytes:
            return attack.text(size).encode() if is_bytes else attack.text(size)

        if exponent := beyond_linear(lambda text: _all_of(function, text, given), make, SIZES, SUSPECT):
            return attack, exponent
    return None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_costs_no_more_than_the_length_of_its_text(name: str) -> None:
    assert costs_more(name, FUNCTIONS[name]) is None


@pytest.mark.parametrize("name", DOORS)
def test_a_text_costs_no_more_than_its_length_where_it_comes_in(name: str) -> None:
    assert costs_more(name, DOORS[name]) is None
