"""Pages that check a file: of an institution, which may send it in then; and of anyone, of whom nothing is kept."""

from __future__ import annotations

import threading

from starlette.responses import Response

from sciculture_etl.desk.checks import Check, QueueFullError
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.visit import Visit
from sciculture_etl.feedback.workbook import RESULT
from sciculture_etl.intake.check import REJECTED

FILE = "file"
PUBLIC_FILE_BYTES = 16 * 1024**2
SECONDS_WAITED, SECONDS_TO_REFRESH = 4, 2
# Threads that wait for a verdict; whoever comes beyond them sees at once how many are before.
_waiting = threading.BoundedSemaphore(8)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_public(visit: Visit) -> bool:
    """Whether the page is one for anyone, whoever is signed in."""
    return visit.route is not None and visit.route.role is Role.anyone


def owner_of(visit: Visit) -> str:
    """To whom a check belongs: the institution; of anyone, the browser, by a secret in its cookie."""
    return f"visitor {visit.token}" if is_public(visit) else visit.institution


def address_of(visit: Visit, name: str, check: Check) -> str:
    """Of a page of this check: of the same name for institutions and for anyone."""
    return visit.url(f"public_{name}" if is_public(visit) else name, check=check.id)


def upload(visit: Visit) -> Response:
    """Puts a file into the queue; its page says what is found."""
    public, upload = is_public(visit), visit.form.files.get(FILE)
    if upload is None or not upload.size:
        return ask_for_file(visit, "no_file", 400)
    if public and upload.size > PUBLIC_FILE_BYTES:
        raise RefusalError(413)
    uploads = visit.desk.uploads
    path = uploads.path("" if public else visit.institution, upload.name, upload.sha256)
    try:
        check = uploads.checks.begin(owner_of(visit), path, upload.file, upload.size, upload.sha256, public)
    except QueueFullError:
        return ask_for_file(visit, "queue_full", 503)
    visit.form.files.pop(FILE)  # the queue closes it
    if not public:
        # Whether the name or the bytes tell of a person isn't known yet: neither is written down.
        visit.audit("check", "begun", size=upload.size)
    return visit.redirect("public_result" if public else "check_result", check=check.id)


def ask_for_file(visit: Visit, reason: str, status: int) -> Response:
    """The page to upload a file, and why it has to be done (again)."""
    return visit.page(
        "desk/upload.html", status, is_public=is_public(visit), reason=reason, megabytes=_megabytes(visit)
    )


def show_upload(visit: Visit) -> Response:
    """The page to upload a file, for anyone."""
    return visit.page("desk/upload.html", is_public=True, reason="", megabytes=_megabytes(visit))


def _megabytes(visit: Visit) -> int:
    most = visit.desk.settings.desk_max_upload_bytes
    return (min(most, PUBLIC_FILE_BYTES) if is_public(visit) else most) // 1024**2


def _found(visit: Visit) -> Check | None:
    return visit.desk.uploads.checks.get(owner_of(visit), str(visit.request.path_params["check"]))


def result(visit: Visit) -> Response:
    """What is found in a file, once it is; until then, how many are before it."""
    check = _found(visit)
    if check is not None and not check.is_finished and _waiting.acquire(blocking=False):
        try:
            check.finished.wait(SECONDS_WAITED)
        finally:
            _waiting.release()
    return _result_page(visit, check)


def _result_page(visit: Visit, check: Check | None) -> Response:
    if check is None:
        return ask_for_file(visit, "gone", 404)
    if check.is_broken:
        return ask_for_file(visit, "broken", 503)
    if check.judged is None:
        place = visit.desk.uploads.checks.place_of(check)
        page = visit.page("desk/queue.html", is_public=is_public(visit), place=place)
        page.headers["refresh"] = str(SECONDS_TO_REFRESH)
        return page
    institution = "" if is_public(visit) else visit.institution
    uploads = visit.desk.uploads
    return visit.page(
        "desk/result.html", is_public=is_public(visit), check=check, answer=check.judged.shown[visit.language],
        address=lambda name: address_of(visit, name, check),
        receipt=uploads.received(institution, check.sha256) if institution and not check.sent else None,
        spooled=check.sent or (uploads.spool.find(institution, check.sha256) if institution else None),
        is_rejected=check.judged.verdict == REJECTED, megabytes=_megabytes(visit), reason="",
    )  # fmt: skip


def workbook(visit: Visit) -> Response:
    """The file as the institution sent it, with every place marked that should be corrected."""
    check = _found(visit)
    if check is None or check.judged is None or check.judged.workbook is None:
        return ask_for_file(visit, "gone", 404)
    stem = check.judged.file_name.rpartition(".")[0] or check.judged.file_name
    return visit.attachment(check.judged.workbook, f"{stem.removesuffix(f'_{RESULT}')}_{RESULT}.xlsx", WORKBOOK)


def forget(visit: Visit) -> Response:
    """What was checked is forgotten at once."""
    if (check := _found(visit)) is not None:
        visit.desk.uploads.checks.forget(check)
    return visit.redirect("public_check" if is_public(visit) else "institution")


def send(visit: Visit) -> Response:
    """Sends in what was found good for it; its page says that it waits for the next run."""
    check = _found(visit)
    if check is None:
        return ask_for_file(visit, "gone", 404)
    sent = visit.desk.uploads.send(visit.institution, check)
    if sent is not None:
        visit.audit("send", "spooled", file=sent.file_name, sha256=check.sha256, size=check.size)
    return visit.redirect("check_result", check=check.id)
