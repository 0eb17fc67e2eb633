"""Where things lie, and the limits that the whole system keeps. Read once from the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from sciculture_etl.errors import UserError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EXPECTATIONS = PROJECT_ROOT / "expectations"
SQL = PROJECT_ROOT / "sql"

# What an answer to an institution holds at most: cells of a file that is copied whole (beyond, the faulty rows alone
# are), cells with a comment, rows of an excerpt, and places listed of one kind of finding.
COPIED_CELLS = 200_000
COMMENTED_CELLS = 2_000
EXCERPT_ROWS = 5_000
LISTED_PLACES = 500


@dataclass(frozen=True)
class Limits:
    """How much one file may ask of the machine; what asks for more is refused before it is laid out.

    file_bytes: size as received. unpacked_bytes: all that its packed parts hold, and twice the text of one sheet.
    markup_bytes: a web page, an XML workbook or a part of a document that is read as a whole. cells: of a file, from
    the first to the last row and column of each sheet that hold something. columns: of one sheet. cell_bytes: text of
    one cell. sheets: or tables of one file.
    """

    file_bytes: int = 512 * 1024**2
    unpacked_bytes: int = 1024**3
    markup_bytes: int = 64 * 1024**2
    cells: int = 32_000_000
    columns: int = 16_384
    cell_bytes: int = 1024**2
    sheets: int = 1_000

    @classmethod
    def from_environment(cls) -> Limits:
        """``SCICULTURE_MAX_FILE_BYTES``, ``SCICULTURE_MAX_CELLS``, ...: whole numbers, else raises UserError."""
        told = {}
        for limit in fields(cls):
            name = f"SCICULTURE_MAX_{limit.name.upper()}"
            if written := os.environ.get(name):
                if not written.isdecimal() or not int(written):
                    raise UserError(f"{name} is a whole number above 0, not {written!r} / 1 이상의 정수로 적어 주세요")
                told[limit.name] = int(written)
        return cls(**told)


DEFAULT_LIMITS = Limits()


def _count_from(name: str, default: int, what: str, what_ko: str) -> int:
    written = os.environ.get(name) or str(default)
    if not written.isdecimal():
        raise UserError(f"{name} is {what}, not {written!r} / {what_ko}를 적어 주세요")
    return int(written)


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
    name: further channels, and how each is opened; they hold credentials and are never shown. personal_retention_days:
    how long the bytes of a file with personal data are kept. keep_releases, keep_release_days: a release is removed
    once it is neither among so many newest nor younger than so many days.
    """

    inbox: str
    warehouse: Path
    inbox_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: Patience = Patience()
    limits: Limits = DEFAULT_LIMITS
    batch_bytes: int = 48 * 1024**2
    keep_releases: int = 10
    keep_release_days: int = 30
    personal_retention_days: int = 30

    @classmethod
    def from_environment(cls) -> Settings:
        """``SCICULTURE_INBOX``, ``SCICULTURE_INBOX_...``, ``SCICULTURE_WAREHOUSE`` (default ``warehouse``),
        ``Limits``, ``SCICULTURE_PERSONAL_RETENTION_DAYS`` (default 30; 0: until the next run),
        ``SCICULTURE_KEEP_RELEASES`` (default 10) and ``SCICULTURE_KEEP_RELEASE_DAYS`` (default 30)."""
        prefix = "SCICULTURE_INBOX_"
        return cls(
            inbox=os.environ.get("SCICULTURE_INBOX") or "",
            warehouse=Path(os.environ.get("SCICULTURE_WAREHOUSE") or "warehouse").absolute(),
            limits=Limits.from_environment(),
            personal_retention_days=_count_from(
                "SCICULTURE_PERSONAL_RETENTION_DAYS", 30, "a number of days", "날짜 수"
            ),
            keep_releases=_count_from("SCICULTURE_KEEP_RELEASES", 10, "a number of releases", "릴리스 수"),
            keep_release_days=_count_from("SCICULTURE_KEEP_RELEASE_DAYS", 30, "a number of days", "날짜 수"),
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
    def restricted(self) -> Path:
        return self.warehouse / "restricted"

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
