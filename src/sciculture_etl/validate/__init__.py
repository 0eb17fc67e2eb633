"""Validate: tables of text → accepted typed rows, quarantined rows, and findings with exact places."""

from sciculture_etl.validate.batch import Validated, validate_tables
from sciculture_etl.validate.blocks import Candidate
from sciculture_etl.validate.placing import submissions_without_data

__all__ = ["Candidate", "Validated", "submissions_without_data", "validate_tables"]
