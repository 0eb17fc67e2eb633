"""The first page of an institution: a file to check, what is due, what waits, what was received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from sciculture_etl.contracts import Contract
from sciculture_etl.desk.visit import Visit
from sciculture_etl.feedback.answer import SEOUL
from sciculture_etl.submissions import own_submissions

OPEN = ("missing", "due")
MAX_RECEIVED = 20
MAX_CAME = 20


@dataclass(frozen=True)
class ShownReport:
    """A report that is or was due.

    Attributes:
        cadence, period: of which part of the year; period 0: of the whole.
        days: until the due day; below 0: so long overdue; None where it is due on no day.
    """

    row: dict[str, Any]
    title: str
    cadence: str
    days: int | None

    @property
    def period(self) -> int:
        return int(self.row["period_no"])


def show(visit: Visit) -> Response:
    uploads, institution = visit.desk.uploads, visit.institution
    own = own_submissions(visit.desk.settings, institution, uploads.archive)
    today = datetime.now(SEOUL).date()
    reports = [shown_report(row, uploads.contracts, visit.language, today) for row in own.owed]
    came = [report for report in reports if report.row["status"] not in OPEN]
    everything = "all" in visit.request.query_params
    return visit.page(
        "desk/institution/overview.html",
        reason="", megabytes=visit.desk.settings.desk_max_upload_bytes // 1024**2, is_public=False,
        open=sorted(
            (report for report in reports if report.row["status"] in OPEN and report.row["is_owed"]),
            key=lambda report: (report.row["due_on"] or "9999", report.title),
        ),
        came=came[: None if everything else MAX_CAME], came_count=len(came),
        spooled=uploads.spool.waiting(institution), in_archive=own.in_archive, waiting=own.waiting,
        received=own.received[: None if everything else MAX_RECEIVED], received_count=len(own.received),
        titles={name: title_of(name, uploads.contracts, visit.language) for name in uploads.contracts},
        has_run=own.has_run,
    )  # fmt: skip


def shown_report(row: dict[str, Any], contracts: dict[str, Contract], language: str, today: date) -> ShownReport:
    contract = contracts.get(row["dataset"])
    days = (date.fromisoformat(row["due_on"]) - today).days if row["due_on"] else None
    cadence = contract.due.cadence if contract else "yearly"
    return ShownReport(row, title_of(row["dataset"], contracts, language), cadence, days)


def title_of(dataset: str, contracts: dict[str, Contract], language: str) -> str:
    """Of a dataset; one that there is no contract of any more is called by its name."""
    contract = contracts.get(dataset)
    if contract is None:
        return dataset
    return contract.title.ko if language == "ko" else contract.title.en
