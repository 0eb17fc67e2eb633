"""What readers open, the releases behind it, and what a killed run left beside them."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path

from sciculture_etl.doctor.case import BilingualPair, Case, Check, fault, ok, remark
from sciculture_etl.publish.candidate import read_candidate
from sciculture_etl.publish.current import current_release, read_pointer
from sciculture_etl.publish.integrity import integrity_fault
from sciculture_etl.publish.journal import decided
from sciculture_etl.publish.notices import CURRENT, OLDER, WITHDRAWN
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.rollback import current_hold
from sciculture_etl.publish.scheduled import find_scheduled, shown_time, why_not
from sciculture_etl.publish.standing import standings_behind
from sciculture_etl.publish.version_links import links_behind, standing_links
from sciculture_etl.storage.disk import megabytes

AREA = "current release"
PATTERNS = (
    ".*.aside", "archive/.incoming-*", "outbox/.aside-*", "releases/.*.aside", "releases/.building-*",
    "releases/.removing-*", "staging/*",
)  # fmt: skip
NEXT_RUN: BilingualPair = (
    "the next run publishes it again: sciculture run",
    "다음 실행이 새로 공표합니다: sciculture run",
)
STATES = {CURRENT: "최신", OLDER: "이전", WITHDRAWN: "철회"}
RESTORE: BilingualPair = (
    "sciculture doctor --fix copies it from the release",
    "sciculture doctor --fix가 공표본에서 복원합니다",
)


def stale_copies(case: Case) -> list[str]:
    """Of the files that readers open, those that should be copies of the current release and aren't."""
    current = current_release(case.settings.warehouse)
    if current is None:
        return []
    folder = case.settings.releases / current["release_id"]
    return [name for name in current["files"] if not _is_copy(case.settings.warehouse / name, folder / name)]


def _is_copy(live: Path, source: Path) -> bool:
    return live.exists() and filecmp.cmp(live, source, shallow=False)


def check_live_copies(case: Case) -> Iterator[Check]:
    warehouse = case.settings.warehouse
    pointer, current = read_pointer(warehouse), current_release(warehouse)
    if current is None and pointer is None:
        yield ok(AREA, "nothing has been published yet", "아직 공표한 것이 없습니다")
        return
    if current is None:
        release_id = pointer["release_id"] if pointer else "?"
        yield fault(
            AREA,
            (f"release {release_id} is missing or incomplete", f"공표본 {release_id}이(가) 없거나 불완전합니다"),
            NEXT_RUN,
        )
        return
    if pointer is None:
        yield fault(
            AREA,
            ("current.json is missing or broken", "current.json이 없거나 손상되었습니다"),
            (f"--fix, or the next run, rewrites it: {current['release_id']}", "--fix나 다음 실행이 다시 기록합니다"),
            safe=True,
        )
    stale = case.unless_running(lambda: stale_copies(case))
    for name in stale:
        yield fault(AREA, (f"{name} isn't that of the release", f"{name}: 공표본과 다릅니다"), RESTORE, safe=True)
    if pointer and not stale:
        yield ok(
            AREA, f"{current['release_id']}, as readers open it", f"{current['release_id']}, 열리는 파일과 같습니다"
        )
    if hold := current_hold(case.settings):
        since, left = decided(hold), hold["from_release_id"]
        yield remark(
            AREA,
            (
                f"publication is on hold since {since}, when {left} was gone back from",
                f"{since}부터 공표 보류 중입니다",
            ),
            ("once the figures are right: sciculture publish", "수치가 바로잡혔으면: sciculture publish"),
        )


def check_releases(case: Case) -> Iterator[Check]:
    """Each release has what its manifest says; the content is read again unless quick."""
    folders = [case.settings.releases / name for name in kept_ids(case.settings.releases)]
    case.progress.start("releases", len(folders))
    broken = 0
    for folder in folders:
        reason = integrity_fault(folder, case.quick)
        if reason and folder.exists():  # and not removed by a night meanwhile
            broken += 1
            yield fault(
                "releases",
                (f"{folder.name}: {reason}", f"{folder.name}: {reason}"),
                (
                    f"put it back from a backup, or move {folder} away: where it is the current one, the next run "
                    "publishes it anew",
                    f"백업에서 되돌리거나 {folder}을(를) 옮겨 주세요. 현재 공표본이면 다음 실행이 새로 공표합니다",
                ),
            )
        case.progress.advance("releases")
    if not broken:
        yield ok("releases", f"{len(folders)} kept, all complete", f"공표본 {len(folders)}개, 모두 이상 없습니다")


