"""Templates → pages. What a template is given is escaped, unless it was made as markup here."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket

from sciculture_etl.pages.moments import shown_moment
from sciculture_etl.pages.numbers import shown_number
from sciculture_etl.pages.values import cells, code_list, mark, marked_number
from sciculture_etl.pages.words import SHARED, Language, Words, page_texts
from sciculture_etl.project import PAGES
from sciculture_etl.settings import fingerprint

# Beside what Python compiles of this package.
COMPILED = Path(__file__).parent / "__pycache__"
# A template names those that it rests on as texts. To parse it for them takes as long as to write a page.
REFERENCE = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")


def _source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    path: Path = PAGES / f"templates/{name}"
    return (path.read_text(encoding="utf-8"), str(path), lambda: True) if path.is_file() else None


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder: to compile all takes half a second.

    Each is known by its text, so that none is used of another version. Where nothing can be written, nothing is kept.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), "%s.template")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # of a cut one, whatever reading it meets first
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


@lru_cache
def environment() -> Environment:
    """The one environment of all templates: autoescaped, a name that is not given is an error."""
    made = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
        bytecode_cache=CompiledTemplates(COMPILED),
    )  # fmt: skip
    made.filters |= {"number": shown_number, "marked": marked_number, "mark": mark, "codes": code_list}
    made.globals |= {"cells": cells}
    made.filters["seoul"] = shown_moment
    return made


def render(template: str, group: str, language: Language, **values: object) -> str:
    """A page.

    Args:
        template: path below ``pages/templates``.
        group: of the words that it uses, as ``t``; as ``p`` it has those of all pages.
        values: whatever the template asks for besides.

    Raises:
        UndefinedError: For a name that it isn't given.
    """
    words, shared = Words(group, language), Words(SHARED, language)
    return environment().get_template(template).render(t=words, p=shared, language=language, **values)


@lru_cache
def template_fingerprint(template: str, group: str) -> str:
    """What a page owes to its template, to those that it rests on, and to the words of its group and of all pages."""
    parts, waiting = {}, [template]
    while waiting:
        name = waiting.pop()
        if name not in parts:
            source = (PAGES / f"templates/{name}").read_text(encoding="utf-8")
            parts[name] = source
            waiting += REFERENCE.findall(source)
    words = (repr(page_texts(one)) for one in (group, SHARED))
    return fingerprint(*(f"{name} {parts[name]}" for name in sorted(parts)), *words)
