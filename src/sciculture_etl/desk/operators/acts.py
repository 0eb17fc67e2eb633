"""To do something as an operator: a page that says what it will change, one press, a page that says what came of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from sciculture_etl.desk.operators import running
from sciculture_etl.desk.operators.kinds import ACTS, Act
from sciculture_etl.desk.operators.records import BEGUN, NUMBER, ActRecord, ActRecords, new_number
from sciculture_etl.desk.operators.views import described, opened, page
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.visit import Visit
from sciculture_etl.errors import BusyError, NotReadyError, SciCultureError, UserError
from sciculture_etl.messages import message
from sciculture_etl.pipeline.overview.releases import current_state
from sciculture_etl.pipeline.overview.sources import EVERYTHING, shown_moment
from sciculture_etl.pipeline.overview.waiting import waiting_submissions
from sciculture_etl.publish.announcement import release_reasons
from sciculture_etl.publish.publications import note_left
from sciculture_etl.storage.lock import lock_holder

FIELDS = ("submission", "reason", "code", "note_ko", "note_en", "internal", "at")
MAX_CHARACTERS = 4_000
SECONDS_BETWEEN_LOOKS = "5"
# Whoever decides sets the umask of the process for as long as it writes: one at a time.
_deciding = threading.Lock()


def act_of(visit: Visit) -> Act:
    act = ACTS.get(str(visit.request.path_params["kind"]))
    if act is None:
        raise RefusalError(404)
    return act


def confirm(visit: Visit) -> Response:
    """What an act will change, and the button that does it."""
    given = dict.fromkeys(FIELDS, "") | {
        "submission": visit.request.query_params.get("submission", "")[:MAX_CHARACTERS]
    }
    return _confirmation(visit, act_of(visit), given, new_number())


def _confirmation(
    visit: Visit, act: Act, given: dict[str, str], number: str, status: int = 200, error: str = ""
) -> Response:
    settings = visit.desk.settings
    about: dict[str, Any] = {"submission": None, "waiting": None, "state": None, "left": None, "reasons": {}}
    with opened(settings, EVERYTHING) as sources:
        if act.of_submission:
            rows = sources.rows(
                "SELECT submission_id, submitter, source_file, received_at, state, datasets, program_years "
                "FROM mart_submission_log WHERE submission_id = ? ORDER BY receipt_no DESC LIMIT 1",
                [given["submission"]],
            )
            if not rows:
                raise RefusalError(404)
            about["submission"] = rows[0]
            waiting = [one for one in waiting_submissions(sources) if one["submission_id"] == given["submission"]]
            about["waiting"] = waiting[0] if waiting else None
        else:
            about["state"] = current_state(sources)
    if act.kind == "publish":
        about |= {"left": note_left(settings), "reasons": release_reasons()}
    current = running.current(ActRecords(visit.desk.folder))
    return page(
        visit, "operators/confirm.html", "waiting" if act.of_submission else "runs", status, act=act, given=given,
        number=number, error=error, about=about, current=current, two_persons=settings.two_persons,
    )  # fmt: skip


def do(visit: Visit) -> Response:
    """Does it, once a page; what can't be meant comes back with the page."""
    act, number = act_of(visit), visit.form.text("number")
    if not NUMBER.fullmatch(number):
        raise RefusalError(400)
    given = {name: visit.form.text(name)[:MAX_CHARACTERS] for name in FIELDS}
    records = ActRecords(visit.desk.folder)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    record = ActRecord(number, act.kind, visit.operator, at, given["submission"] if act.of_submission else "")
    if not records.is_begun_by(record):
        return visit.redirect("operator_done", number=number)
    try:
        _do(visit, act, given, records, record)
    except BaseException as error:
        records.forget(number)
        if not isinstance(error, SciCultureError):
            raise
        visit.audit(act.kind, type(error).__name__, submission=record.submission)
        status = 503 if isinstance(error, BusyError) else 409 if isinstance(error, NotReadyError | UserError) else 503
        return _confirmation(visit, act, given, new_number(), status, str(error))
    visit.audit(act.kind, record.outcome, submission=record.submission, act=number)
    return visit.redirect("operator_done", number=number)


def _do(visit: Visit, act: Act, given: dict[str, str], records: ActRecords, record: ActRecord) -> None:
    """Decides, or starts a run.

    Raises:
        SciCultureError: Where it can't be done, or not now; nothing was changed.
    """
    settings = visit.desk.settings.model_copy(update={"operator": visit.operator})
    if act.decide is not None:
        with _deciding:
            record.outcome = act.decide(settings, given)
        records.end(record)
        return
    assert act.words is not None
    words = act.words(given)
    if holder := lock_holder(settings.warehouse):
        found = described(holder) or {}
        raise BusyError(
            message(
                "warehouse_locked", doing=found["doing"] or "?", folder=settings.warehouse, pid=holder.get("pid", "?"),
                since=holder.get("since", "?"),
            )
        )  # fmt: skip
    if not running.has_started(records, record, words, settings):
        raise BusyError(message("run_started_already"))


def done(visit: Visit) -> Response:
    """What came of an act; of a run, how far it is. It may be looked at as often as one likes."""
    records = ActRecords(visit.desk.folder)
    record = records.read(str(visit.request.path_params["number"]))
    if record is None or record.kind not in ACTS:
        raise RefusalError(404)
    act = ACTS[record.kind]
    if act.words is not None:
        record = running.refreshed(records, record)
    is_running = act.words is not None and record.outcome == BEGUN
    response = page(
        visit, "operators/done.html", "waiting" if act.of_submission else "runs", act=act, record=record,
        at=shown_moment(record.at), is_running=is_running,
    )  # fmt: skip
    if is_running:
        response.headers["refresh"] = SECONDS_BETWEEN_LOOKS
    return response
