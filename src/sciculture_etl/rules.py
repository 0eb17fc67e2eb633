"""Rules that pick: one SELECT each in ``sql/rules/``, applied to the build database and to frames handed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb
import polars as pl

from sciculture_etl.project import SQL


@cache
def rule(name: str) -> str:
    """The SELECT of ``sql/rules/<name>.sql``."""
    return (SQL / f"rules/{name}.sql").read_text(encoding="utf-8")


@contextmanager
def given(connection: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """Within the block, SQL on this connection reads the frames under their names."""
    for name, frame in frames.items():
        connection.register(name, frame)
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


def apply_rule(connection: duckdb.DuckDBPyConnection, name: str, **frames: pl.DataFrame) -> pl.DataFrame:
    """What a rule gives.

    Args:
        frames: those that its header names.
    """
    with given(connection, **frames):
        return connection.execute(rule(name)).pl()
