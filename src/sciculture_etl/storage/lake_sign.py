"""The sign that the storage of a lake's rows is there, which an unmounted folder or a missing bucket hasn't.

Without it no file counts as lost, nothing is written, and the catalogue stays as it is.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import S3, Lake
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.atomic import make_folder, write_atomically
from sciculture_etl.storage.credentials import endpoint, region_of

SIGN = "sciculture-lake.csv"
TEXT = "Rows of the tables of sciculture lie here. Without this file the storage counts as not there: keep it."
# What S3 says, in the engine's words: no such file or bucket, or not so many bytes.
NOT_THERE = ("HTTP 404", "HTTP 416")


def has_sign(connection: duckdb.DuckDBPyConnection, lake: Lake) -> bool:
    """Whether the sign is there.

    Args:
        connection: one that has the credentials of S3, if it is needed.

    Raises:
        LakeError: Where that can't be told now.
    """
    try:
        if not lake.is_on_s3:
            return (Path(lake.data) / SIGN).exists()
        connection.execute(f"SELECT size FROM read_text({sql_text(_place(lake))})").fetchall()
        return True
    except (duckdb.Error, OSError) as error:
        if isinstance(error, duckdb.HTTPException) and any(words in str(error) for words in NOT_THERE):
            return False
        raise LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0])) from None


def put_sign(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Makes the storage that of the lake.

    Raises:
        LakeError: Where nothing can be written there.
    """
    try:
        if lake.is_on_s3:
            connection.execute(f"COPY (SELECT {sql_text(TEXT)}) TO {sql_text(_place(lake))} (HEADER false)")
        else:
            make_folder(Path(lake.data))
            write_atomically(Path(lake.data) / SIGN, f"{TEXT}\n".encode())
    except (duckdb.Error, OSError) as error:
        raise LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0])) from None


def remove_sign(lake: Lake) -> None:
    """The storage is no lake's any more. May be called again."""
    if not lake.is_on_s3:
        (Path(lake.data) / SIGN).unlink(missing_ok=True)
        return
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import get_session

    session, (bucket, _, key) = get_session(), _place(lake).removeprefix(S3).partition("/")
    how = Config(region_name=region_of(session), s3={"addressing_style": "path" if endpoint() else "auto"})
    try:
        session.create_client("s3", config=how).delete_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise LakeError(message("lake_unreachable", reason=str(error))) from None


def _place(lake: Lake) -> str:
    return f"{lake.data}/{SIGN}"
