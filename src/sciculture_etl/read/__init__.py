"""Read: any file → tables of text cells with their physical places, mapped to the fields of a contract."""

from sciculture_etl.read.submission import Reading, read_submission
from sciculture_etl.read.table import Table

__all__ = ["Reading", "Table", "read_submission"]
