"""Names of files and folders without the personal values in them."""

from __future__ import annotations

import re

from sciculture_etl.privacy.kinds import AT, Kind, plain
from sciculture_etl.privacy.values import Hit, hits

# What stands in place of a value, and says which kind it was: ⟦휴대전화번호⟧.
OPEN, CLOSE = "⟦", "⟧"
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# No personal value has fewer digits than a passport's number, but for an address. Names are looked at by the thousand
# each night, and most hold a year and a term.
MAY_HOLD = re.compile(rf"(?:\d\D{{0,40}}){{6}}|{AT}", re.I)


def mask_text(text: str) -> str:
    """The text with every personal value replaced by its kind; a text without any comes back as it is."""
    while MAY_HOLD.search(plain(text)) and (found := sorted(hits(plain(text)), key=lambda hit: hit.start)):
        text = _without(plain(text), found)
    return text


def _without(text: str, found: list[Hit]) -> str:
    kept, at = [], 0
    for hit in found:
        if hit.start >= at:
            kept += [text[at : hit.start], OPEN, hit.kind.ko, CLOSE]
            at = hit.end
    return "".join([*kept, text[at:]])


def mask_path(path: str) -> str:
    """Folder by folder; a file's ending is no part of an address that stands before it."""
    *folders, name = path.split("/")
    ending = found[0] if (found := ENDING.search(name)) else ""
    masked = mask_text(name[: len(name) - len(ending)]) + ending
    return "/".join([*(mask_text(folder) for folder in folders), masked])


def masked_kinds(path: str) -> list[Kind]:
    """The kinds of personal values that a masked path told of."""
    return [kind for kind in Kind if f"{OPEN}{kind.ko}{CLOSE}" in path] if OPEN in path else []
