"""Validate: tables of text → accepted typed rows, quarantined rows, and findings with exact places."""

from sciculture_etl.validate.batch import Validated, validate_tables
from sciculture_etl.validate.blocks import TableCandidate
from sciculture_etl.validate.positions import submissions_without_data

__all__ = ["TableCandidate", "Validated", "submissions_without_data", "validate_tables"]
