"""One PostgreSQL and one S3 server for all tests of a session, and a database and a bucket of its own for each test."""

from __future__ import annotations

import itertools
import os
import sys
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.flows.postgres import binaries, postgres_server
from tests.shared_process import serve_while_used, shared_process

# How a process finds the S3 server, as every S3 client takes it; the secret is looked for in all that is ever told.
KEY, SECRET = "key-never-shown", "s3cret-never-shown"
SIGNED = f"AWS4-HMAC-SHA256 Credential={KEY}/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Lake:
    """Where a test's lake lies: a database of its own in PostgreSQL, and a bucket of its own.

    Attributes:
        port: of PostgreSQL, or of a gate before it.
        endpoint: of S3, or of a gate before it.
        owner: of the database; ``sciculture`` needs no password.
    """

    port: int
    endpoint: str
    database: str
    bucket: str
    owner: str = "sciculture"

    @property
    def conninfo(self) -> str:
        """As libpq, psycopg and DuckDB take it."""
        return f"host=127.0.0.1 port={self.port} user={self.owner} dbname={self.database}"

    @property
    def warehouse(self) -> str:
        """As ``SCICULTURE_WAREHOUSE`` takes it."""
        return f"ducklake:postgres:{self.conninfo}"

    @property
    def data(self) -> str:
        """As ``SCICULTURE_WAREHOUSE_DATA`` takes it."""
        return f"s3://{self.bucket}/warehouse"

    @property
    def access(self) -> Mapping[str, str]:
        """Environment with which every S3 client finds the bucket."""
        return {
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.endpoint,
        }  # fmt: skip

    @property
    def environment(self) -> Mapping[str, str]:
        """What the settings of a lake are made of."""
        return {**self.access, "SCICULTURE_WAREHOUSE": self.warehouse, "SCICULTURE_WAREHOUSE_DATA": self.data}

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What PostgreSQL gives for a statement in this test's database."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            found = connection.execute(statement.encode(), values or None)
            return found.fetchall() if found.description else []

    def add_role(self, name: str, password: str) -> None:
        """Someone who may enter with a password and has been granted nothing yet."""
        self.ask(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")

    def end_sessions(self) -> int:
        """Connections to this database that PostgreSQL ends, as it does when it is restarted; how many."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        return len(self.ask(ended, self.database))

    def objects(self, prefix: str = "") -> list[str]:
        """Keys in the bucket, in order."""
        keys: list[str] = []
        more = ""
        while True:
            listed = ET.fromstring(self.s3("GET", f"?list-type=2&prefix={prefix}{more}"))
            place = listed.tag.removesuffix("ListBucketResult")
            keys += [str(key.text) for key in listed.iter(f"{place}Key")]
            token = listed.findtext(f"{place}NextContinuationToken")
            if token is None:
                return sorted(keys)
            more = f"&continuation-token={token}"

    def s3(self, method: str, key: str = "", data: bytes | None = None) -> bytes:
        """What S3 answers to a request for an object of the bucket, or for the bucket."""
        url = f"{self.endpoint}/{self.bucket}{key if key.startswith('?') else f'/{key}'}"
        asked = urllib.request.Request(
            url, data, {"Authorization": SIGNED, "Content-Type": "binary/octet-stream"}, method=method
        )
        with urllib.request.urlopen(asked) as answer:
            return bytes(answer.read())


@contextmanager
def shared_servers(folder: Path) -> Iterator[Mapping[str, str]]:
    """``port`` of PostgreSQL and ``endpoint`` of S3, for whoever shares the folder."""
    with shared_process(folder, "tests.lake.servers") as told:
        yield told


@contextmanager
def new_lake(servers: Mapping[str, str]) -> Iterator[Lake]:
    """An empty database, gone afterwards, and an empty bucket."""
    name = f"lake_{os.getpid()}_{next(_numbers)}"
    made = Lake(int(servers["port"]), servers["endpoint"], name, name.replace("_", "-"))
    at_large = Lake(made.port, made.endpoint, "postgres", "")
    at_large.ask(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY wal_log")
    made.s3("PUT")
    try:
        yield made
    finally:
        at_large.ask(f"DROP DATABASE {name} WITH (FORCE)")


def _serve(folder: Path) -> None:
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    from tests.lake.gates import in_background

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
            pass

    where = binaries()
    assert where is not None, "no PostgreSQL here"
    s3 = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=Quiet)
    with postgres_server(where) as port, in_background(server):
        serve_while_used(folder, {"port": str(port), "endpoint": f"http://127.0.0.1:{server.server_port}"})


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