def check_version_links(case: Case) -> Iterator[Check]:
    """What readers hold on to by a version names the release that it should."""
    behind = case.unless_running(lambda: list(links_behind(case.settings)))
    for name, standing, wanted in behind:
        yield remark(
            "version links",
            (f"releases/{name} names {standing or 'nothing'}, not {wanted or 'nothing'}",
             f"releases/{name}: {wanted or '없음'} 대신 {standing or '없음'}을(를) 가리킵니다"),
            ("the next run, or --fix, puts it right", "다음 실행이나 --fix가 바로잡습니다"),
            safe=True,
        )  # fmt: skip
    if not behind:
        links = len(standing_links(case.settings.releases))
        yield ok("version links", f"{links} name the releases they should", f"버전 링크 {links}개, 모두 맞습니다")


def check_standings(case: Case) -> Iterator[Check]:
    """The pages of a release say whether there is a newer one, or whether it was withdrawn."""
    behind = case.unless_running(lambda: list(standings_behind(case.settings)))
    for release_id, state in behind:
        yield remark(
            "pages",
            (f"{release_id}: its pages don't say that it is {state}",
             f"{release_id}: 화면의 안내가 현재 상태({STATES[state]})와 다릅니다"),
            ("the next run, or --fix, puts it right", "다음 실행이나 --fix가 바로잡습니다"),
            safe=True,
        )  # fmt: skip
    if not behind:
        yield ok("pages", "every release says how it stands", "모든 공표본의 안내가 현재 상태와 같습니다")


def check_candidate(case: Case) -> Iterator[Check]:
    """Nothing depends on it: what is wrong with it, the next run mends."""
    if not case.settings.candidate.exists():
        yield ok("candidate", "none", "없음")
    elif candidate := read_candidate(case.settings):
        against = candidate["previous_release_id"] or "-"
        yield ok(
            "candidate",
            f"of {candidate['built_at']}, against {against}: sciculture diff current candidate",
            f"{candidate['built_at']} 생성, 비교 대상 {against}: sciculture diff current candidate",
        )
    else:
        yield remark(
            "candidate",
            ("it is incomplete", "불완전합니다"),
            ("sciculture run --preview makes it again", "sciculture run --preview가 다시 만듭니다"),
        )


def check_scheduled(case: Case) -> Iterator[Check]:
    """A release under embargo is what it was when it was checked."""
    found = find_scheduled(case.settings)
    if found is None:
        yield ok("scheduled release", "none", "없음")
    elif fault_text := case.unless_running(lambda: [why for why in [why_not(case.settings, found)] if why]):
        english, _, korean = fault_text[0].partition(" / ")
        withdraw = f"sciculture releases withdraw {found.release_id} --reason ..."
        yield fault("scheduled release", (english, korean), (withdraw, withdraw))
    else:
        at = shown_time(found.at)
        yield ok("scheduled release", f"{found.release_id} goes out at {at}", f"{found.release_id}: {at} 공표 예약")


def leftovers(case: Case) -> list[Path]:
    """What killed runs left half-done; not while a run goes on, whose work it is."""
    return case.unless_running(
        lambda: sorted(path for pattern in PATTERNS for path in case.settings.warehouse.glob(pattern))
    )


def check_leftovers(case: Case) -> Iterator[Check]:
    left = leftovers(case)
    if left:
        yield remark(
            "leftovers",
            (
                f"{len(left):,} left half-done by a killed run, such as {left[0]}",
                f"중단된 작업이 남긴 것 {len(left):,}개",
            ),
            (
                "nothing: the next run, or --fix, removes them",
                "조치가 필요하지 않습니다. 다음 실행이나 --fix가 삭제합니다",
            ),
            safe=True,
        )
    corrupt = case.settings.build_database.with_name(f"{case.settings.build_database.name}.corrupt")
    if corrupt.exists():
        size = megabytes(corrupt.stat().st_size)
        yield remark(
            "leftovers",
            (f"{corrupt} ({size}) was set aside", f"{corrupt} ({size}): 따로 둔 손상 파일"),
            (
                "look at the disk if that happens again; delete it when done",
                "반복되면 디스크를 점검하고, 끝나면 지워 주세요",
            ),
        )
    if not left and not corrupt.exists():
        yield ok("leftovers", "nothing", "없음")
