"""Messages to the operator in English and Korean, by code: ``expectations/messages.yml``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from sciculture_etl.project import EXPECTATIONS


@lru_cache
def message_catalogue() -> dict[str, dict[str, str]]:
    """Return the texts of every message by its code: ``en`` and ``ko``."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load((EXPECTATIONS / "messages.yml").read_text(encoding="utf-8"))
    return loaded


def message(code: str, **values: Any) -> str:
    """Return a message as ``English / Korean``, with its placeholders filled in.

    Args:
        code: A key of ``expectations/messages.yml``.
        values: One for each placeholder of the message.
    """
    texts = message_catalogue()[code]
    return f"{texts['en'].format(**values)} / {texts['ko'].format(**values)}"
