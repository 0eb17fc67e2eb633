"""Model: the SELECTs of ``sql/`` → tables of the build database, each after those it reads."""

from sciculture_etl.model.build import Model, all_statements, build_model, tables_from
from sciculture_etl.model.statements import Statement, load_statements, ordered

__all__ = ["Model", "Statement", "all_statements", "build_model", "load_statements", "ordered", "tables_from"]
