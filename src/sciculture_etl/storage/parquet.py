"""Tables kept as Parquet files: whether they can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sciculture_etl.errors import ReleaseError
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.damage import reason_of


def first_unreadable(parquets: Iterable[Path], looked_at: str) -> tuple[Path, str] | None:
    """The first table's file that can't be read, and why.

    None where all can. count(*) reads only the end of a file, sum(hash(t)) all of it.
    """
    with duckdb.connect() as connection:
        for parquet in parquets:
            try:
                connection.execute(f"SELECT {looked_at} FROM read_parquet({sql_text(parquet)}) AS t").fetchall()
            except duckdb.Error as error:
                return parquet, reason_of(error)
    return None


@contextmanager
def damage_reported(*parquets: Path) -> Iterator[None]:
    """Where the block fails because such a file of a release can't be read, ReleaseError names the release."""
    try:
        yield
    except duckdb.Error:
        if found := first_unreadable(parquets, "sum(hash(t))"):
            parquet, reason = found
            raise ReleaseError(
                message("release_incomplete", release=parquet.parent.parent.name, path=parquet.name, reason=reason)
            ) from None
        raise
