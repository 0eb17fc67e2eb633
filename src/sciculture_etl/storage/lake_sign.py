"""The sign that the storage of a lake's rows is there, which an unmounted folder or a missing bucket hasn't.

Without it no file counts as lost, nothing is written, and the catalogue stays as it is. It names the lake, so that
another one with the same storage is turned away.
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
from sciculture_etl.storage.lake_name import given_name, lake_name

SIGN = "sciculture-lake.csv"
TEXT = "Rows of the tables of sciculture lie here. Without this file the storage counts as not there: keep it."
NAME_LINE = "lake "
# What S3 says, in the engine's words: no such file or bucket, or not so many bytes.
NOT_THERE = ("HTTP 404", "HTTP 416")


def has_sign(connection: duckdb.DuckDBPyConnection, lake: Lake) -> bool:
    """Whether the sign is there.

    Args:
        connection: one that has the credentials of S3, if it is needed.

    Raises:
        LakeError: Where that can't be told now, or the sign is another lake's.
    """
    try:
        if lake.is_on_s3:
            place = sql_text(_place(lake))
            ((text,),) = connection.execute(f"SELECT content FROM read_text({place})").fetchall()
        else:
            text = (Path(lake.data) / SIGN).read_text("utf-8")
    except FileNotFoundError:
        return False
    except (duckdb.Error, OSError) as error:
        if isinstance(error, duckdb.HTTPException) and any(words in str(error) for words in NOT_THERE):
            return False
        raise LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0])) from None
    if f"{NAME_LINE}{lake_name(lake)}" not in str(text).splitlines():
        raise LakeError(message("lake_of_another_name", data=lake.data, sign=SIGN))
    return True


def put_sign(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Makes the storage that of the lake.

    Raises:
        LakeError: Where nothing can be written there.
    """
    lines = [TEXT, f"{NAME_LINE}{given_name(lake)}"]
    try:
        if lake.is_on_s3:
            rows = " UNION ALL ".join(f"SELECT {sql_text(line)}" for line in lines)
            connection.execute(f"COPY ({rows}) TO {sql_text(_place(lake))} (HEADER false)")
        else:
            make_folder(Path(lake.data))
            write_atomically(Path(lake.data) / SIGN, "".join(f"{line}\n" for line in lines).encode())
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
