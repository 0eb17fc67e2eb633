"""Charts: values → SVG. Axes begin at 0; what is provisional, withheld or missing is marked, never by colour alone."""

from sciculture_etl.pages.charts.points import Point, newest_final
from sciculture_etl.pages.charts.ranking import draw_ranking
from sciculture_etl.pages.charts.trend import draw_trend

__all__ = ["Point", "draw_ranking", "draw_trend", "newest_final"]
