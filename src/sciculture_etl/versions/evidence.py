"""The words for what decides between two versions: ``expectations/evidence.yml``."""

from __future__ import annotations

from functools import lru_cache

from sciculture_etl.project import read_words


@lru_cache
def evidence_words() -> dict[str, dict[str, str]]:
    """Level → its title and reason in both languages, in the order of evidence."""
    loaded: dict[str, dict[str, str]] = read_words("evidence.yml")
    return loaded


def title_of(level: str) -> str:
    words = evidence_words()[level]
    return f"{words['title_en']} / {words['title_ko']}"
