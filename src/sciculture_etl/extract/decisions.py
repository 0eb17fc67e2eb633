"""Decisions of people about submissions: that one is withdrawn, preferred, approved, and that this is taken back."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sciculture_etl.extract.archive import Receipt
from sciculture_etl.storage.journal import Journal

WITHDRAWN, REINSTATED = "withdrawn", "reinstated"
APPROVED, REJECTED, UNDONE = "approved", "rejected", "undone"
REQUESTED = "requested"
PREFERRED, PREFERENCE_UNDONE = "preferred", "preference undone"


@dataclass(frozen=True)
class Decision:
    """A decision of the operator on a submission.

    Attributes:
        kind: one of those above.
        decided_at: ISO 8601 UTC.
        receipt_count: how often the same bytes had come by then.
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
        """Submission → the last decision on it that is of one of the kinds; in the order in which they were made."""
        last: dict[str, Decision] = {}
        for decision in self.all():
            if decision.kind in kinds:
                last.pop(decision.submission_id, None)
                last[decision.submission_id] = decision
        return last

    def preferred(self) -> list[Decision]:
        """The preferences that hold, the last one last."""
        return [
            decision for decision in self.last_of(PREFERRED, PREFERENCE_UNDONE).values() if decision.kind == PREFERRED
        ]

    def withdrawn(self, receipts: list[Receipt]) -> list[Decision]:
        """The withdrawals that hold: the last word on a submission.

        Before arrivals were counted, the same bytes sent again ended a withdrawal, and what did so then still does.
        """
        came: dict[str, list[int]] = {}
        for number, receipt in enumerate(receipts):
            came.setdefault(receipt.submission_id, []).append(number)
        found = []
        for decision in self.last_of(WITHDRAWN, REINSTATED).values():
            since = came.get(decision.submission_id, [])[decision.receipt_count :]
            if decision.kind == WITHDRAWN and not any(receipts[number].arrival == 0 for number in since):
                # Old decisions don't say what had been received by then.
                found.append(replace(decision, seen=decision.seen or (since or [len(receipts)])[0]))
        return found

    def rejected(self, receipts: list[Receipt]) -> list[Decision]:
        """The rejections that hold: what is sent again is judged again."""
        came = Counter(receipt.submission_id for receipt in receipts)
        last = self.last_of(APPROVED, REJECTED, UNDONE).values()
        return [one for one in last if one.kind == REJECTED and came[one.submission_id] <= one.receipt_count]

    def approved(self) -> list[Decision]:
        """The approvals that hold."""
        return [one for one in self.last_of(APPROVED, REJECTED, UNDONE).values() if one.kind == APPROVED]
