"""The first page: what arrived, what is wrong and which file is to blame, what waits, and how the last run ended."""

from __future__ import annotations

from sciculture_etl.pipeline.overview.arrivals import faulty_files, newest_arrivals
from sciculture_etl.pipeline.overview.completeness import count_owed
from sciculture_etl.pipeline.overview.machine import warnings
from sciculture_etl.pipeline.overview.releases import current_state
from sciculture_etl.pipeline.overview.runs import last_ended
from sciculture_etl.pipeline.overview.sources import Row, Sources
from sciculture_etl.pipeline.overview.waiting import unfit_corrections, version_conflicts, waiting_submissions

MAX_FAULTY = 10


def collect_index(sources: Sources) -> Row:
    arrivals = newest_arrivals(sources)
    return {
        "last": last_ended(sources), "state": current_state(sources), "arrivals": arrivals,
        "faulty": faulty_files(sources, arrivals["after"], MAX_FAULTY), "owed": count_owed(sources),
        "waiting": len([one for one in waiting_submissions(sources) if not one["decided"]]),
        "conflicts": len(version_conflicts(sources)), "corrections": unfit_corrections(sources),
        "warnings": warnings(sources),
    }  # fmt: skip
