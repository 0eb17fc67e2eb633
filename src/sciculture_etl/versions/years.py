"""Years that are closed, and for whom they were reopened: what locks a version, judged by journals alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sciculture_etl.settings import fingerprint

CLOSED, REOPENED = "closed", "reopened"
OPEN, PROVISIONAL = "open", "provisional"


@dataclass(frozen=True)
class YearDecision:
    """That a dataset's year was closed or reopened.

    Attributes:
        kind: ``closed`` or ``reopened``.
        seen: how many receipts there were by then.
        submitter: for whom alone it was reopened.
        until: the last day of receipt, Korean time, for which it was reopened; None: until it is closed again.
    """

    kind: str
    seen: int
    submitter: str | None = None
    until: date | None = None

    def is_about(self, submitter: str) -> bool:
        """Whether it is on all institutions, or on this one."""
        return self.submitter in (None, submitter)

    def is_open_for(self, submitter: str, received_on: date) -> bool:
        """Whether it lets in what an institution sends on a day."""
        return self.kind == REOPENED and self.is_about(submitter) and (self.until is None or received_on <= self.until)


def is_locked(decisions: Sequence[YearDecision], receipt_no: int, submitter: str, received_on: date) -> bool:
    """Whether a version came while its year was closed and was never let in since.

    Args:
        decisions: on that year, in the order of the journal.
        receipt_no: how many receipts there were before its own first one.
    """
    found = False
    for decision in decisions:
        if decision.kind == CLOSED and decision.seen <= receipt_no:
            found = True
        elif decision.is_open_for(submitter, received_on):
            found = False
    return found


def is_closed(decisions: Iterable[YearDecision]) -> bool:
    """Whether a year is closed now; reopened for one institution, or until a day, it still is."""
    found = False
    for decision in decisions:
        if decision.kind == CLOSED:
            found = True
        elif decision.submitter is None and decision.until is None:
            found = False
    return found


def state_of(decisions: Iterable[YearDecision], last_due_on: date, today: date) -> str:
    """Open until its last report is due, then provisional, and closed once somebody has decided so."""
    if is_closed(decisions):
        return CLOSED
    return OPEN if today <= last_due_on else PROVISIONAL


def counted_fingerprint(versions: Iterable[Sequence[object]]) -> str:
    """Of what counts of a dataset's year, so that it can be told whether that is other than when it was closed.

    Args:
        versions: submitter, partition key and submission of each.
    """
    return fingerprint(*sorted("|".join(map(str, version)) for version in versions))
