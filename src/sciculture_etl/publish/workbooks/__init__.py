"""The tables of each program as a workbook for people: a Korean and an English sheet of each, and what they mean."""

from sciculture_etl.publish.workbooks.shares import workbooks_of
from sciculture_etl.publish.workbooks.workbook import made_from, write_workbook

__all__ = ["made_from", "workbooks_of", "write_workbook"]
