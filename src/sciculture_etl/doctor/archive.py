"""The archive: journals that can be read, bytes that are what was received, restricted files in their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sciculture_etl.doctor.case import Case, Check, fault, ok, remark
from sciculture_etl.extract import Closings, Damage, Decisions, Restricted, damage_in
from sciculture_etl.storage.journal import Journal

JOURNALS = (
    "receipts.jsonl",
    "decisions.jsonl",
    "closings.jsonl",
    "restricted.jsonl",
    "releases.jsonl",
    "disclosures.jsonl",
    "reminders.jsonl",
    "runs.jsonl",
)
MAX_LISTED = 20


def check_journals(case: Case) -> Iterator[Check]:
    """Raises JournalError at the first damaged line."""
    counted = len(case.receipts)
    decided = len(Decisions(case.archive.folder).all())
    assert case.restricted is not None  # its journal is read
    Closings(case.archive.folder).all()
    for name in JOURNALS:
        path = case.settings.archive / name
        if path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size and case.running is None:
            yield remark(
                "journals",
                (f"the last line of {path} was cut off by a crash", f"{path}: 마지막 줄이 끊겼습니다"),
                (
                    "nothing: the next run drops it and receives the file again",
                    "조치가 필요하지 않습니다. 다음 실행이 그 줄을 지우고 파일을 다시 접수합니다",
                ),
            )
        for _ in Journal(path).lines():
            pass
    yield ok("journals", f"{counted:,} receipts, {decided:,} decisions", f"접수 {counted:,}건, 결정 {decided:,}건")


def damages(case: Case) -> list[Damage]:
    """Of what should lie in the archive; never of what holds personal data and lies apart."""
    kept = [receipt for receipt in case.receipts if not case.restricted.has_known(receipt.sha256)]
    case.progress.start("archive", len({receipt.sha256 for receipt in kept}))
    found = damage_in(case.archive, kept, case.quick, lambda: case.progress.advance("archive"))
    # Asked anew: in the minutes that takes, a night may have put something apart.
    restricted = Restricted(case.settings.restricted, case.archive) if found else case.restricted
    return [damage for damage in found if not restricted.has_known(damage.receipt.sha256)]


def check_archive(case: Case) -> Iterator[Check]:
    found = damages(case)
    for damage in found[:MAX_LISTED]:
        receipt = damage.receipt
        where = f"{receipt.path} ({receipt.submitter or '?'}), {case.archive.path_of(receipt.sha256)}"
        yield fault(
            "archive",
            (
                f"{'lost' if damage.lost else 'not as received'}: {where}",
                f"{'없어졌습니다' if damage.lost else '접수 당시와 다릅니다'}: {where}",
            ),
            (
                "restore it from a backup; --fix restores it from the inbox if it is still there",
                "백업에서 복원해 주세요. 접수함에 남아 있으면 --fix가 복원합니다",
            ),
            safe=True,
        )
    if len(found) > MAX_LISTED:
        more = len(found) - MAX_LISTED
        yield fault(
            "archive",
            (f"and {more:,} more files", f"그 밖에 {more:,}개"),
            ("as above", "위와 같습니다"),
            safe=True,
        )
    counted = len({receipt.sha256 for receipt in case.receipts})
    if not found:
        how = ("by their size", "크기 기준") if case.quick else ("byte for byte", "바이트 기준")
        yield ok("archive", f"{counted:,} submissions as received, {how[0]}", f"제출본 {counted:,}개 그대로, {how[1]}")
    if strays := strays_in(case):
        yield remark(
            "archive",
            (
                f"{len(strays):,} files without a receipt, left by a killed run",
                f"접수 기록이 없는 파일 {len(strays):,}개",
            ),
            (
                "nothing: the next run takes them again from the inbox; if they don't lie there, they never counted",
                "다음 실행이 접수함에서 다시 받습니다",
            ),
        )


def strays_in(case: Case) -> list[Path]:
    """Files that no receipt tells of; not while a run goes on, which writes its receipts at the end."""

    def look() -> list[Path]:
        files = list(case.archive.folder.glob("[0-9a-f][0-9a-f]/*"))
        known = {receipt.sha256 for receipt in case.archive.receipts()}  # of a night that ended meanwhile, too
        return [path for path in files if path.name not in known]

    return case.unless_running(look)


def check_restricted(case: Case) -> Iterator[Check]:
    """Files with personal data lie apart, and no longer than they may."""
    restricted = case.restricted
    misplaced = [sha256 for sha256 in restricted.held() if case.archive.path_of(sha256).exists()]
    overdue = restricted.overdue(case.settings.personal_retention_days)
    held = len(restricted.held())
    for count, en, ko in (
        (len(misplaced), "files with personal data are in the archive", "개인정보 파일이 보관소에 있습니다"),
        (len(overdue), "files with personal data are past their retention", "개인정보 파일의 보관 기한이 지났습니다"),
    ):
        if count:
            yield remark(
                "restricted",
                (f"{count:,} {en}", f"{count:,}개: {ko}"),
                ("the next run moves or deletes them: sciculture run", "다음 실행이 옮기거나 지웁니다: sciculture run"),
            )
    if not misplaced and not overdue:
        yield ok(
            "restricted",
            f"{held:,} files with personal data are kept separately",
            f"개인정보 파일 {held:,}개가 분리 보관 중입니다",
        )
