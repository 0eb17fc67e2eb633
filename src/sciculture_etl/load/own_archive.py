"""Whether the tables of a lake were made from the archive of this machine's folder: the two can come apart.

Where the folder isn't mounted, or each machine has its own, a run would take the tables for another archive's, empty
them, and show readers of the lake what little it has.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sciculture_etl.errors import LakeError
from sciculture_etl.messages import message
from sciculture_etl.storage.journal import Journal


def refuse_another_archive(connection: duckdb.DuckDBPyConnection, archive: Path) -> None:
    """By the first submission that was ever received.

    Raises:
        LakeError: Where it is another one, or the archive has none.
    """
    known = connection.execute("SELECT sha256, path FROM log.receipt ORDER BY seq LIMIT 1").fetchone()
    first = next(Journal(archive / "receipts.jsonl").lines(), None)
    if known and known != (first and (first.get("sha256"), first.get("path"))):
        raise LakeError(message("lake_of_another_archive", archive=archive))
