"""Names of files and folders made of what others wrote: whatever that was, they stay where they belong."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sciculture_etl.settings import fingerprint

FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_name(text: str, most_bytes: int, otherwise: str) -> str:
    """A name of one part that every file system takes, at most so many bytes of UTF-8.

    Args:
        otherwise: where nothing is left of the text.
    """
    plain = unicodedata.normalize("NFC", text)
    # Control characters, and those that turn the direction of what follows.
    plain = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    plain = " ".join(FORBIDDEN.sub("_", plain).split()).strip(". ")
    plain = plain.encode()[:most_bytes].decode(errors="ignore").strip(". ")
    return f"_{plain}" if RESERVED.fullmatch(plain) else plain or otherwise


@lru_cache  # of few submitters, asked for each of their submissions
def own_name(text: str, most_bytes: int, otherwise: str) -> str:
    """The same, and no two texts have it in common."""
    safe = safe_name(text, most_bytes - 9, otherwise)
    return safe if safe == unicodedata.normalize("NFC", text) else f"{safe}_{fingerprint(text)[:8]}"
