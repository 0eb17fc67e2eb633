"""Submissions of Korea's science-culture programmes, from messy files to a published DuckDB release."""

__version__ = "0.2.0"
