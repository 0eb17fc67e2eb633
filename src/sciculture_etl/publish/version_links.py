"""What readers hold on to beside the releases: links ``latest``, ``1`` and ``1.2``, to the newest release of that line.

They follow from which releases are kept and which one is current, so that whatever a kill left behind is put right by
making them again. A release that was gone back from, and never gone on to, is named by none.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from sciculture_etl.messages import message
from sciculture_etl.publish.lines import LATEST, wanted_links
from sciculture_etl.publish.retention import REMOVING, manifest_if_readable
from sciculture_etl.publish.standing import write_standings
from sciculture_etl.settings import Settings
from sciculture_etl.storage.atomic import move, sync

_LINK = re.compile(rf"{LATEST}|[1-9]\d*(\.\d+)?")


def standing_links(releases: Path) -> dict[str, str]:
    """Link → what it names, of those that stand."""
    return {
        path.name: str(path.readlink())
        for path in sorted(releases.glob("*"))
        if _LINK.fullmatch(path.name) and path.is_symlink()
    }


def link_versions(settings: Settings) -> list[str]:
    """Makes the links as they should be, each in one step; returns what couldn't be done, a sentence each.

    And lets the pages of every release say how it stands. Call it under the writer's lock.
    """
    stuck: list[str] = []
    releases = settings.releases
    changed = False
    for name, _, wanted in list(links_behind(settings)):
        try:
            _put(releases, name, wanted)
            changed = True
        except OSError as error:
            stuck.append(message("version_link_impossible", path=releases / name, reason=error.strerror or error))
    if changed:
        sync(releases)
    return stuck + write_standings(settings)


def _put(releases: Path, name: str, release_id: str | None) -> None:
    link = releases / name
    if release_id is None:
        link.unlink(missing_ok=True)
        return
    if link.exists() and not link.is_symlink():
        if not _is_copy(link):
            raise FileExistsError(0, "something else of that name stands there")
        shutil.rmtree(move(link, releases / f"{REMOVING}{name}"))
    aside = releases / f".{name}.aside"
    aside.unlink(missing_ok=True)
    try:
        aside.symlink_to(release_id, target_is_directory=True)
        aside.replace(link)
    finally:
        aside.unlink(missing_ok=True)


def _is_copy(folder: Path) -> bool:
    """Whether it is what a copy of the warehouse makes of a link that it follows: a release, under another name."""
    manifest = manifest_if_readable(folder)
    return manifest is not None and manifest["release_id"] != folder.name


def links_behind(settings: Settings) -> Iterator[tuple[str, str | None, str | None]]:
    """Link, what it names, what it should name: of those that differ.

    None does where it isn't known which release is current.
    """
    standing, wanted = standing_links(settings.releases), wanted_links(settings)
    if not wanted:
        return
    for name in sorted(standing.keys() | wanted.keys()):
        if standing.get(name) != wanted.get(name):
            yield name, standing.get(name), wanted.get(name)
