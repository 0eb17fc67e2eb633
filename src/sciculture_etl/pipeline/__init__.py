"""Pipeline: the steps as methods of one run, what each of them had to do and why, and the journal of runs."""

from sciculture_etl.load.scope import Scope
from sciculture_etl.pipeline.backfill import Plan
from sciculture_etl.pipeline.journal import RunRecord, Runs
from sciculture_etl.pipeline.report import Progress, RunReport, Silent
from sciculture_etl.pipeline.run import Run
from sciculture_etl.pipeline.steps import Made, Step, take_steps

__all__ = [
    "Made", "Plan", "Progress", "Run", "RunRecord", "RunReport", "Runs", "Scope", "Silent", "Step", "take_steps",
]  # fmt: skip
