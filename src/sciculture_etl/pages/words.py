"""The words of pages.

Every group of pages has a file of its own, ``expectations/site.yml``, ``desk.yml``; what all share is in ``pages.yml``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from sciculture_etl.contracts.yaml_files import BilingualText, read_yaml
from sciculture_etl.project import EXPECTATIONS

Language = Literal["ko", "en"]
SHARED = "pages"  # the words of all pages
LANGUAGES: tuple[Language, ...] = ("ko", "en")


@lru_cache
def page_texts(group: str) -> dict[str, Any]:
    """The texts of ``expectations/<group>.yml``: name → ``{ko, en}``, or further names.

    Raises:
        ContractError: Naming the line that is no YAML.
    """
    loaded: dict[str, Any] = read_yaml(EXPECTATIONS / f"{group}.yml")
    return loaded


class Words:
    """The texts of a group in one language, as templates ask for them: ``t('nav.programs', count=23)``."""

    def __init__(self, group: str, language: Language) -> None:
        self.group = group
        self.language = language

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name, ``{braces}`` filled in.

        Raises:
            KeyError: Where there is no such text.
        """
        found: Any = page_texts(self.group)
        for part in name.split("."):
            found = found[part]
        words = str(found[self.language])
        return words.format(**values) if values else words

    def has_text(self, name: str) -> bool:
        """Whether there is a text of that name: what is named in data may be unknown here."""
        found: Any = page_texts(self.group)
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return isinstance(found, dict) and self.language in found


def in_language(words: BilingualText, language: Language) -> str:
    return words.ko if language == "ko" else words.en
