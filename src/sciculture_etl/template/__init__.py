"""Template: a contract → the workbook that an institution fills in, with the columns that the reader looks for."""

from sciculture_etl.template.workbook import make_template, template_name

__all__ = ["make_template", "template_name"]
