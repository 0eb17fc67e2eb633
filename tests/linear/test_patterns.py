"""No text makes a pattern cost more than its length: every pattern of the project, on texts made against it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

from attacks import Attack, attacks, beyond_linear

import sciculture_etl

METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
ASKING = re.compile(rf"\.(?:{'|'.join((*METHODS, 'compile'))})\b")


@cache
def modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.walk_packages(sciculture_etl.__path__, "sciculture_etl.")]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


@dataclass
class Used:
    """A pattern, where it is named, and how it is asked."""

    pattern: re.Pattern[Any]
    name: str
    methods: set[str] = field(default_factory=set)


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for key, own in value.items():
            yield from _patterns_in(key)
            yield from _patterns_in(own)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for own in value:
            yield from _patterns_in(own)


def _named(module: ModuleType) -> dict[str, object]:
    """Globals of a module and attributes of its classes."""
    values = dict(vars(module))
    for name, owner in vars(module).items():
        if inspect.isclass(owner) and owner.__module__ == module.__name__:
            values |= {f"{name}.{own}": value for own, value in vars(owner).items()}
    return values


def _value_of(node: ast.expr, module: ModuleType) -> object:
    """What an expression is before anything runs; None where it depends on what runs."""
    try:
        return eval(compile(ast.Expression(node), module.__name__, "eval"), vars(module))
    except Exception:
        return None


def _uses(module: ModuleType, nodes: list[ast.AST]) -> Iterator[tuple[re.Pattern[Any], str]]:
    """How named patterns are asked: ``YEAR.search``, ``SEVERAL[4].sub``."""
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            base = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if isinstance(base, (ast.Name, ast.Attribute)):
                for pattern in _patterns_in(_value_of(base, module)):
                    yield pattern, node.attr


def _written_out(module: ModuleType, nodes: list[ast.AST]) -> Iterator[tuple[re.Pattern[Any] | None, str, str]]:
    """Patterns written where they are asked, inside functions: ``re.sub(r"...", ...)``; the function's name."""
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    for name, node in ((function.name, node) for function in functions for node in ast.walk(function)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, asked = node.func.value, node.func.attr
        if not (isinstance(owner, ast.Name) and owner.id == "re" and asked in (*METHODS, "compile")):
            continue
        words = [node.args[-1], *(word.value for word in node.keywords if word.arg == "flags")]
        flags = next((v for v in (_value_of(word, module) for word in words) if isinstance(v, re.RegexFlag)), 0)
        text = _value_of(node.args[0], module)
        yield (re.compile(text, flags) if isinstance(text, (str, bytes)) else None), asked, name


@cache
def collected() -> tuple[list[Used], set[str]]:
    """All patterns, and the functions that make patterns of what they are given."""
    found: dict[tuple[Any, int], Used] = {}
    makers: set[str] = set()

    def seen(pattern: re.Pattern[Any], name: str, asked: str | None = None) -> None:
        used = found.setdefault((pattern.pattern, pattern.flags), Used(pattern, name))
        used.methods |= {asked} if asked else set()

    for module in modules():
        short = module.__name__.removeprefix("sciculture_etl.")
        for name, value in _named(module).items():
            for pattern in _patterns_in(value):
                seen(pattern, f"{short}.{name}")
        source = inspect.getsource(module)
        if not ASKING.search(source):
            continue
        nodes = list(ast.walk(ast.parse(source)))
        for pattern, asked in _uses(module, nodes):
            seen(pattern, short, asked)
        for written, asked, function in _written_out(module, nodes):
            if written is None:
                makers.add(f"{short}.{function}")
            else:
                seen(written, f"{short}.{function}", asked if asked != "compile" else None)
    return list(found.values()), makers


def _calls(used: Used) -> list[str]:
    """How a pattern is asked, one a kind; every way where that isn't seen."""
    asked = used.methods or {"search", "fullmatch", "finditer"}
    kinds = {"sub": "finditer", "subn": "finditer", "findall": "finditer", "split": "finditer"}
    return sorted({kinds.get(method, method) for method in asked})


def worst(used: Used) -> tuple[Attack, str, float] | None:
    """The first text found that costs more than its length, how it was asked, and the exponent of the growth."""
    for attack in attacks(used.pattern.pattern, used.pattern.flags):
        for method in _calls(used):
            ask = getattr(used.pattern, method)

            def call(text: str, ask: Any = ask, all_of_it: bool = method == "finditer") -> None:
                for _ in ask(text) if all_of_it else [ask(text)]:
                    pass

            def make(size: int, attack: Attack = attack) -> Any:
                text = attack.text(size)
                return text.encode() if isinstance(used.pattern.pattern, bytes) else text

            if exponent := beyond_linear(call, make, is_bare=True):
                return attack, method, exponent
    return None


def test_patterns_that_functions_make_are_known() -> None:
    """A pattern made of what a function is given can't be walked: it is tried where it is made, or meets no file."""
    unknown = collected()[1] - {
        "contracts.field._fits_its_type",  # a contract's own; cells are held to it by Polars
        "formats.dialect.find_dialect",  # a separator, blanks, a quote: each blank is looked at once
    }
    assert not unknown


def test_a_pattern_costs_no_more_than_the_length_of_its_text() -> None:
    used = collected()[0]
    assert len(used) > 150
    assert [(one.name, one.pattern.pattern, found) for one in used if (found := worst(one))] == []
