"""Korean administrative divisions since 2010: resolve any place text on any date, and compare across reforms.

    >>> import datetime
    >>> found = resolve("성남시분당구서현1동", datetime.date(2020, 5, 1))
    >>> found.status, found.name, found.admin_code, found.sigungu_code
    ('resolved', '경기도 성남시 분당구 서현1동', '4113558000', '41130')

docs/regions.md explains the policy, the tables and their sources.
"""

from sciculture_etl.regions.frames import resolve_frame
from sciculture_etl.regions.gazetteer import reference_version
from sciculture_etl.regions.resolution import COMPLETED, RENAMED, RegionCandidate, Resolution, as_json, resolve
from sciculture_etl.regions.tables import dim_region, region_changes, sido_spellings

REFERENCE_VERSION: str = reference_version()

__all__ = [
    "COMPLETED",
    "REFERENCE_VERSION",
    "RENAMED",
    "RegionCandidate",
    "Resolution",
    "as_json",
    "dim_region",
    "region_changes",
    "resolve",
    "resolve_frame",
    "sido_spellings",
]
