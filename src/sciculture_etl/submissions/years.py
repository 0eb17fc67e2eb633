"""Years of datasets as the operator asks for them: their state, what waits for them, closing and reopening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.extract import Archive, Closing, Closings, Operator
from sciculture_etl.extract.decisions import REQUESTED
from sciculture_etl.load import writer_lock
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.submissions.approval import list_waiting
from sciculture_etl.submissions.life import Row, operations, rows_of
from sciculture_etl.versions.published import counted_years
from sciculture_etl.versions.upgrade import close_published_years
from sciculture_etl.versions.years import (
    CLOSED,
    PROVISIONAL,
    REOPENED,
    YearDecision,
    counted_fingerprint,
    is_closed,
    state_of,
)

SEOUL = ZoneInfo("Asia/Seoul")


def today_in_seoul() -> date:
    return datetime.now(SEOUL).date()


def _decisions(closings: Sequence[Closing]) -> list[YearDecision]:
    return [
        YearDecision(one.kind, one.seen, one.submitter, date.fromisoformat(one.until) if one.until else None)
        for one in closings
    ]


def list_years(settings: Settings, dataset: str | None = None, year: int | None = None) -> list[Row]:
    """Every year of a dataset of which something counts or is decided, the newest first.

    Each with state, since when, why, by whom, whether other versions count than when it was closed, how many
    submissions wait, and for whom it is reopened until when.

    Raises:
        NotReadyError: Where no run has ended yet.
        UserError: For a dataset that doesn't exist.
    """
    contracts = load_contracts()
    _check_dataset(dataset)
    waiting: dict[tuple[str, int], set[str]] = {}
    for row in list_waiting(settings):
        waiting.setdefault((row["dataset"], row["program_year"]), set()).add(row["submission_id"])
    journal: dict[tuple[str, int], list[Closing]] = {}
    for closing in Closings(settings.archive).all():
        journal.setdefault((closing.dataset, closing.program_year), []).append(closing)
    counted, today = counted_years(settings.warehouse / "operations.duckdb"), today_in_seoul()
    found = []
    for key in sorted(counted.keys() | journal.keys() | waiting.keys(), key=lambda key: (key[0], -key[1])):
        if key[0] not in contracts or dataset not in (None, key[0]) or year not in (None, key[1]):
            continue
        own = [one for one in journal.get(key, []) if one.kind != REQUESTED]
        due = contracts[key[0]].due.last_due_on(key[1])
        state = state_of(_decisions(own), due, today)
        last = _closing_in_force(own) if state == CLOSED else None
        request = next(iter(journal.get(key, [])[-1:]), None)
        found.append({
            "dataset": key[0], "program_year": key[1], "state": state,
            "since": _since(last, due, state),
            "last_due_on": due.isoformat(), "reason": last.reason if last else "", "by": last.by if last else "",
            "is_revised": bool(last) and counted.get(key, counted_fingerprint([])) != (last.counted if last else ""),
            "waiting": len(waiting.get(key, ())),
            "reopened": [{"submitter": one.submitter, "until": one.until} for one in _exceptions(own, today)],
            "asked_for": request.wanted if request and request.kind == REQUESTED else "",
            "asked_by": request.by if request and request.kind == REQUESTED else "",
        })  # fmt: skip
    return found


def _since(closing: Closing | None, last_due_on: date, state: str) -> str | None:
    if closing:
        return datetime.fromisoformat(closing.decided_at).astimezone(SEOUL).date().isoformat()
    return last_due_on.isoformat() if state == PROVISIONAL else None


def _closing_in_force(own: Sequence[Closing]) -> Closing | None:
    return next((one for one in reversed(own) if one.kind == CLOSED), None)


def _exceptions(own: Sequence[Closing], today: date) -> list[Closing]:
    """Reopenings since the last closing that still let something in."""
    found: list[Closing] = []
    for one in own:
        found = [] if one.kind == CLOSED else [*found, one]
    return [one for one in found if one.until and date.fromisoformat(one.until) >= today]


def _check_dataset(dataset: str | None) -> None:
    known = sorted(load_contracts())
    if dataset is not None and dataset not in known:
        raise UserError(message("name_unknown", option="dataset", given=dataset, known=nearest_names(dataset, known)))


def decide_years(
    settings: Settings, dataset: str, years: Sequence[int], kind: str, reason: str,
    submitter: str | None = None, until: date | None = None,
) -> list[Closing]:  # fmt: skip
    """Closes or reopens years of a dataset, on record; what waits for that follows with the next run.

    Args:
        submitter: for whom alone they are reopened, until that day of receipt.

    Returns:
        The lines of the journal: requests, where another person has to decide the same.

    Raises:
        UserError: For a dataset or an institution that isn't known, a year that is so already, or a reason that says
            nothing.
        BusyError: Where a run is going on.
    """
    _check_dataset(dataset)
    reason, operator = validated_reason(reason), Operator.from_settings(settings)
    if until and until < today_in_seoul():
        raise UserError(message("until_is_past", until=until))
    if submitter and not until:
        raise UserError(message("until_needs_submitter"))
    with writer_lock(settings.warehouse, lake=settings.lake):
        close_published_years(settings, load_contracts(), today_in_seoul())  # before the first line of the journal
        receipts = Archive(settings.archive).receipts()
        if not receipts:
            raise NotReadyError(message("nothing_received", path=settings.archive))
        journal = Closings(settings.archive)
        counted = counted_years(settings.warehouse / "operations.duckdb")
        lines = []
        for year in years:
            own = [one for one in journal.all() if (one.dataset, one.program_year) == (dataset, year)]
            if is_closed(_decisions([one for one in own if one.kind != REQUESTED])) == (kind == CLOSED):
                wrong = "year_is_closed" if kind == CLOSED else "year_is_not_closed"
                raise UserError(message(wrong, dataset=dataset, year=year))
            day = until.isoformat() if until else None
            asked = [one for one in own[-1:] if (one.submitter, one.until) == (submitter, day)]
            entry = operator.decide(kind, asked[0] if asked else None)
            fingerprint = counted.get((dataset, year), counted_fingerprint([])) if kind == CLOSED else ""
            lines.append(Closing.now(
                dataset, year, entry.pop("kind"), reason, len(receipts), submitter=submitter, until=day,
                counted=fingerprint, **entry,
            ))  # fmt: skip
        journal.add(lines)
    return lines


def close_years(settings: Settings, dataset: str, years: Sequence[int], reason: str) -> list[Closing]:
    """Closes years; see ``decide_years``."""
    return decide_years(settings, dataset, years, CLOSED, reason)


def reopen_years(
    settings: Settings, dataset: str, years: Sequence[int], reason: str, submitter: str | None, until: date | None
) -> list[Closing]:
    """Reopens years, for all or for one institution; see ``decide_years``."""
    known = {receipt.submitter for receipt in Archive(settings.archive).receipts() if receipt.submitter}
    known |= {row["submitter"] for row in _submitters(settings)}
    if submitter is not None and submitter not in known:
        near = nearest_names(submitter, sorted(known))
        raise UserError(message("name_unknown", option="--submitter", given=submitter, known=near))
    return decide_years(settings, dataset, years, REOPENED, reason, submitter, until)


def _submitters(settings: Settings) -> list[Row]:
    with operations(settings) as connection:
        return rows_of(connection, "SELECT DISTINCT submitter FROM mart_submission_version", [])
