"""Validate: tables of text → accepted typed rows, quarantined rows, and findings with exact places."""

from sciculture_etl.validate.batch import Candidate, Validated, validate_tables

__all__ = ["Candidate", "Validated", "validate_tables"]
