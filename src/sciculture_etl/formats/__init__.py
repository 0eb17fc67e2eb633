"""Formats: a file's bytes → grids of text cells at their physical places, and every other text that it holds."""

from sciculture_etl.formats.content import Content, Texts
from sciculture_etl.formats.grid import Grid
from sciculture_etl.formats.registry import open_file
from sciculture_etl.formats.texts import texts_in_bytes

__all__ = ["Content", "Grid", "Texts", "open_file", "texts_in_bytes"]
