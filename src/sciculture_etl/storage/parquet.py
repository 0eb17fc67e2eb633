"""Tables kept as Parquet files: whether they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sciculture_etl.errors import ReleaseError
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.damage import reason_of


def why_unreadable(parquet: Path, looked_at: str) -> str | None:
    """Why a table's file can't be read, None where it can. count(*) reads only its end, sum(hash(t)) all of it."""
    with duckdb.connect() as connection:
        try:
            connection.execute(f"SELECT {looked_at} FROM read_parquet({sql_text(parquet)}) AS t").fetchall()
        except duckdb.Error as error:
            return reason_of(error)
    return None


@contextmanager
def damage_told(*parquets: Path) -> Iterator[None]:
    """Where the block fails because such a file of a release can't be read, ReleaseError names the release."""
    try:
        yield
    except duckdb.Error:
        for parquet in parquets:
            if reason := why_unreadable(parquet, "sum(hash(t))"):
                raise ReleaseError(
                    message("release_incomplete", release=parquet.parent.parent.name, path=parquet.name, reason=reason)
                ) from None
        raise
