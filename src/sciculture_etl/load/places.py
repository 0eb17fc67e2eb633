"""Where a build database can lie, for who moves it: a file, or tables of a lake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from sciculture_etl.lakes import Lake
from sciculture_etl.load.builds import FileBuild
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.atomic import put_in_place
from sciculture_etl.storage.ducklake import BUILD, RELEASES, attach_lake, has_catalogue, remove_lake
from sciculture_etl.storage.lake_sign import remove_sign

MOVING = ".moving"  # ends the name of a file that a move hasn't finished


class Place(Protocol):
    """One of them."""

    @property
    def name(self) -> str:
        """As people are told of it."""

    def is_there(self) -> bool:
        """Whether anything of it is there."""

    def attach(self, connection: duckdb.DuckDBPyConnection, name: str, writes: bool) -> None:
        """Puts it beside what a connection has."""

    def draft(self) -> Place:
        """Where its content is prepared, which nobody else takes for it; what was left there before is gone."""

    def put_in_force(self, draft: Place) -> None:
        """Makes what was prepared the content, in one step."""

    def remove(self) -> None:
        """Removes it; may be called again after a kill."""


@dataclass(frozen=True)
class FilePlace:
    """A file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    def is_there(self) -> bool:
        return self.path.exists()

    def attach(self, connection: duckdb.DuckDBPyConnection, name: str, writes: bool) -> None:
        how = "STORAGE_VERSION 'latest'" if writes else "READ_ONLY"
        connection.execute(f"ATTACH {sql_text(self.path)} AS {name} ({how})")

    def draft(self) -> Place:
        aside = self.path.with_name(f"{self.path.name}{MOVING}")
        FileBuild(aside).discard()
        return FilePlace(aside)

    def put_in_force(self, draft: Place) -> None:
        self.remove()
        put_in_place(Path(draft.name), self.path)

    def remove(self) -> None:
        FileBuild(self.path).discard()


@dataclass(frozen=True)
class LakePlace:
    """Tables of a lake. They are written in one transaction, and count once they are sealed."""

    lake: Lake

    @property
    def name(self) -> str:
        return self.lake.address

    def is_there(self) -> bool:
        return has_catalogue(self.lake, BUILD)

    def attach(self, connection: duckdb.DuckDBPyConnection, name: str, writes: bool) -> None:
        attach_lake(connection, self.lake, BUILD, name, read_only=not writes)

    def draft(self) -> Place:
        return self

    def put_in_force(self, draft: Place) -> None:
        """It is already what was prepared."""

    def remove(self) -> None:
        """Releases go with it: they would stay behind those of the folder for ever."""
        for part in (RELEASES, BUILD):
            remove_lake(self.lake, part)
        remove_sign(self.lake)


def place_of(settings: Settings) -> Place:
    """Where the settings say that the tables lie."""
    return LakePlace(settings.lake) if settings.lake else FilePlace(settings.build_database)
