"""What became of one file that an institution sent, and the reply to it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from starlette.responses import Response

from sciculture_etl.desk.answers import shown_findings
from sciculture_etl.desk.checking import WORKBOOK
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.visit import Visit
from sciculture_etl.errors import NotReadyError
from sciculture_etl.feedback.outbox import submitter_folder
from sciculture_etl.feedback.texts import words
from sciculture_etl.submissions import own_submission
from sciculture_etl.submissions.life import Row

MAX_RECEIPT = 2**63 - 1  # of what the database counts by


def show(visit: Visit) -> Response:
    """The page of a receipt of the institution's own; of another's, there is no such page."""
    number = _number(visit)
    row, findings, counts = _found(visit, number)
    letter = _letter(visit, number)
    mail = letter / "mail.txt" if letter else None
    return visit.page(
        "desk/institution/received.html", row=row, file_name=row["source_file"].rsplit("/", 1)[-1],
        groups=shown_findings(row["source_file"], findings, counts, visit.language), words=words(visit.language),
        titles=visit.desk.uploads.contracts, has_workbook=_workbook(letter) is not None,
        mail=mail.read_text(encoding="utf-8") if mail and mail.is_file() else "",
    )  # fmt: skip


def workbook(visit: Visit) -> Response:
    """The marked workbook that went with the reply."""
    number = _number(visit)
    _found(visit, number)
    path = _workbook(_letter(visit, number))
    if path is None:
        raise RefusalError(404)
    return visit.attachment(path.read_bytes(), path.name, WORKBOOK)


def _number(visit: Visit) -> int:
    number = int(visit.request.path_params["receipt"])
    if number > MAX_RECEIPT:
        raise RefusalError(404)
    return number


def _found(visit: Visit, number: int) -> tuple[Row, pl.DataFrame, dict[str, int]]:
    try:
        found = own_submission(visit.desk.settings, visit.institution, number)
    except NotReadyError:
        found = None
    if found is None:
        raise RefusalError(404)
    return found


def _letter(visit: Visit, number: int) -> Path | None:
    """The folder of the reply to a receipt."""
    folder = submitter_folder(visit.desk.settings.outbox, visit.institution)
    return next(iter(sorted(folder.glob(f"????-??-??_{number:07}_*"))), None)


def _workbook(letter: Path | None) -> Path | None:
    return next(iter(sorted(letter.glob("*.xlsx"))), None) if letter else None
