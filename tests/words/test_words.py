"""The words of docs/glossary.md hold in names, headings and messages; ``words.yml`` lists what isn't used, and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sciculture_etl.findings import catalogue
from sciculture_etl.messages import message_catalogue
from sciculture_etl.project import CHECKOUT, EXPECTATIONS

RULES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
PARTS_OF_A_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def python_files() -> list[Path]:
    """The code that the rules are for."""
    files = [path for folder in RULES["folders"] for path in sorted((CHECKOUT / folder).rglob("*.py"))]
    left_out = [CHECKOUT / folder for folder in RULES["folders_left_out"]]
    return [path for path in files if not any(path.is_relative_to(folder) for folder in left_out)]


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that the code gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def wrong_identifiers(source: str) -> list[tuple[str, int]]:
    """The names of a file that hold a word which isn't used here, or begin as a limit doesn't."""
    rules = RULES["identifiers"]
    found = []
    for name, line in identifiers(ast.parse(source)):
        if name in rules["exceptions"]:
            continue
        words = {word.lower() for word in PARTS_OF_A_NAME.findall(name)}
        if words & set(rules["words"]) or re.match(rules["no_limits"], name):
            found.append((name, line))
    return found


def wrong_predicates(source: str) -> list[tuple[str, int]]:
    """Functions that answer yes or no and don't say so in their name."""
    rules = RULES["predicates"]
    return [
        (node.name, node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == "bool"
        and not re.match(rules["begin"], node.name)
        and node.name not in rules["exceptions"]
    ]


def wrong_exceptions(source: str) -> list[tuple[str, int]]:
    """Classes that are raised and don't end in Error."""
    return [
        (node.name, node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        and any(re.search(r"(Error|(?<!Base)Exception)$", ast.unparse(base)) for base in node.bases)
        and not node.name.endswith("Error")
        and node.name not in RULES["errors"]["exceptions"]
    ]


def wrong_texts(texts: dict[str, str], rules: dict[str, Any]) -> list[tuple[str, str]]:
    """Texts, by where they stand, that hold a phrase which isn't used; with the phrase."""
    return [
        (place, phrase)
        for place, text in texts.items()
        for phrase in rules["phrases"]
        if re.search(rf"(?<!\w){phrase}(?!\w)" if phrase.isascii() else phrase, text, re.IGNORECASE)
        and place not in rules["exceptions"]
    ]


def headings() -> dict[str, str]:
    files = [*sorted((CHECKOUT / "docs").glob("*.md")), CHECKOUT / "README.md"]
    return {
        f"{path.name}: {line.lstrip('# ')}": line
        for path in files
        for line in re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).splitlines()
        if line.startswith("#")
    }


def texts_of(node: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text of a YAML file by its path of keys."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts_of(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from texts_of(value, f"{place}.{number}")
    elif isinstance(node, str):
        yield place, node


def messages() -> dict[str, str]:
    found = dict(texts_of(catalogue(), "findings")) | dict(texts_of(message_catalogue(), "messages"))
    for name in ("feedback", "template", "formats"):
        found |= texts_of(yaml.safe_load((EXPECTATIONS / f"{name}.yml").read_text(encoding="utf-8")), name)
    return found


@pytest.mark.parametrize("check", [wrong_identifiers, wrong_predicates, wrong_exceptions])
def test_names_use_the_words_of_the_glossary(check: Any) -> None:
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{line}: {name}"
        for path in python_files()
        for name, line in check(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n".join(wrong)


def test_headings_and_messages_use_the_words_of_the_glossary() -> None:
    assert wrong_texts(headings(), RULES["headings"]) == []
    assert wrong_texts(messages(), RULES["messages"]) == []


def test_an_exception_is_listed_only_while_it_is_needed() -> None:
    sources = [path.read_text(encoding="utf-8") for path in python_files()]
    names = {name for source in sources for name, _ in identifiers(ast.parse(source))}
    for rules in (RULES["identifiers"], RULES["predicates"], RULES["errors"]):
        assert all(rules["exceptions"].values()), "every exception has its reason"
        assert set(rules["exceptions"]) <= names


@pytest.mark.parametrize(
    ("check", "source", "name"),
    [
        (wrong_identifiers, "def tell_story(): ...", "tell_story"),
        (wrong_identifiers, "class ToldRows: ...", "ToldRows"),
        (wrong_identifiers, "def f(told): ...", "told"),
        (wrong_identifiers, "MOST_PLACES = 8", "MOST_PLACES"),
        (wrong_predicates, "def holds(x) -> bool: ...", "holds"),
        (wrong_exceptions, "class Lasting(Exception): ...", "Lasting"),
        (wrong_exceptions, "class Busy(UserError): ...", "Busy"),
    ],
)
def test_a_wrong_name_is_found(check: Any, source: str, name: str) -> None:
    assert [found for found, _ in check(source)] == [name]


@pytest.mark.parametrize("text", ["What a promise says", "하실 일은 없습니다", "the programme desk"])
def test_a_wrong_text_is_found(text: str) -> None:
    assert wrong_texts({"here": text}, RULES["headings"]) or wrong_texts({"here": text}, RULES["messages"])
