"""All checks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sciculture_etl.doctor import archive, build, desk, disclosure, folders, lake, releases, runs, workers
from sciculture_etl.doctor.case import Case, Check, fault
from sciculture_etl.errors import SciCultureError
from sciculture_etl.failures import describe_failure
from sciculture_etl.storage.disk import explain

AREAS: dict[str, Callable[[Case], Iterable[Check]]] = {
    "settings": folders.check_settings,
    "inbox": folders.check_inbox,
    "folders": folders.check_folders,
    "modes": folders.check_modes,
    "room": folders.check_free_space,
    "workers": workers.check_workers,
    "lock": runs.check_lock,
    "last run": runs.check_last_run,
    "journals": archive.check_journals,
    "archive": archive.check_archive,
    "restricted": archive.check_restricted,
    "lake": lake.check_lake,
    "build database": build.check_database,
    "current release": releases.check_live_copies,
    "releases": releases.check_releases,
    "version links": releases.check_version_links,
    "pages": releases.check_standings,
    "disclosure": disclosure.check_history,
    "candidate": releases.check_candidate,
    "scheduled release": releases.check_scheduled,
    "leftovers": releases.check_leftovers,
    "waiting": runs.check_waiting,
    "desk": desk.check_desk,
    "outbox": runs.check_outbox,
    "prefect": runs.check_prefect,
}


def examine(case: Case) -> list[Check]:
    """Every check, each area at least once. What can't be looked at is a fault of its own, and the others go on."""
    found: list[Check] = []
    for area, look in AREAS.items():
        try:
            found += look(case)
        except SciCultureError as mistake:
            found.append(_stuck(area, str(mistake)))
        except Exception as error:
            text = explain(error, case.settings) or describe_failure(error)
            found.append(_stuck(area, text))
    return found


def _stuck(area: str, text: str) -> Check:
    return fault(
        area,
        (f"could not be examined: {text}", f"진단할 수 없습니다: {text}"),
        ("repair that, then run the doctor again", "이를 복구한 뒤 다시 진단해 주세요"),
    )
