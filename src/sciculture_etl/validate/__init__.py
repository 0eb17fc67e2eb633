"""Validate: tables of text → accepted typed rows, quarantined rows, and findings with exact places."""

from sciculture_etl.validate.batch import Validated, validate_tables
from sciculture_etl.validate.blocks import Candidate

__all__ = ["Candidate", "Validated", "validate_tables"]
