"""Pipeline: the steps as methods of one run, what each of them had to do and why, and the journal of runs."""

from sciculture_etl.pipeline.backfill import Plan, Scope
from sciculture_etl.pipeline.journal import RunRecord, Runs
from sciculture_etl.pipeline.report import Progress, RunReport, Silent
from sciculture_etl.pipeline.run import Run

__all__ = ["Plan", "Progress", "Run", "RunRecord", "RunReport", "Runs", "Scope", "Silent"]
