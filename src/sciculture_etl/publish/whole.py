"""Whether a release has everything that it says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.publish.current import MODES, is_whole
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.damage import BrokenFile, reason_of
from sciculture_etl.storage.proof import why_unreadable


def what_is_wrong(release: Path, quick: bool = False) -> str | None:
    """In words; None where nothing is. quick: only whether files are there, not what they hold."""
    if not is_whole(release):
        return "its manifest, a database or a table as Parquet is missing or broken"
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("release_id") != release.name:
        return "its manifest is that of another release"
    for name, table in manifest["tables"].items():
        if table["audience"] != "public":
            continue
        exported, columns = release / "csv" / f"{name}.csv", release / "parquet" / f"{name}.parquet"
        if not exported.exists():
            return f"{name} is missing as CSV"
        if not quick:
            if reason := _why_no_table(columns, "count(*)"):
                return f"parquet/{columns.name}: {reason}"
            with exported.open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != table["sha256"]:
                    return f"csv/{exported.name} was changed"
    if not quick:
        for name in MODES:
            if reason := why_unreadable(release / name):
                return f"{name}: {reason}"
    return None


def _why_no_table(parquet: Path, looked_at: str) -> str | None:
    """Why a table's file can't be read, None where it can. count(*) reads only its end, sum(hash(t)) all of it."""
    with duckdb.connect() as connection:
        try:
            connection.execute(f"SELECT {looked_at} FROM read_parquet({sql_text(parquet)}) AS t").fetchall()
        except duckdb.Error as error:
            return reason_of(error)
    return None


@contextmanager
def damage_told(*parquets: Path) -> Iterator[None]:
    """Where the block fails because such a file of a release can't be read, BrokenFile names the release."""
    try:
        yield
    except duckdb.Error:
        for parquet in parquets:
            if reason := _why_no_table(parquet, "sum(hash(t))"):
                raise BrokenFile(
                    f"release {parquet.parent.parent.name} isn't whole: {parquet.name}: {reason}"
                    " / 릴리스가 온전하지 않습니다"
                ) from None
        raise
