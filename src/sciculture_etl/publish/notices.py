"""What the pages of a release say of it since it was published: that it is current, older than another, or withdrawn.

They hold a hidden notice for each, and ``site/assets/standing.css`` of the release shows the fitting one. It is the
only file of a release that is ever written again, and so the only one of which no hash is kept: it must be, letter by
letter, one of the texts below. It lies within the release, and so comes along where a folder is copied: a style sheet
that isn't there would be an error on every page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sciculture_etl.publish.files import Content

STANDING = "site/assets/standing.css"
CURRENT, OLDER, WITHDRAWN = "current", "older", "withdrawn"
_SHOWN = "/* {state} */\n.notice-{state} {{ display: block; }}\n"
SHEETS = {CURRENT: f"/* {CURRENT} */\n"} | {state: _SHOWN.format(state=state) for state in (OLDER, WITHDRAWN)}


def write_standing(_content: Content, _written_of: str, target: Path) -> None:
    """As a release has it when it is published."""
    target.write_text(SHEETS[CURRENT], encoding="utf-8", newline="\n")


def why_no_standing(path: Path, _entry: dict[str, Any]) -> str | None:
    return None if is_standing(path) else "it was changed"


def is_standing(path: Path) -> bool:
    """Whether a file is one that shows a notice and does nothing else."""
    longest = max(map(len, SHEETS.values()))
    try:
        with path.open("rb") as sheet:
            return sheet.read(longest + 1) in {text.encode() for text in SHEETS.values()}
    except OSError:
        return False
