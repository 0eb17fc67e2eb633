"""The lines of versions that readers may hold on to, ``latest``, ``1`` and ``1.2``, and the release that each names.

All follows from which releases are kept, which one is current, and what was gone back from: a release that was gone
back from, and never gone on to, is named by none.
"""

from __future__ import annotations

from sciculture_etl.publish.current import read_pointer
from sciculture_etl.publish.journal import ROLLED_BACK, WENT_ON, ReleaseJournal
from sciculture_etl.publish.release_names import kept_ids, number_of
from sciculture_etl.publish.release_version import Place, place_of
from sciculture_etl.settings import Settings

LATEST = "latest"


def wanted_links(settings: Settings) -> dict[str, str]:
    """Line → the newest release of it; none where it isn't known which one is current."""
    current = (read_pointer(settings.warehouse) or {}).get("release_id")
    if current is None:
        return {}
    said = {name: place_of(settings.releases / name) for name in kept_ids(settings.releases)}
    withdrawn = _withdrawn(settings, current, said)
    found: dict[str, tuple[Place, str]] = {}
    for release_id, of_release in said.items():
        if number_of(release_id) in withdrawn:
            continue
        for line in of_release.version.lines:
            before = found.get(line)
            if before is None or before[0].version <= of_release.version:
                found[line] = of_release, release_id
    return {LATEST: current} | {line: release_id for line, (_, release_id) in sorted(found.items())}


def withdrawn_releases(settings: Settings) -> set[str]:
    """The kept releases that were gone back from, and never gone on to."""
    current = (read_pointer(settings.warehouse) or {}).get("release_id")
    if current is None:
        return set()
    said = {name: place_of(settings.releases / name) for name in kept_ids(settings.releases)}
    withdrawn = _withdrawn(settings, current, said)
    return {release_id for release_id in said if number_of(release_id) in withdrawn}


def newest_of_majors(settings: Settings) -> set[str]:
    """The releases that lines such as ``1`` name."""
    return {release_id for line, release_id in wanted_links(settings).items() if line.isdecimal()}


def _withdrawn(settings: Settings, current: str, said: dict[str, Place]) -> set[int]:
    """Numbers of the releases that were gone back from.

    The journal tells of every rollback; where it was lost, so does a release that follows another than the one before
    it. What is newer than the current one was gone back from as well.
    """
    last = {
        entry["from_release_id"]: entry
        for entry in ReleaseJournal(settings.archive).entries()
        if entry["kind"] in (ROLLED_BACK, WENT_ON)
    }
    spans = [
        range(number_of(entry["release_id"]) + 1, number_of(published) + 1)
        for published, entry in last.items()
        if entry["kind"] == ROLLED_BACK
    ]
    spans += [
        range(number_of(of_release.previous_id) + 1, number_of(release_id))
        for release_id, of_release in said.items()
        if of_release.previous_id
    ]
    found = {number for span in spans for number in span}
    found |= {number for number in map(number_of, said) if number > number_of(current)}
    return found - {number_of(current)}
