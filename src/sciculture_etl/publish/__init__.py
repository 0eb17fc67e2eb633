"""Publish: curated tables → an immutable release, and the swap that makes it the one that readers open."""

from sciculture_etl.publish.announcement import NOTHING, Announcement
from sciculture_etl.publish.figures import Figure, read_figures_checked
from sciculture_etl.publish.release import Publication, publish_release
from sciculture_etl.publish.rollback import end_hold

__all__ = [
    "NOTHING", "Announcement", "Figure", "Publication", "end_hold", "publish_release", "read_figures_checked",
]  # fmt: skip
