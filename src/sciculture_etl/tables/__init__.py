"""Tables: grids → tables of text cells, mapped to the fields of a contract."""

from sciculture_etl.tables.table import Table

__all__ = ["Table"]
