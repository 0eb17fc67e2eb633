"""Intake: one file → what it holds, searched for personal data, cut into tables and validated."""

from sciculture_etl.intake.reading import Reading, read_submission

__all__ = ["Reading", "read_submission"]
