"""Messages stand in one catalogue, are complete in both languages, and are all used."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from sciculture_etl.findings import catalogue
from sciculture_etl.messages import message, message_catalogue
from sciculture_etl.project import CHECKOUT


def calls_of_message() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of ``message`` in the code."""
    for folder in ("src", "flows"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "message":
                    yield path, node


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_of_the_catalogue_is_used_and_every_message_used_is_in_it() -> None:
    used = {call.args[0].value for _, call in calls_of_message() if isinstance(call.args[0], ast.Constant)}
    assert used <= set(message_catalogue())
    written = {
        node.value
        for folder in ("src", "flows")
        for path in (CHECKOUT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(message_catalogue()) <= written


def test_every_call_fills_in_the_placeholders_of_its_message() -> None:
    for path, call in calls_of_message():
        (code,) = call.args
        if not isinstance(code, ast.Constant):  # a function found what is wrong, and returns its code
            continue
        given = {keyword.arg for keyword in call.keywords}
        assert given == placeholders(message_catalogue()[str(code.value)]["en"]), f"{path}:{call.lineno}"


@pytest.mark.parametrize("code", message_catalogue())
def test_both_halves_of_a_message_name_the_same(code: str) -> None:
    texts = message_catalogue()[code]
    assert set(texts) == {"en", "ko"}
    assert placeholders(texts["en"]) == placeholders(texts["ko"])
    for named in ("--", "`sciculture ", "SCICULTURE_", "PREFECT_"):
        assert texts["en"].count(named) == texts["ko"].count(named), named


@pytest.mark.parametrize("code", catalogue())
def test_both_halves_of_a_finding_name_the_same(code: str) -> None:
    texts = catalogue()[code]
    assert placeholders(texts["en"]) == placeholders(texts["ko"])
    assert placeholders(texts["fix_en"]) == placeholders(texts["fix_ko"])


def test_a_message_is_told_in_english_and_korean() -> None:
    text = message("release_is_current", release="00003-20261130")
    english, korean = text.split(" / ")
    assert english == "release 00003-20261130 is already the current one"
    assert korean == "릴리스 00003-20261130은(는) 이미 현재 릴리스입니다"


def test_no_text_in_two_languages_stands_in_the_code_of_an_error() -> None:
    """Whoever raises an error for a person takes its text from the catalogue."""
    for folder in ("src", "flows"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Raise) and node.exc is not None:
                    texts = [c.value for c in ast.walk(node.exc) if isinstance(c, ast.Constant)]
                    assert not any(isinstance(t, str) and " / " in t and not t.isascii() for t in texts), (
                        f"{path}:{node.lineno}"
                    )
