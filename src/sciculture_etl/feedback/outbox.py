"""The outbox: ``<submitter>/<day>_<receipt>_<file>/`` holds what is to be mailed for one file received.

Which answers are written is told by what stands there: a folder appears whole, in one step, and its ``answer.json``
holds the mark of what it says. A run that dies leaves what the next one finishes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sciculture_etl.contracts import Contract
from sciculture_etl.extract import Archive
from sciculture_etl.feedback.answer import SEOUL, SET_ASIDE, Answer
from sciculture_etl.feedback.collect import SubmissionReceipt, answers, receipts
from sciculture_etl.feedback.mail import answer_mail
from sciculture_etl.feedback.names import own_name, safe_name
from sciculture_etl.feedback.texts import words
from sciculture_etl.feedback.workbook import RESULT, answer_workbook
from sciculture_etl.intake.check import as_answer
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import fingerprint
from sciculture_etl.storage.atomic import make_folder, move, put_in_place

ASIDE = ".aside-"
MAX_WRITERS, MIN_JOBS_FOR_A_POOL = 2, 60
SUBMITTER_BYTES, STEM_BYTES = 120, 150
STATE = "answered"


@dataclass(frozen=True)
class _Job:
    answer: Answer
    receipt: SubmissionReceipt
    folder: Path
    archive: Path


def answer_all(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    archive: Path,
    outbox: Path,
    starting: Callable[[int], None] = lambda count: None,
    written: Callable[[], None] = lambda: None,
) -> int:
    """Writes every answer that isn't there yet or would say something else now; returns how many.

    A file that a newer one replaced, or that was withdrawn, isn't answered again. starting, written: told how many
    there are, and of each.
    """
    if warehouse.state(STATE) == _state(warehouse, outbox):
        return 0
    make_folder(outbox, 0o700)
    for aside in outbox.glob(f"{ASIDE}*"):
        shutil.rmtree(aside)
    due = [receipt for receipt in receipts(warehouse) if _is_due(receipt, _folder(outbox, receipt))]
    if due:
        starting(len(due))
        with _writing(len(due)) as write:
            for chunk in answers(warehouse, contracts, due):
                jobs = [_Job(answer, receipt, _folder(outbox, receipt), archive) for receipt, answer in chunk]
                for _ in write(jobs):
                    written()
    warehouse.set_state(STATE, _state(warehouse, outbox))
    return len(due)


def _state(warehouse: Warehouse, outbox: Path) -> str:
    """Of all that decides which answers are due: what is known, and which answers stand there."""
    tables = warehouse.rows(
        "SELECT content FROM log.model WHERE name IN ('mart_row_error', 'mart_submission_log') ORDER BY name"
    )
    folders = sorted(entry.path for submitter in _entries(outbox) for entry in _entries(Path(submitter.path)))
    return fingerprint(*(row["content"] for row in tables), *folders)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in os.scandir(folder) if entry.is_dir()] if folder.is_dir() else []


def _folder(outbox: Path, receipt: SubmissionReceipt) -> Path:
    unknown = words()["unknown_submitter"]
    submitter = own_name(receipt.submitter or unknown, SUBMITTER_BYTES, unknown)
    day = receipt.received_at.astimezone(SEOUL)
    return outbox / submitter / f"{day:%Y-%m-%d}_{receipt.receipt_no:07}_{_stem(receipt.file_name)}"


def _stem(file_name: str) -> str:
    return safe_name(file_name.rpartition(".")[0] or file_name, STEM_BYTES, words()["file_name"])


def _is_due(receipt: SubmissionReceipt, folder: Path) -> bool:
    try:
        answered = json.loads((folder / "answer.json").read_bytes())["mark"]
    except (OSError, ValueError, KeyError):
        return True
    return bool(answered != receipt.mark and receipt.standing not in SET_ASIDE)


Write = Callable[[Iterable[_Job]], Iterator[None]]


@contextmanager
def _writing(count: int) -> Iterator[Write]:
    """What writes answers: here, or in processes of its own where they are many."""
    if count < MIN_JOBS_FOR_A_POOL:
        yield lambda jobs: map(_write, jobs)
        return
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(MAX_WRITERS, mp_context=fresh, initializer=_end_with_parent) as pool:
        yield lambda jobs: pool.map(_write, jobs, chunksize=8)


def _end_with_parent() -> None:
    """A run that is killed leaves no process behind; Ctrl-C is for the run to heed, not for each of its writers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _write(job: _Job) -> None:
    """All files of one answer, aside, and then all at once into their place."""
    folder = job.folder
    make_folder(folder.parent)
    outbox = folder.parent.parent
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=outbox))
    # An answer that came back corrected carries its name already.
    stem = _stem(job.receipt.file_name).removesuffix(f"_{RESULT}")
    name = f"{stem}_{RESULT}.xlsx" if job.answer.kind != "duplicate" else None
    if name:
        data = Archive(job.archive).read(job.receipt.file_sha256) if job.answer.can_be_copied else b""
        (aside / name).write_bytes(answer_workbook(job.answer, data))
    mail = answer_mail(job.answer, name)
    (aside / "mail.txt").write_text(mail.text, encoding="utf-8")
    (aside / "mail.html").write_text(mail.html, encoding="utf-8")
    record = {
        "receipt_no": job.receipt.receipt_no, "received_at": job.receipt.received_at.isoformat(),
        "file": job.receipt.file_name, "subject": mail.subject, "workbook": name, "mark": job.receipt.mark,
    } | as_answer(job.answer.checked)  # fmt: skip
    if job.answer.kind == "duplicate":
        record["verdict"] = "duplicate"
    (aside / "answer.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    if folder.exists():
        earlier = Path(tempfile.mkdtemp(prefix=ASIDE, dir=outbox))
        move(folder, earlier / "earlier")
        put_in_place(aside, folder)
        shutil.rmtree(earlier)
    else:
        put_in_place(aside, folder)
