"""Publish: curated tables → an immutable release, and the swap that makes it the one that readers open."""

from sciculture_etl.publish.figures import Figure, compare_figures
from sciculture_etl.publish.release import Publication, publish_release

__all__ = ["Figure", "Publication", "compare_figures", "publish_release"]
