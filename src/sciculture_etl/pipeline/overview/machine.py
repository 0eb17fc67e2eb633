"""What may go wrong with the machine and the warehouse, as far as a look is cheap; all else is the doctor's."""

from __future__ import annotations

from sciculture_etl.pipeline.journal import UNFINISHED
from sciculture_etl.pipeline.overview.sources import Row, Sources
from sciculture_etl.storage.access import open_to_others
from sciculture_etl.storage.disk import free_room, is_writable, megabytes, nearest_there, room_needed
from sciculture_etl.storage.lock import why_no_lock

MAX_NAMES = 5


def warnings(sources: Sources) -> list[Row]:
    """``code``, as the words of the page name it, and its values."""
    settings = sources.settings
    found: list[Row] = []
    free, needed = free_room(settings.warehouse), room_needed(settings)
    if free < needed:
        found.append({"code": "little_room", "free": megabytes(free), "needed": megabytes(needed)})
    if not is_writable(nearest_there(settings.warehouse)):
        found.append({"code": "not_writable"})
    if why := why_no_lock(settings.warehouse):
        found.append({"code": "no_lock", "why": why})
    if settings.build_database.with_name("warehouse.duckdb.corrupt").exists():
        found.append({"code": "set_aside"})
    last = next((one for one in sources.runs if one.run_no not in sources.at_work), None)
    if last and last.outcome == UNFINISHED and last is not sources.record:
        found.append({"code": "unfinished", "run_no": last.run_no})
    if opened := sorted(path.name for path in open_to_others(settings.warehouse)):
        found.append({"code": "open_to_others", "names": ", ".join(opened[:MAX_NAMES])})
    return found
