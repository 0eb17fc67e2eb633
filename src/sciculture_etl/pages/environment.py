"""Templates → pages. What a template is given is escaped, unless it was made as markup here."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from sciculture_etl.pages.numbers import shown_number
from sciculture_etl.pages.words import Language, Words
from sciculture_etl.project import PAGES


def _source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    path: Path = PAGES / f"templates/{name}"
    return (path.read_text(encoding="utf-8"), str(path), lambda: True) if path.is_file() else None


@lru_cache
def environment() -> Environment:
    """The one environment of all templates: autoescaped, a name that is not given is an error."""
    made = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["number"] = shown_number
    return made


def render(template: str, group: str, language: Language, **values: object) -> str:
    """A page.

    Args:
        template: path below ``pages/templates``.
        group: of the words that it uses, as ``t``.
        values: whatever the template asks for besides.

    Raises:
        UndefinedError: For a name that it isn't given.
    """
    words = Words(group, language)
    return environment().get_template(template).render(t=words, language=language, **values)
