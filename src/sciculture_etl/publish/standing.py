"""How every kept release stands: current, older or withdrawn, as its pages say it (``notices``).

All follows from which release is current, which are kept, and the journal, so that whatever a kill left behind is put
right by writing it again. A release is withdrawn while it was gone back from, and never gone on to.
"""

from __future__ import annotations

from collections.abc import Iterator

from sciculture_etl.messages import message
from sciculture_etl.publish.current import read_pointer
from sciculture_etl.publish.lines import withdrawn_releases
from sciculture_etl.publish.notices import CURRENT, OLDER, SHEETS, STANDING, WITHDRAWN
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import FILE_FOR_ALL
from sciculture_etl.storage.atomic import write_atomically


def standings(settings: Settings) -> dict[str, str]:
    """Release → current, older or withdrawn, of all that are kept; none where it isn't known which one is current."""
    current = (read_pointer(settings.warehouse) or {}).get("release_id")
    if current is None:
        return {}
    withdrawn = withdrawn_releases(settings)
    return {
        name: CURRENT if name == current else WITHDRAWN if name in withdrawn else OLDER
        for name in kept_ids(settings.releases)
    }


def standings_behind(settings: Settings) -> Iterator[tuple[str, str]]:
    """Release and what it should say of itself, of those whose pages say something else."""
    for release_id, state in standings(settings).items():
        path = settings.releases / release_id / STANDING
        # Of before there were pages; or of before they had notices.
        if path.parent.is_dir() and (not path.is_file() or path.read_bytes() != SHEETS[state].encode()):
            yield release_id, state


def write_standings(settings: Settings) -> list[str]:
    """Lets every release say how it stands; returns what couldn't be written, a sentence each.

    Call it under the writer's lock.
    """
    stuck: list[str] = []
    for release_id, state in list(standings_behind(settings)):
        path = settings.releases / release_id / STANDING
        try:
            write_atomically(path, SHEETS[state].encode(), FILE_FOR_ALL)
        except OSError as error:
            stuck.append(message("standing_not_written", path=path, reason=error.strerror or error))
    return stuck
