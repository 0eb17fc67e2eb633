"""Years that are closed and reopened, dataset by dataset: decisions of people, on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sciculture_etl.extract.decisions import REQUESTED
from sciculture_etl.storage.journal import Journal


@dataclass(frozen=True)
class Closing:
    """That a year of a dataset was closed or reopened.

    Attributes:
        kind: closed, reopened, or ``REQUESTED`` (then ``wanted`` says which).
        decided_at: ISO 8601 UTC.
        seen: how many receipts there were by then: what came later is locked, or let in.
        submitter: for whom alone it was reopened; None: for all.
        until: the last day of receipt, Korean time, for which it was reopened (ISO 8601); None: until closed again.
        counted: fingerprint of the versions that counted when it was closed.
        by, wanted, asked_by: as of a ``Decision``.
    """

    dataset: str
    program_year: int
    kind: str
    reason: str
    decided_at: str
    seen: int
    submitter: str | None = None
    until: str | None = None
    counted: str = ""
    by: str = ""
    wanted: str = ""
    asked_by: str = ""

    @classmethod
    def now(cls, dataset: str, program_year: int, kind: str, reason: str, seen: int, **more: str | None) -> Closing:
        """One decided at this moment."""
        decided_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(dataset, program_year, kind, reason, decided_at, seen, **more)  # type: ignore[arg-type]


class Closings:
    """The journal ``closings.jsonl`` beside the receipts."""

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "closings.jsonl")

    @property
    def has_begun(self) -> bool:
        """Whether there is a journal, be it an empty one."""
        return self._journal.path.exists()

    def all(self) -> list[Closing]:
        return list(self._journal.records(lambda line: Closing(**line)))

    def in_effect(self) -> list[Closing]:
        """Those that took effect, in their order."""
        return [closing for closing in self.all() if closing.kind != REQUESTED]

    def add(self, closings: Sequence[Closing]) -> None:
        self._journal.add(asdict(closing) for closing in closings)
