"""What the workbooks say around the tables: ``expectations/workbook.yml``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from sciculture_etl.contracts.yaml_files import BilingualText, read_yaml
from sciculture_etl.project import EXPECTATIONS

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")
NOT_ADDITIVE_SIGN = "※"
NOTHING = "-"


@lru_cache
def all_texts() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(EXPECTATIONS / "workbook.yml")
    return loaded


def label(name: str) -> BilingualText:
    return BilingualText(**all_texts()["labels"][name])


def text(name: str, **values: object) -> BilingualText:
    """A sentence in both languages; where a value is bilingual, each has its own."""
    stated = all_texts()["texts"][name]
    return BilingualText(**{
        language: stated[language].format(
            **{key: value[language] if isinstance(value, dict) else value for key, value in values.items()}
        )
        for language in LANGUAGES
    })  # fmt: skip


def in_language(words: BilingualText, language: Language) -> str:
    return words.ko if language == "ko" else words.en


def yes_or_no(value: bool, language: Language) -> str:
    return str(all_texts()["yes_no"][value][language])


def unit_text(unit: str | None, language: Language) -> str:
    """A unit as readers of that language know it; as the contract has it, where no Korean word is stated."""
    return str(all_texts()["units"].get(unit, unit)) if unit and language == "ko" else unit or ""
