"""What a run leaves to a backfill that is still at work and has given way to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sciculture_etl.load.scope import Scope
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.rules import apply_rule, given

UNCHANGED_YEARS = {"dataset": pl.String, "submitter": pl.String, "program_year": pl.Int16}
NO_UNCHANGED_YEARS = pl.DataFrame(schema=UNCHANGED_YEARS)
BEGUN = {"receipts": pl.Int64(), "began_at": pl.Datetime("us", "UTC")}


@dataclass(frozen=True)
class BackfillAtWork:
    """A backfill between two of its years.

    Attributes:
        receipts: how many there were when it made its plan.
        began_at: when it did.
    """

    scope: Scope
    receipts: int
    began_at: datetime

    def kept_years(self, warehouse: Warehouse) -> pl.DataFrame:
        """The years of submitters that stay as they are in force until its end. Columns as in ``UNCHANGED_YEARS``.

        Where something came or was decided since it began, a year is put in force as it stands: no institution waits
        for a backfill.
        """
        begun = pl.DataFrame([(self.receipts, self.began_at)], BEGUN, orient="row")
        return apply_rule(warehouse.connection, "beside_backfill", scope=self.scope.frame, begun=begun)

    def answered_later(self, warehouse: Warehouse) -> set[str]:
        """Submissions of which only its end can say what became of them."""
        with given(warehouse.connection, kept=self.kept_years(warehouse)):
            found = warehouse.rows(
                "SELECT DISTINCT submission_id FROM log.version SEMI JOIN kept USING (dataset, submitter, program_year)"
            )
        return {row["submission_id"] for row in found}
