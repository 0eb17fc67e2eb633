"""Proof that a database can be read to its last page: by a process of its own, which a broken page may end.

Checksums tell of bytes that changed; a page written to the wrong place has a right one, and the engine that follows it
may end its process. So a run that comes after one which came to no end has the database proved first.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

SECONDS = 600


def why_unreadable(database: Path) -> str | None:
    """Why a database can't be read whole, in a few words; None where it can. Opens it read-only."""
    # By its path, so that nothing but the engine is loaded.
    reader = [sys.executable, "-P", __file__, str(database)]
    try:
        done = subprocess.run(reader, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"reading it takes longer than {SECONDS} s"
    if done.returncode == 0:
        return None
    return done.stdout.strip() or f"reading it ended the process that read it ({done.returncode})"


def _read_whole(database: str) -> None:
    with duckdb.connect(database, read_only=True, config={"autoinstall_known_extensions": False}) as connection:
        tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        for schema, table in connection.execute(tables).fetchall():
            # The hash of whole rows takes every column of every page.
            connection.execute(f'SELECT sum(hash(t)) FROM "{schema}"."{table}" AS t').fetchall()


if __name__ == "__main__":
    try:
        _read_whole(sys.argv[1])
    except duckdb.Error as error:
        print(str(error).partition("\n")[0][:200])
        sys.exit(1)
