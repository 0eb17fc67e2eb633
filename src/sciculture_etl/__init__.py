"""Submissions of Korea's science-culture programs, from messy files to a published DuckDB release."""

__version__ = "0.2.0"
