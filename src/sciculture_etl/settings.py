"""Where things lie, and the limits that the whole system keeps. Read once from the environment."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EXPECTATIONS = PROJECT_ROOT / "expectations"
SQL = PROJECT_ROOT / "sql"

# What an answer to an institution holds at most: cells of a file that is copied whole (beyond, the faulty rows alone
# are), cells with a comment, rows of an excerpt, and places listed of one kind of finding.
COPIED_CELLS = 200_000
COMMENTED_CELLS = 2_000
EXCERPT_ROWS = 5_000
LISTED_PLACES = 500


class UserMistake(Exception):  # noqa: N818
    """Something the person at the console can mend; shown as one message without a traceback."""


@dataclass(frozen=True)
class Settings:
    """The two places that users move, and the limits.

    inbox: folder or fsspec URL holding ``<submitter>/<file>``. warehouse: folder for everything that runs make.
    """

    inbox: str
    warehouse: Path
    max_file_bytes: int = 512 * 1024**2
    max_unpacked_bytes: int = 4 * 1024**3
    batch_bytes: int = 48 * 1024**2
    keep_releases: int = 10

    @classmethod
    def from_environment(cls) -> Settings:
        """``SCICULTURE_INBOX`` (default ``inbox``) and ``SCICULTURE_WAREHOUSE`` (default ``warehouse``)."""
        return cls(
            inbox=os.environ.get("SCICULTURE_INBOX") or "inbox",
            warehouse=Path(os.environ.get("SCICULTURE_WAREHOUSE") or "warehouse").absolute(),
        )

    @property
    def archive(self) -> Path:
        return self.warehouse / "archive"

    @property
    def build_database(self) -> Path:
        return self.warehouse / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        return self.warehouse / "releases"

    @property
    def outbox(self) -> Path:
        return self.warehouse / "outbox"

    @property
    def staging(self) -> Path:
        return self.warehouse / "staging"


def sql_text(value: object) -> str:
    """A value as an SQL string literal: paths may hold quotes."""
    return "'" + str(value).replace("'", "''") + "'"


def fingerprint(*parts: bytes | str) -> str:
    """sha256 over the parts, each preceded by its length so that no two lists of parts look alike; 16 hex digits."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def code_version(*packages: str) -> str:
    """Fingerprint of the Python sources of the named packages (``read``, ``validate``): a change reads files again."""
    root = Path(__file__).parent
    files = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    return fingerprint(*(part for path in files for part in (path.relative_to(root).as_posix(), path.read_bytes())))
