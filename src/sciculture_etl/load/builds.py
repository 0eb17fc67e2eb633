"""Where the build database lies, a file or a lake; whoever opens it asks here and knows nothing of which it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import duckdb

from sciculture_etl.errors import BusyError, LakeError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.copied import copied, has_room_for_copy
from sciculture_etl.storage.damage import holder, is_broken, is_broken_at_opening, reason_of, set_aside
from sciculture_etl.storage.ducklake import (
    BUILD,
    discard_lake,
    has_catalogue,
    has_storage,
    is_lost,
    open_lake,
    schema_of,
    tidy_lake,
)
from sciculture_etl.storage.lake_sign import SIGN
from sciculture_etl.storage.proof import why_unreadable

NAME_OF_COPY = re.compile(r"(?<!\S)\S*?copy\.duckdb")


class Build(Protocol):
    """The build database, opened or not.

    Attributes:
        has_keys: whether its tables can have keys.
    """

    has_keys: ClassVar[bool]

    @property
    def name(self) -> str:
        """As people are told of it."""

    def is_there(self) -> bool: ...

    def connect(self) -> duckdb.DuckDBPyConnection:
        """For the one who writes; made where it is missing."""

    def read(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Read only, for a moment."""

    def read_still(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """As it is now, for as long as it takes: whoever writes meanwhile isn't turned away."""

    def is_readable(self) -> bool:
        """Whether this user may read it."""

    def has_room_for_copy(self) -> bool:
        """Whether ``read_still`` has room for what it copies."""

    def why_unreadable(self) -> str | None:
        """Why it is broken; None where it can be read whole."""

    def reason_of(self, error: BaseException) -> str:
        """Of an error, what people are told."""

    def is_broken_at_opening(self, error: BaseException) -> bool: ...

    def is_broken(self, error: BaseException) -> bool: ...

    def set_aside(self) -> str:
        """Takes a broken one out of the way; says what it is called now."""

    def discard(self) -> None:
        """Removes it."""

    def tidy(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Removes what a run leaves that nobody needs any more, so that the next night costs as much as this one."""


@dataclass(frozen=True)
class FileBuild:
    """A file ``warehouse.duckdb``, which one process at a time may have open for writing."""

    path: Path
    has_keys: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return str(self.path)

    def is_there(self) -> bool:
        return self.path.exists()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Raises BusyError where another process has the file open."""
        try:
            # The engine's own newest storage, which takes 40 % less time to write; releases keep the oldest. A file of
            # another kind is refused rather than read by an extension from the internet.
            config: dict[str, Any] = {"storage_compatibility_version": "latest", "autoinstall_known_extensions": False}
            return duckdb.connect(str(self.path), config=config)
        except duckdb.Error as error:
            if held := holder(error):
                program, process = held
                raise BusyError(message("database_in_use", path=self.path, program=program, pid=process)) from None
            raise

    def read(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return duckdb.connect(str(self.path), read_only=True)

    @contextmanager
    def read_still(self) -> Iterator[duckdb.DuckDBPyConnection]:
        config: dict[str, Any] = {"autoinstall_known_extensions": False}
        with copied(self.path) as copy, duckdb.connect(str(copy), config=config) as connection:
            yield connection

    def is_readable(self) -> bool:
        return os.access(self.path, os.R_OK)

    def has_room_for_copy(self) -> bool:
        return has_room_for_copy(self.path)

    def why_unreadable(self) -> str | None:
        return why_unreadable(self.path)

    def reason_of(self, error: BaseException) -> str:
        return NAME_OF_COPY.sub(self.path.name, reason_of(error))

    def is_broken_at_opening(self, error: BaseException) -> bool:
        return is_broken_at_opening(error)

    def is_broken(self, error: BaseException) -> bool:
        return is_broken(error, self.path)

    def set_aside(self) -> str:
        return set_aside(self.path).name

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)

    def tidy(self, connection: duckdb.DuckDBPyConnection) -> None:
        pass  # the engine reuses what is free in the file


@dataclass(frozen=True)
class LakeBuild:
    """Tables of a lake. Of a broken one nothing is kept: its files mean nothing without its catalogue."""

    lake: Lake
    has_keys: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return self.lake.address

    def is_there(self) -> bool:
        return has_catalogue(self.lake, BUILD)

    def connect(self) -> duckdb.DuckDBPyConnection:
        return open_lake(self.lake, BUILD)

    def read(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return open_lake(self.lake, BUILD, read_only=True)

    def read_still(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return self.read()  # what is read of a lake stays as it was

    def is_readable(self) -> bool:
        return True

    def has_room_for_copy(self) -> bool:
        return True

    def reason_of(self, error: BaseException) -> str:
        return reason_of(error)

    def why_unreadable(self) -> str | None:
        return None  # PostgreSQL keeps the catalogue whole, and what is lost of the data is found where it is read

    def is_broken_at_opening(self, error: BaseException) -> bool:
        return self.is_broken(error)

    def is_broken(self, error: BaseException) -> bool:
        """Raises LakeError where it is the storage of the rows that isn't there."""
        if not is_lost(error, self.lake):
            return False
        if not has_storage(self.lake):
            raise LakeError(message("lake_storage_missing", data=self.lake.data, sign=SIGN))
        return True

    def set_aside(self) -> str:
        self.discard()
        return schema_of(BUILD)

    def discard(self) -> None:
        discard_lake(self.lake)

    def tidy(self, connection: duckdb.DuckDBPyConnection) -> None:
        tidy_lake(connection, self.lake)


def build_of(settings: Settings) -> Build:
    """The build database that the settings name."""
    return LakeBuild(settings.lake) if settings.lake else FileBuild(settings.build_database)


def read_build(settings: Settings) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """The build database, read only, for a moment.

    Raises:
        LakeError: Where a lake can't be reached.
        duckdb.Error: Where it isn't there, is broken or can't be opened now.
    """
    return build_of(settings).read()


def copy_lake(lake: Lake, path: Path) -> None:
    """Puts the tables of a lake's build database into a file; its views and macros come with whoever opens it."""
    with open_lake(lake, BUILD, read_only=True) as connection:
        connection.execute(f"ATTACH {sql_text(path)} AS copy (STORAGE_VERSION 'latest')")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY ALL"
        ).fetchall()
        for schema in sorted({schema for schema, _ in tables} - {"main"}):
            connection.execute(f'CREATE SCHEMA copy."{schema}"')
        for schema, table in tables:
            connection.execute(f'CREATE TABLE copy."{schema}"."{table}" AS FROM "{schema}"."{table}"')
        connection.execute("DELETE FROM copy.log.state WHERE key = 'views'")
