"""Maps: districts' values by year → SVG. Shapes are projected once for a process; years are switched by CSS alone."""

from sciculture_etl.pages.maps.boundaries import boundary_maps, map_of_year
from sciculture_etl.pages.maps.drawing import Outlines, patterns
from sciculture_etl.pages.maps.placing import Figure, Lineage
from sciculture_etl.pages.maps.view import MapLayer, MapView, build_layer, build_view

__all__ = [
    "Figure", "Lineage", "MapLayer", "MapView", "Outlines", "boundary_maps", "build_layer", "build_view", "map_of_year",
    "patterns",
]  # fmt: skip
