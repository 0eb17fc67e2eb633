"""How the name of a column is compared, however it is written, and how wide it is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MIDDLE_DOTS = str.maketrans(dict.fromkeys("ㆍ‧∙⋅・･•", "·"))
MAX_CHARACTERS = 120  # characters of a header; what is longer is no name of a column
LETTER = re.compile(r"[^\W\d_]|%")
UNIT_IN_BRACKETS = re.compile(
    r"[(\[<‹〈]\s*+(?:단위\s*+[:：]?\s*+)?"
    r"(명|회|개|개소|건|팀|원|천\s*+원|만\s*+원|백\s*+만\s*+원|억\s*+원|%|점|인|반|강좌|(?:5|7|10|100)\s*+점"
    r"(?:\s*+만점)?(?:\s*+척도)?(?:\s*+기준|\s*+환산)?)\s*+[)\]>›〉]"
)
UNIT_AFTER = re.compile(r"[,/]\s*+(?:명|회|개|건|원|천원|백만원|%|점)\s*+(?=\))")  # (순인원, 명)
DROPPED = re.compile(r"[\s\"()\[\]·ㆍ・•/,:：.*†]+")
# Taken away before NFKC, which would make digits of them.
NOTE_SIGN = re.compile(r"[①-⑳]|[¹²³⁴⁵⁶⁷⁸⁹⁰]+[⁾)]?|(?<=[가-힣)])\s*\d\)$")


def normalise_header(text: str | None) -> str:
    """A header as it is compared: ``수혜자수\\n(순인원)(명)¹⁾`` → ``수혜자수순인원``.

    NFKC without white space, line breaks, middle dots, brackets, a unit in brackets and footnote marks.
    """
    return _normalised(text) if text and len(text) <= MAX_CHARACTERS else ""


# Files of one form repeat each other's headers, and every cell of the head is looked at more than once.
@lru_cache(maxsize=4096)
def _normalised(text: str) -> str:
    if not LETTER.search(text):
        return ""
    plain = unicodedata.normalize("NFKC", NOTE_SIGN.sub("", text.strip().translate(MIDDLE_DOTS)))
    return DROPPED.sub("", UNIT_IN_BRACKETS.sub("", UNIT_AFTER.sub("", plain))).lower()


def unit_in_header(text: str | None) -> str | None:
    """``국비(천원)`` → ``천원``."""
    found = UNIT_IN_BRACKETS.search(unicodedata.normalize("NFKC", text or ""))
    return re.sub(r"\s", "", found[1]) if found else None


def text_width(text: str) -> int:
    """How wide a text is in a spreadsheet's units: a Korean letter takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
