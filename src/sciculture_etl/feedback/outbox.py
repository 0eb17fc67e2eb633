"""The outbox: ``<submitter>/<day>_<receipt>_<file>/`` holds what is to be mailed for one file received.

That is a mail, the same for machines, and where there is something to mend a workbook that shows the places.

Which answers are written is told by what stands there: a folder appears whole, in one step, and its ``answer.json``
holds the mark of what it says. A run that dies leaves what the next one finishes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from sciculture_etl.contracts import Contract
from sciculture_etl.extract import Archive
from sciculture_etl.feedback.answer import SEOUL, Answer
from sciculture_etl.feedback.collect import SubmissionReceipt, answers, receipts
from sciculture_etl.feedback.mail import answer_mail
from sciculture_etl.feedback.names import own_name, safe_name
from sciculture_etl.feedback.texts import words
from sciculture_etl.feedback.workbook import RESULT, answer_workbook
from sciculture_etl.intake.check import as_answer
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import MAX_ANSWERED_FINDINGS, fingerprint
from sciculture_etl.storage.atomic import make_folder, move, put_all_in_place

ASIDE = ".aside-"
MAX_WRITTEN_AT_ONCE = 250  # answers that wait for the disk together
SUBMITTER_BYTES, STEM_BYTES = 120, 150
STATE, LAST = "answered", "answered_last"
# A file that a newer one replaced, or that was withdrawn: its institution did that itself.
ANSWERED_ONCE = ("superseded", "withdrawn")


def answer_all(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    archive: Path,
    outbox: Path,
    starting: Callable[[int], None] = lambda count: None,
    written: Callable[[], None] = lambda: None,
    should_verify: bool = False,
    later: Collection[str] = (),
) -> int:
    """Writes every answer that isn't there yet, lost its bytes, or would say something else now; returns how many.

    A file that a newer one replaced, or that was withdrawn, isn't answered again.

    Args:
        starting, written: told how many there are, and of each.
        should_verify: whether all answers are looked at, and not only those that the last run wrote.
        later: submissions that another run answers.
    """
    last = {outbox / name for name in json.loads(warehouse.state(LAST) or "[]")}
    is_intact = all(map(_is_complete, last))
    if not should_verify and is_intact and warehouse.state(STATE) == _state(warehouse, outbox):
        if last:
            _remember_last(warehouse, [])
        return 0
    make_folder(outbox, 0o700)
    for aside in outbox.glob(f"{ASIDE}*"):
        shutil.rmtree(aside)
    known = [(receipt, _folder(outbox, receipt)) for receipt in receipts(warehouse)]
    due = [
        receipt
        for receipt, folder in known
        if receipt.submission_id not in later
        and (_is_due(receipt, folder) or ((should_verify or folder in last) and not _is_complete(folder)))
    ]
    if due:
        starting(len(due))
        _write_answers(warehouse, contracts, archive, outbox, due, written)
    _remember_last(warehouse, [_folder(outbox, receipt).relative_to(outbox).as_posix() for receipt in due])
    if not later:
        warehouse.set_state(STATE, _state(warehouse, outbox))
    return len(due)


def _remember_last(warehouse: Warehouse, written: list[str]) -> None:
    """Which answers a run wrote: the next one looks whether they still have their bytes."""
    warehouse.set_state(LAST, json.dumps(written, ensure_ascii=False))


def _is_complete(folder: Path) -> bool:
    """Whether all files of an answer are there and none is empty."""
    record = _record(folder)
    names = ["mail.txt", "mail.html", *([record["workbook"]] if record and record.get("workbook") else [])]
    return record is not None and all(_has_bytes(folder / name) for name in names)


def _has_bytes(path: Path) -> bool:
    """Whether a file is there and begins with anything but zeros, as one that lost its bytes does."""
    try:
        with path.open("rb") as file:
            return file.read(1) not in (b"", b"\0")
    except OSError:
        return False


def _record(folder: Path) -> dict[str, Any] | None:
    """What an answer says of itself; None where it can't be read."""
    try:
        found = json.loads((folder / "answer.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _state(warehouse: Warehouse, outbox: Path) -> str:
    """Of all that decides which answers are due: what is known, and which answers stand there."""
    tables = warehouse.rows(
        "SELECT content FROM log.model WHERE name IN ('mart_row_error', 'mart_submission_log') ORDER BY name"
    )
    folders = sorted(entry.path for submitter in _entries(outbox) for entry in _entries(Path(submitter.path)))
    return fingerprint(*(row["content"] for row in tables), *folders)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in os.scandir(folder) if entry.is_dir()] if folder.is_dir() else []


def submitter_folder(outbox: Path, submitter: str | None) -> Path:
    """Where the letters to a submitter lie, whatever its name holds."""
    unknown = words()["unknown_submitter"]
    return outbox / own_name(submitter or unknown, SUBMITTER_BYTES, unknown)


def _folder(outbox: Path, receipt: SubmissionReceipt) -> Path:
    day = receipt.received_at.astimezone(SEOUL)
    return (
        submitter_folder(outbox, receipt.submitter)
        / f"{day:%Y-%m-%d}_{receipt.receipt_no:07}_{_stem(receipt.file_name)}"
    )


def _stem(file_name: str) -> str:
    return safe_name(file_name.rpartition(".")[0] or file_name, STEM_BYTES, words()["file_name"])


def _is_due(receipt: SubmissionReceipt, folder: Path) -> bool:
    record = _record(folder)
    if record is None or "mark" not in record:
        return True
    return bool(record["mark"] != receipt.mark and receipt.standing not in ANSWERED_ONCE)


def _write_answers(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    archive: Path,
    outbox: Path,
    due: list[SubmissionReceipt],
    written: Callable[[], None],
) -> None:
    ready: list[tuple[Path, Path]] = []
    archived = Archive(archive)
    try:
        for receipt, answer in answers(warehouse, contracts, due):
            aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=outbox))
            _write(answer, receipt, archived, aside)
            ready.append((aside, _folder(outbox, receipt)))
            written()
            if len(ready) >= MAX_WRITTEN_AT_ONCE:
                put_letters_in_place(ready, outbox)
                ready.clear()
    finally:
        put_letters_in_place(ready, outbox)


