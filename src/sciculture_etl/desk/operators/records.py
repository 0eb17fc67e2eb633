"""What was done at the desk, a file an act: ``warehouse/desk/acts/<number>.json``, for this user alone.

The number is made with the page that asks for confirmation. So pressing twice does it once, both see the same result,
and that survives the page, the browser and the desk.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sciculture_etl.desk.folder import make_private_folder
from sciculture_etl.storage.access import OWN_FILE
from sciculture_etl.storage.atomic import write_atomically

NUMBER = re.compile(r"[0-9a-f]{32}")
MAX_KEPT = 200
# How an act ended; until then it is ``BEGUN``.
BEGUN = "begun"


@dataclass
class ActRecord:
    """One act.

    Attributes:
        by: who did it.
        at: when it began, ISO 8601 UTC.
        outcome: ``BEGUN``; of a decision done, requested, refused or busy; of a run as its command says.
        text: what was said instead, in words for people.
        summary: of a run, what its command said, as far as a page shows it.
    """

    number: str
    kind: str
    by: str
    at: str
    submission: str = ""
    outcome: str = BEGUN
    text: str = ""
    summary: dict[str, Any] = field(default_factory=dict)


def new_number() -> str:
    return secrets.token_hex(16)


class ActRecords:
    """The records of a desk's folder."""

    def __init__(self, desk: Path) -> None:
        self.folder = make_private_folder(desk / "acts")

    def path(self, number: str, ending: str = "json") -> Path:
        return self.folder / f"{number}.{ending}"

    def is_begun_by(self, record: ActRecord) -> bool:
        """Writes it down; whether that began it: an act of that number may have been begun already."""
        self._sweep()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path(record.number), flags, OWN_FILE)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "wb") as target:
            target.write(_bytes(record))
        return True

    def end(self, record: ActRecord) -> None:
        write_atomically(self.path(record.number), _bytes(record), OWN_FILE)

    def forget(self, number: str) -> None:
        """Of one that wasn't begun after all: the same page may try again."""
        self.path(number).unlink(missing_ok=True)

    def read(self, number: str) -> ActRecord | None:
        """None where there is none; one that was cut off is one that was begun."""
        if not NUMBER.fullmatch(number) or not self.path(number).is_file():
            return None
        try:
            return ActRecord(**json.loads(self.path(number).read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            return ActRecord(number, "", "", "")

    def _sweep(self) -> None:
        newest = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in newest[MAX_KEPT:]:
            for old in self.folder.glob(f"{path.stem}.*"):
                with suppress(OSError):
                    old.unlink()


def _bytes(record: ActRecord) -> bytes:
    return json.dumps(asdict(record), ensure_ascii=False).encode()
