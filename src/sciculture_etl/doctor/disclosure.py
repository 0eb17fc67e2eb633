"""What releases showed and withheld of persons: whether it can be read, of every release, and by nobody else."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from sciculture_etl.disclosure.history import FOLDER, files_of, number_of, read_history
from sciculture_etl.disclosure.ledger import Ledger
from sciculture_etl.doctor.case import Case, Check, fault, ok
from sciculture_etl.publish.release_names import kept_ids


def check_history(case: Case) -> Iterator[Check]:
    """Raises ArchiveError where a file can't be read, JournalError where a decision can't."""
    settings = case.settings
    history = read_history(settings.archive)
    lines = Ledger(settings.archive).all()
    missing = case.unless_running(
        lambda: [
            name
            for name in kept_ids(settings.releases)
            if history.releases
            and number_of(history.releases[0]) < number_of(name) < number_of(history.releases[-1])
            and name not in history.releases
        ]
    )
    for release_id in missing:
        path = settings.archive / FOLDER / f"{release_id}.parquet"
        yield fault(
            "disclosure",
            (
                f"{path} is missing: what release {release_id} showed isn't known",
                f"{path}이(가) 없어 릴리스 {release_id}에서 공개한 내용을 알 수 없습니다",
            ),
            ("restore it from a backup", "백업에서 복원해 주세요"),
        )
    for path in files_of(settings.archive):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield fault(
                "disclosure",
                (f"others can read {path}", f"다른 사용자가 {path}을(를) 읽을 수 있습니다"),
                (f"chmod 600 {path}", f"chmod 600 {path}"),
            )
    if not missing:
        yield ok(
            "disclosure",
            f"{len(history.releases):,} releases, {len(lines):,} lines of the ledger",
            f"릴리스 {len(history.releases):,}개, 공개 관련 기록 {len(lines):,}건",
        )