def put_letters_in_place(ready: list[tuple[Path, Path]], outbox: Path) -> None:
    """Gives letters that were written aside their places, each with all of its files at once; (aside, place) each."""
    replaced = []
    for _, folder in ready:
        if folder.exists():
            replaced.append(Path(tempfile.mkdtemp(prefix=ASIDE, dir=outbox)))
            move(folder, replaced[-1] / "earlier")
    put_all_in_place(ready)
    for earlier in replaced:
        shutil.rmtree(earlier)


def _write(answer: Answer, receipt: SubmissionReceipt, archive: Archive, aside: Path) -> None:
    """All files of one answer."""
    # An answer that came back corrected carries its name already.
    stem = _stem(receipt.file_name).removesuffix(f"_{RESULT}")
    name = f"{stem}_{RESULT}.xlsx" if answer.should_be_corrected else None
    if name:
        data = archive.read(receipt.file_sha256) if answer.can_be_copied else b""
        (aside / name).write_bytes(answer_workbook(answer, data))
    mail = answer_mail(answer, name)
    (aside / "mail.txt").write_bytes(mail.text.encode())
    (aside / "mail.html").write_bytes(mail.html.encode())
    record = {
        "receipt_no": receipt.receipt_no, "received_at": receipt.received_at.isoformat(),
        "file": receipt.file_name, "subject": mail.subject, "workbook": name, "mark": receipt.mark,
        "finding_count": answer.checked.all_findings.height,
    } | as_answer(answer.checked, most=MAX_ANSWERED_FINDINGS)  # fmt: skip
    if answer.is_duplicate:
        record["verdict"] = "duplicate"
    (aside / "answer.json").write_bytes(json.dumps(record, ensure_ascii=False).encode())
