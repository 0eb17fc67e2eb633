"""Where a shared warehouse keeps its tables: in DuckLake, with its catalogue in PostgreSQL and its rows as Parquet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message

KIND = "ducklake:"
POSTGRES = f"{KIND}postgres:"
# What would be shown wherever the engine repeats how it reaches the catalogue.
PASSWORD = re.compile(r"(^|[\s?&])(ssl)?password\s*=|://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)
S3 = "s3://"


@dataclass(frozen=True)
class Lake:
    """Holds no secrets: passwords and keys come from where PostgreSQL and S3 look for them.

    Attributes:
        catalogue: how PostgreSQL is reached, as its own programs take it (``host=… dbname=…``).
        data: the folder or ``s3://bucket/prefix`` of the Parquet files.
    """

    catalogue: str
    data: str

    @classmethod
    def from_texts(cls, warehouse: str, data: str, files: Path) -> Lake:
        """What the settings say.

        Args:
            warehouse: the setting, which ``is_lake`` holds for.
            data: where the Parquet files lie; empty: in the folder of all other files.

        Raises:
            UserError: For another kind of catalogue, or with a password in it.
        """
        if not warehouse.startswith(POSTGRES):
            raise UserError(message("lake_of_another_kind", kind=":".join(warehouse.split(":")[:2])))
        catalogue = warehouse.removeprefix(POSTGRES).strip()
        if PASSWORD.search(catalogue):
            raise UserError(message("lake_shows_password"))
        is_remote = data.startswith(S3)
        return cls(catalogue, data.rstrip("/") if is_remote else str(Path(data or files / "lake").absolute()))

    @property
    def is_on_s3(self) -> bool:
        return self.data.startswith(S3)

    @property
    def address(self) -> str:
        """As DuckDB spells it."""
        return f"{POSTGRES}{self.catalogue}"


def is_lake(warehouse: str) -> bool:
    """Whether the setting of a warehouse names a lake, and no folder."""
    return warehouse.startswith(KIND)
