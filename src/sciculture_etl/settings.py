"""Where things lie, and the limits that the whole system keeps. Read once from the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EXPECTATIONS = PROJECT_ROOT / "expectations"
SQL = PROJECT_ROOT / "sql"


class UserMistake(Exception):  # noqa: N818
    """Something the person at the console can mend; shown as one message without a traceback."""


@dataclass(frozen=True)
class Patience:
    """How long a channel is waited for; all times in seconds.

    attempts: tries of one request, the first included. first_pause: before the second try; it doubles each time.
    silence: after which a server that says nothing counts as gone. copy: for one whole file. settle: so long a file
    must have stayed as it is before it is taken.
    """

    attempts: int = 4
    first_pause: float = 1
    silence: float = 30
    copy: float = 1800
    settle: float = 5


@dataclass(frozen=True)
class Settings:
    """The places that users move, and the limits.

    inbox: folder or fsspec URL holding ``<submitter>/<file>``; empty: the folder ``inbox``. warehouse: folder for
    everything that runs make. inbox_options: what the variables ``SCICULTURE_INBOX_...`` say, by the rest of their
    name: further channels, and how each is opened; they hold credentials and are never shown.
    """

    inbox: str
    warehouse: Path
    inbox_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: Patience = Patience()
    max_file_bytes: int = 512 * 1024**2
    max_unpacked_bytes: int = 4 * 1024**3
    batch_bytes: int = 48 * 1024**2
    keep_releases: int = 10

    @classmethod
    def from_environment(cls) -> Settings:
        """``SCICULTURE_INBOX``, ``SCICULTURE_INBOX_...`` and ``SCICULTURE_WAREHOUSE`` (default ``warehouse``)."""
        prefix = "SCICULTURE_INBOX_"
        return cls(
            inbox=os.environ.get("SCICULTURE_INBOX") or "",
            warehouse=Path(os.environ.get("SCICULTURE_WAREHOUSE") or "warehouse").absolute(),
            inbox_options={
                name.removeprefix(prefix): value
                for name, value in sorted(os.environ.items())
                if name.startswith(prefix) and value
            },
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
