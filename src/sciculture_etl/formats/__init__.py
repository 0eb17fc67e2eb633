"""Formats: a file's bytes → grids of text cells at their physical places, and every other text that it holds."""

from sciculture_etl.formats.grid import Grid
from sciculture_etl.formats.recognise import read_grids

__all__ = ["Grid", "read_grids"]
