"""What is known of few persons all the same: given away by earlier releases, or let through by somebody, on record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sciculture_etl.disclosure.found import Found
from sciculture_etl.disclosure.links import CELLS
from sciculture_etl.disclosure.targets import Target
from sciculture_etl.extract.decisions import REQUESTED
from sciculture_etl.storage.journal import Journal

GIVEN_AWAY, ACCEPTED = "given away", "accepted"
# Of a text in a cell's name, what needs no quoting in a shell.
UNQUOTED = ":-_.~"


def cell_name(target: Target) -> str:
    """What a number is called on the command line."""
    return name_of(target.table, target.row_key, target.measure)


def name_of(table: str, row_key: str, measure: str) -> str:
    """Table, the row's grain and the column, with slashes between them.

    A text is as it stands in the table, but for what a shell or the slashes would take for something else (``%20``).
    """
    parts = [table.removeprefix(CELLS), *("" if value is None else str(value) for value in json.loads(row_key))]
    return "/".join(_quoted(part) for part in (*parts, measure))


def _quoted(text: str) -> str:
    return "".join(letter if letter.isalnum() else quote(letter, safe=UNQUOTED) for letter in text)


@dataclass(frozen=True)
class Disclosed:
    """A line of the ledger.

    Attributes:
        cell: its name.
        kind: one of those above.
        release_id: the release that gave it away, or that would have.
        lowest, highest: the interval in which it was known to lie; None: no bound.
        decided_at: ISO 8601 UTC.
        by, wanted, asked_by: as of a ``Decision``.
    """

    cell: str
    kind: str
    release_id: str
    lowest: float | None
    highest: float | None
    decided_at: str
    reason: str = ""
    by: str = ""
    wanted: str = ""
    asked_by: str = ""

    def has_allowed(self, interval: tuple[float, float]) -> bool:
        """Whether the interval tells no more than what is on record."""
        low = self.lowest is None or interval[0] <= self.lowest
        return low and (self.highest is None or interval[1] >= self.highest)


class Ledger:
    """The journal ``disclosures.jsonl`` in the archive, for this user alone."""

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "disclosures.jsonl")

    def all(self) -> list[Disclosed]:
        return list(self._journal.records(lambda line: Disclosed(**line)))

    def in_effect(self) -> list[Disclosed]:
        return [line for line in self.all() if line.kind != REQUESTED]

    def last_of(self, cell: str) -> Disclosed | None:
        """The last line on a cell."""
        return next((line for line in reversed(self.all()) if line.cell == cell), None)

    def add(self, lines: Iterable[Disclosed]) -> None:
        self._journal.add(asdict(line) for line in lines)


def bounds_of(found: Found) -> tuple[float | None, float | None]:
    """The interval; None where there is no bound."""
    low, high = found.interval
    return (None if abs(low) == float("inf") else low), (None if abs(high) == float("inf") else high)


def given_away(found: Iterable[Found], release_id: str) -> list[Disclosed]:
    """The lines on numbers that earlier releases gave away.

    Args:
        release_id: the last of them.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [Disclosed(cell_name(one.target), GIVEN_AWAY, release_id, *bounds_of(one), now) for one in found]
