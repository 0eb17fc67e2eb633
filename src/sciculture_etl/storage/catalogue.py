"""The PostgreSQL database behind a lake, asked without the engine in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sciculture_etl.errors import LakeError, UserError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10
# A connection whose other end is gone without a word is given up after about as long, here and in PostgreSQL.
KEEPALIVE: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
OF_THE_SERVER = "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"


def connect_catalogue(lake: Lake) -> psycopg.Connection[Any]:
    """A connection that commits each statement.

    Raises:
        LakeError: Where PostgreSQL can't be reached or turns this user away.
        UserError: Where its library isn't installed.
    """
    try:
        import psycopg
    except ImportError:
        raise UserError(message("lake_extension_missing", name="psycopg", version="3.2")) from None
    try:
        connection = psycopg.connect(
            lake.catalogue, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="sciculture", **KEEPALIVE
        )
        connection.execute(OF_THE_SERVER)
        return connection
    except psycopg.Error as error:
        raise LakeError(message("lake_unreachable", reason=reason_of(error))) from None


@contextmanager
def asked_catalogue(lake: Lake) -> Iterator[psycopg.Connection[Any]]:
    """The same for a few questions.

    Raises:
        LakeError: Where it can't be reached, or is lost in between.
    """
    with connect_catalogue(lake) as connection:
        import psycopg

        try:
            yield connection
        except psycopg.Error as error:
            raise LakeError(message("lake_unreachable", reason=reason_of(error))) from None


def reason_of(error: BaseException) -> str:
    """What PostgreSQL said, on one line."""
    return " ".join(str(error).split())[:200]


def drop_catalogue(lake: Lake, schema: str) -> None:
    """Forgets all tables of a part of the lake; their files are removed with the next cleaning."""
    with asked_catalogue(lake) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
