"""Decisions of people about submissions: that one is withdrawn, preferred, approved, and that this is taken back."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sciculture_etl.extract.archive import Receipt
from sciculture_etl.storage.journal import Journal

WITHDRAWN, REINSTATED = "withdrawn", "reinstated"
APPROVED, REJECTED, UNDONE = "approved", "rejected", "undone"
REQUESTED = "requested"


@dataclass(frozen=True)
class Decision:
    """A decision of the operator on a submission.

    Attributes:
        kind: one of those above.
        decided_at: ISO 8601 UTC.
        receipt_count: how often the same bytes had come by then; sent again later, they count again.
        unread: whether they had never been read by then; they never are, while the withdrawal holds.
        seen: how many receipts of any file there were by then: what came later is judged anew.
        by: who decided, as the operator's settings name them.
        wanted: of a request, the kind that it asks for; it takes effect when another person decides the same.
        asked_by: whose request this one grants.
    """

    submission_id: str
    kind: str
    reason: str
    decided_at: str
    receipt_count: int
    unread: bool = False
    seen: int = 0
    by: str = ""
    wanted: str = ""
    asked_by: str = ""


class Decisions:
    """The journal ``decisions.jsonl`` beside the receipts: like them it is kept, so that a rebuild knows of it."""

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "decisions.jsonl")

    def all(self) -> list[Decision]:
        return list(self._journal.records(lambda line: Decision(**line)))

    def decide(
        self, submission_id: str, kind: str, reason: str, receipts: list[Receipt], unread: bool = False, **more: str
    ) -> Decision:
        """Writes one down.

        Args:
            more: by, wanted, asked_by.
        """
        came = sum(receipt.submission_id == submission_id for receipt in receipts)
        decided_at = datetime.now(UTC).isoformat(timespec="seconds")
        decision = Decision(submission_id, kind, reason, decided_at, came, unread, len(receipts), **more)
        self._journal.add([asdict(decision)])
        return decision

    def last_of(self, *kinds: str) -> dict[str, Decision]:
        """Submission → the last decision on it that is of one of the kinds."""
        return {decision.submission_id: decision for decision in self.all() if decision.kind in kinds}

    def withdrawn(self, receipts: list[Receipt]) -> list[Decision]:
        """The withdrawals that hold: the last word on a submission, unless its bytes were sent again since."""
        return _unless_resent(self.last_of(WITHDRAWN, REINSTATED), WITHDRAWN, receipts)

    def rejected(self, receipts: list[Receipt]) -> list[Decision]:
        """The rejections that hold, likewise: what is sent again is judged again."""
        return _unless_resent(self.last_of(APPROVED, REJECTED, UNDONE), REJECTED, receipts)

    def approved(self) -> list[Decision]:
        """The approvals that hold."""
        return [one for one in self.last_of(APPROVED, REJECTED, UNDONE).values() if one.kind == APPROVED]


def _unless_resent(last: dict[str, Decision], kind: str, receipts: list[Receipt]) -> list[Decision]:
    came = Counter(receipt.submission_id for receipt in receipts)
    return [one for one in last.values() if one.kind == kind and came[one.submission_id] <= one.receipt_count]
