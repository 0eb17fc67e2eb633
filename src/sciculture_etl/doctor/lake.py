"""The lake of a shared warehouse: whether it is reached, and whether its catalogue and its files agree."""

from __future__ import annotations

from collections.abc import Iterator

from sciculture_etl.doctor.case import BilingualPair, Case, Check, fault, ok, remark
from sciculture_etl.lakes import Lake
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.storage.ducklake import BUILD, RELEASES
from sciculture_etl.storage.lake_files import lost_files, orphaned_files, remove_orphaned_files

AREA = "lake"
# What becomes of lost rows: the archive has the ones, the folders of releases the others.
REPAIRS: dict[str, BilingualPair] = {
    BUILD: (
        "nothing: the next run rebuilds the tables from the archive",
        "조치가 필요하지 않습니다. 다음 실행이 보관소에서 표를 다시 만듭니다",
    ),
    RELEASES: (
        "the releases are written there again: sciculture doctor --fix",
        "sciculture doctor --fix를 실행하면 릴리스를 다시 기록합니다",
    ),
}
MAX_NAMED = 3


def check_lake(case: Case) -> Iterator[Check]:
    """Raises LakeError where it can't be reached."""
    lake, last = case.settings.lake, Runs(case.settings.archive).last_move()
    if last and last.details["is_lake"] != (lake is not None):
        yield fault(
            AREA,
            (f"the settings name another place than the last move, {last.details['to']}",
             f"설정이 마지막으로 옮긴 곳({last.details['to']})과 다릅니다"),
            ("set SCICULTURE_WAREHOUSE to where the tables lie, or move them: sciculture move",
             "SCICULTURE_WAREHOUSE를 표가 있는 곳으로 설정하거나 sciculture move로 옮겨 주세요"),
        )  # fmt: skip
    if lake is None:
        yield ok(
            AREA, "none: the tables lie in a file of this warehouse", "없음: 표가 이 데이터 저장소의 파일에 있습니다"
        )
        return
    if case.settings.build_database.exists():
        yield remark(
            AREA,
            (
                f"{case.settings.build_database} is not used any more",
                f"{case.settings.build_database}: 더 쓰지 않습니다",
            ),
            (
                "remove it; what isn't in the lake yet, the next run reads from the archive",
                "삭제해 주세요. 공유 저장소에 없는 것은 다음 실행이 보관소에서 다시 읽습니다",
            ),
        )
    for part in (BUILD, RELEASES):
        yield from _check_part(case, lake, part)


def _check_part(case: Case, lake: Lake, part: str) -> Iterator[Check]:
    lost = case.unless_running(lambda: lost_files(lake, part))
    orphaned = case.unless_running(lambda: orphaned_files(lake, part))
    if lost:
        named = ", ".join(lost[:MAX_NAMED])
        yield fault(
            AREA,
            (
                f"{part}: {len(lost):,} files of rows are lost: {named}",
                f"{part}: 행 파일 {len(lost):,}개가 없습니다: {named}",
            ),
            REPAIRS[part],
        )
    if orphaned:
        named = ", ".join(orphaned[:MAX_NAMED])
        yield remark(
            AREA,
            (f"{part}: {len(orphaned):,} files that no table names, left by killed runs: {named}",
             f"{part}: 중단된 실행이 남긴, 어느 표에도 속하지 않는 파일 {len(orphaned):,}개: {named}"),
            ("remove them: sciculture doctor --fix", "삭제해 주세요: sciculture doctor --fix"),
            safe=True,
        )  # fmt: skip
    if not lost and not orphaned:
        yield ok(AREA, f"{part}: catalogue and files agree", f"{part}: 카탈로그와 파일이 일치합니다")


def clear_lake(case: Case) -> Iterator[BilingualPair]:
    """Removes what killed runs left; to be called under the writer's lock."""
    lake = case.settings.lake
    if lake is None:
        return
    if follow_releases(case.settings, repairs=True):
        yield "the releases in the lake are those of the folder again", "공유 저장소의 릴리스를 폴더와 같게 맞췄습니다"
    for part in (BUILD, RELEASES):
        if removed := remove_orphaned_files(lake, part):
            yield (
                f"removed {len(removed):,} files that no table named ({part})",
                f"어느 표에도 속하지 않는 파일 {len(removed):,}개를 삭제했습니다({part})",
            )
