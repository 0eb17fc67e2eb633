"""What the doctor does by itself: only what loses nothing, whatever else may be wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sciculture_etl.doctor.archive import damages
from sciculture_etl.doctor.case import BilingualPair, Case
from sciculture_etl.doctor.lake import clear_lake
from sciculture_etl.doctor.receipts import restore_receipts
from sciculture_etl.doctor.releases import leftovers, stale_copies
from sciculture_etl.errors import MachineError, UnprovedError
from sciculture_etl.extract import Archive, Damage, channels_of
from sciculture_etl.load import writer_lock
from sciculture_etl.messages import message
from sciculture_etl.publish.current import finish_swap
from sciculture_etl.publish.standing import standings_behind
from sciculture_etl.publish.version_links import link_versions, links_behind
from sciculture_etl.storage.access import open_to_others
from sciculture_etl.storage.damage import set_aside
from sciculture_etl.storage.proof import why_unreadable


def repair(case: Case) -> list[BilingualPair]:
    """Mends under the writer's lock; returns what was done, one line each.

    Raises:
        BusyError: While a run is going on.
    """
    opened = open_to_others(case.settings.warehouse)
    with writer_lock(case.settings.warehouse, doing="doctor --fix", lake=case.settings.lake):
        case = replace(case, holds_lock=True)
        return [
            *_closed_by_the_lock(case, opened), *_put_receipts_back(case), *_put_bytes_back(case),
            *_set_aside_broken_database(case), *_restore_copies(case), *_clear_leftovers(case),
            *_link_versions(case), *clear_lake(case),
        ]  # fmt: skip


def _closed_by_the_lock(case: Case, opened: dict[Path, int]) -> Iterator[BilingualPair]:
    """Whoever takes the writer's lock closes what lies open."""
    for path in opened.keys() - open_to_others(case.settings.warehouse).keys():
        mode = opened[path]
        yield f"closed {path} to others ({mode:04o})", f"{path}: 권한을 {mode:04o}로 고쳤습니다"


def _put_receipts_back(case: Case) -> Iterator[BilingualPair]:
    for receipt in restore_receipts(case.settings):
        yield (
            f"put a damaged receipt back from the build database: {receipt.path}",
            f"손상된 접수 기록을 작업용 데이터베이스에서 되돌렸습니다: {receipt.path}",
        )


def _put_bytes_back(case: Case) -> Iterator[BilingualPair]:
    """From the inbox's folders, whatever the file is called there: its bytes tell."""
    damaged = damages(case)
    if not damaged:
        return
    sizes = {damage.receipt.size for damage in damaged}
    candidates = [path for path in _inbox_files(case) if path.stat().st_size in sizes]
    for damage in damaged:
        if _is_among(candidates, damage, case.archive):
            received_path = damage.receipt.path
            yield (
                f"restored to the archive from the inbox: {received_path}",
                f"접수함에서 보관소로 복원했습니다: {received_path}",
            )


def _inbox_files(case: Case) -> Iterator[Path]:
    for channel in channels_of(case.settings):
        if channel.folder:
            yield from (path for path in channel.folder.rglob("*") if path.is_file() and not path.is_symlink())


class _OtherBytesError(Exception):
    pass


def _is_among(candidates: list[Path], damage: Damage, archive: Archive) -> bool:
    def check(sha256: str, size: int) -> None:
        if sha256 != damage.receipt.sha256:
            raise _OtherBytesError

    for path in candidates:
        if path.stat().st_size != damage.receipt.size:
            continue
        try:
            with path.open("rb") as source:
                archive.store(source, check)
        except (_OtherBytesError, OSError):
            continue
        return True
    return False


def _set_aside_broken_database(case: Case) -> Iterator[BilingualPair]:
    path = case.settings.build_database
    try:
        reason = why_unreadable(path) if path.exists() else None
    except UnprovedError as unproved:
        yield str(unproved), f"작업용 데이터베이스를 지금은 살펴볼 수 없어 그대로 두었습니다: {path}"
        return
    if reason:
        aside = set_aside(path)
        yield (
            f"set the broken build database aside as {aside.name} ({reason}); the next run rebuilds it",
            f"손상된 작업용 데이터베이스를 {aside.name}으로 옮겼습니다. 다음 실행이 다시 만듭니다",
        )


def _restore_copies(case: Case) -> Iterator[BilingualPair]:
    stale = stale_copies(case)
    if finish_swap(case.settings.warehouse, renewed=stale):
        names = ", ".join(stale) or "current.json"
        yield f"restored from the release: {names}", f"공표본에서 복원했습니다: {names}"


def _link_versions(case: Case) -> Iterator[BilingualPair]:
    behind = [name for name, *_ in links_behind(case.settings)]
    misleading = [name for name, _ in standings_behind(case.settings)]
    stuck = link_versions(case.settings)
    if misleading and not stuck:
        names = ", ".join(misleading)
        yield f"pages say how their release stands: {names}", f"공표본 화면의 안내를 바로잡았습니다: {names}"
    if behind and not stuck:
        yield f"put version links right: {', '.join(behind)}", f"버전 링크를 바로잡았습니다: {', '.join(behind)}"


def _clear_leftovers(case: Case) -> Iterator[BilingualPair]:
    for path in leftovers(case):
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as error:
            raise MachineError(message("folder_not_removable", path=path, error=error.strerror)) from None
        yield f"removed {path}", f"삭제했습니다: {path}"
