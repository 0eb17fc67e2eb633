"""How S3 is reached, as every S3 client finds it: in ``AWS_…`` variables, the user's files or the machine's role."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb

from sciculture_etl.errors import MachineError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text

if TYPE_CHECKING:
    from botocore.session import Session


def endpoint() -> str:
    """Another address than Amazon's; empty where there is none."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""


def region_of(session: Session) -> str:
    return str(session.get_config_variable("region") or "us-east-1")


def set_credentials(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Those that every S3 client finds: in AWS_… variables, the user's files or the machine's role."""
    from botocore.session import get_session

    session = get_session()
    found = session.get_credentials()
    if found is None:
        raise MachineError(message("lake_without_credentials", data=lake.data))
    keys = found.get_frozen_credentials()
    options = {
        "KEY_ID": keys.access_key, "SECRET": keys.secret_key, "SESSION_TOKEN": keys.token, "REGION": region_of(session),
    }  # fmt: skip
    switches = ""
    if own := endpoint():
        address = urlsplit(own)
        options["ENDPOINT"] = f"{address.netloc}{address.path}".rstrip("/")
        switches = f", URL_STYLE 'path', USE_SSL {address.scheme == 'https'}"
    listed = ", ".join(f"{name} {sql_text(value)}" for name, value in options.items() if value)
    bundle = session.get_config_variable("ca_bundle")
    if bundle:
        connection.execute(f"SET ca_cert_file = {sql_text(bundle)}")
    try:
        connection.execute(
            f"CREATE OR REPLACE SECRET of_lake (TYPE s3, SCOPE {sql_text(lake.data)}, {listed}{switches})"
        )
    except duckdb.Error:  # its words may hold the keys
        raise MachineError(message("lake_without_credentials", data=lake.data)) from None
