"""All checks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sciculture_etl.doctor import archive, build, places, releases, runs
from sciculture_etl.doctor.case import Case, Check, fault
from sciculture_etl.errors import SciCultureError
from sciculture_etl.failures import failure_in_words
from sciculture_etl.storage.disk import explain

AREAS: dict[str, Callable[[Case], Iterable[Check]]] = {
    "settings": places.settings_hold,
    "inbox": places.inbox_is_there,
    "folders": places.folders_can_be_written,
    "modes": places.modes_are_kept,
    "room": places.room_is_left,
    "lock": runs.nobody_waits,
    "last run": runs.last_run_ended_well,
    "journals": archive.journals_are_whole,
    "archive": archive.every_receipt_has_its_bytes,
    "restricted": archive.restricted_is_settled,
    "build database": build.database_is_whole,
    "current release": releases.readers_have_the_current_release,
    "releases": releases.releases_are_whole,
    "leftovers": releases.nothing_is_left_half_done,
    "outbox": runs.outbox_can_be_sent,
    "prefect": runs.prefect_answers,
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
            told = explain(error, case.settings) or failure_in_words(error)
            found.append(_stuck(area, told))
    return found


def _stuck(area: str, told: str) -> Check:
    return fault(
        area,
        (f"could not be examined: {told}", f"살펴볼 수 없습니다: {told}"),
        ("mend that, then run the doctor again", "이를 고친 뒤 다시 진단해 주세요"),
    )
