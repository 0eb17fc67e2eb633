"""Maps: districts' values by year → SVG. Shapes are projected once for a process; years are switched by CSS alone."""

from sciculture_etl.pages.maps.boundaries import boundary_maps, map_of_year
from sciculture_etl.pages.maps.drawing import Outlines, patterns
from sciculture_etl.pages.maps.placing import Figure, Lineage
from sciculture_etl.pages.maps.view import DrawnLayer, MapView, build_view, draw_layer

__all__ = [
    "DrawnLayer", "Figure", "Lineage", "MapView", "Outlines", "boundary_maps", "build_view", "draw_layer",
    "map_of_year", "patterns",
]  # fmt: skip
