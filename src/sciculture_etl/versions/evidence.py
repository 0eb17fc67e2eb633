"""The words for what decides between two versions: ``expectations/evidence.yml``."""

from __future__ import annotations

from functools import lru_cache

import yaml

from sciculture_etl.project import EXPECTATIONS


@lru_cache
def evidence_words() -> dict[str, dict[str, str]]:
    """Level → its title and reason in both languages, in the order of evidence."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load((EXPECTATIONS / "evidence.yml").read_text(encoding="utf-8"))
    return loaded


def title_of(level: str) -> str:
    words = evidence_words()[level]
    return f"{words['title_en']} / {words['title_ko']}"
