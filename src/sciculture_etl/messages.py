"""Messages to the operator in English and Korean, by code: ``expectations/messages.yml``."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from sciculture_etl.project import read_words

MAX_NAMES = 20


@lru_cache
def message_catalogue() -> dict[str, dict[str, str]]:
    """Return the texts of every message by its code: ``en`` and ``ko``."""
    loaded: dict[str, dict[str, str]] = read_words("messages.yml")
    return loaded


def message(code: str, **values: Any) -> str:
    """Return a message as ``English / Korean``, with its placeholders filled in.

    Args:
        code: A key of ``expectations/messages.yml``.
        values: One for each placeholder of the message.
    """
    texts = message_catalogue()[code]
    return f"{texts['en'].format(**values)} / {texts['ko'].format(**values)}"


def text_in(language: str, code: str, **values: Any) -> str:
    """Return a message in one of its languages, ``en`` or ``ko``, for what has a place of its own for each."""
    return message_catalogue()[code][language].format(**values)


def nearest_names(given: str, known: Iterable[str]) -> str:
    """Return the names that are nearest to one that is none of them, else the first of all, for a message."""
    names = list(dict.fromkeys(known))
    near = [name for name in names if given.lower() in name.lower()] or get_close_matches(given, names)
    return ", ".join((near or names)[:MAX_NAMES]) or "-"
