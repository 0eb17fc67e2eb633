"""What waits for approval, and the decisions on it."""

from __future__ import annotations

import duckdb

from sciculture_etl.errors import UserError
from sciculture_etl.extract import Archive, Decision, Decisions, Operator, Receipt
from sciculture_etl.extract.decisions import APPROVED, REJECTED, REQUESTED, UNDONE
from sciculture_etl.load import writer_lock
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.submissions.life import Row, operations, rows_of
from sciculture_etl.submissions.resolve import Named, resolve_submission
from sciculture_etl.versions.published import WAITING


def list_waiting(settings: Settings) -> list[Row]:
    """Versions that wait since the last run, a row for each thing that speaks against one; the longest wait first.

    ``asked_by`` names who has asked already for the approval of a submission.
    """
    with operations(settings) as connection:
        try:
            found = rows_of(connection, WAITING, [])
        except duckdb.CatalogException:  # a file of an earlier version, in which nothing waited
            return []
    last = Decisions(settings.archive).last_of(APPROVED, REJECTED, UNDONE, REQUESTED)
    return [row | {"asked_by": _asked_by(last.get(row["submission_id"]))} for row in found]


def _asked_by(last: Decision | None) -> str:
    return last.by if last and last.kind == REQUESTED else ""


def _chosen(asked: str, receipts: list[Receipt], candidates: set[str]) -> str:
    """The submission that is meant: one of those to decide on, where they alone leave no doubt."""
    known = [Named.of(receipt) for receipt in receipts]
    try:
        return resolve_submission(asked, [one for one in known if one.submission_id in candidates])
    except UserError:
        return resolve_submission(asked, known)


def decide_waiting(settings: Settings, asked: str, reason: str, kind: str) -> Decision:
    """Approves or rejects a submission that waits, or takes such a decision back; it shows with the next run.

    Args:
        asked: first digits of its number, or a part of the name of its file.
        kind: ``APPROVED``, ``REJECTED`` or ``UNDONE``.

    Returns:
        The decision as it stands in the journal: a request, where another person has to decide the same.

    Raises:
        UserError: Where there is no such submission, nothing to decide on it, or the reason says nothing.
        BusyError: Where a run is going on.
    """
    reason, operator = validated_reason(reason), Operator.from_settings(settings)
    with writer_lock(settings.warehouse, lake=settings.lake):
        decisions = Decisions(settings.archive)
        receipts = Archive(settings.archive).receipts()
        last = decisions.last_of(APPROVED, REJECTED, UNDONE, REQUESTED)
        decided = {name for name, one in last.items() if one.kind in (APPROVED, REJECTED)}
        candidates = decided if kind == UNDONE else {row["submission_id"] for row in list_waiting(settings)} | decided
        chosen = _chosen(asked, receipts, candidates)
        if chosen not in candidates or (chosen in last and last[chosen].kind == kind):
            wrong = "submission_not_decided" if kind == UNDONE else "submission_does_not_wait"
            raise UserError(message(wrong, submission=chosen))
        entry = {"kind": kind, "by": operator.name}
        if kind == APPROVED:
            entry = operator.decide(kind, last.get(chosen))
        return decisions.decide(chosen, entry.pop("kind"), reason, receipts, False, **entry)
