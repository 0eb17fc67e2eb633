"""Where things lie, and the limits that the whole system keeps. Read once from the environment.

What one variable each sets is defined in ``variables``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from dotenv.parser import parse_stream
from pydantic import Field

from sciculture_etl.errors import UserError
from sciculture_etl.lakes import Lake, is_lake
from sciculture_etl.messages import message
from sciculture_etl.project import PROJECT_VARIABLE, SETTINGS_FILE, project_folder
from sciculture_etl.variables import DEFAULT_LIMITS, Limits, Variables

__all__ = [
    "CHANNEL_PREFIX",
    "DEFAULT_LIMITS",
    "INTERNAL",
    "MAX_ANSWERED_FINDINGS",
    "MAX_COMMENTED_CELLS",
    "MAX_COPIED_CELLS",
    "MAX_EXCERPT_ROWS",
    "MAX_LISTED_LINES",
    "MAX_LISTED_RANGES",
    "MAX_SAME_COMMENTS",
    "PLACES",
    "SETTABLE",
    "Described",
    "Limits",
    "Settings",
    "Timeouts",
    "Variables",
    "described_settings",
    "fingerprint",
    "read_settings_file",
    "sql_text",
    "unknown_settings",
]

CHANNEL_PREFIX = "SCICULTURE_INBOX_"
# Settings that name one folder; relative in a project's file, they are meant from there.
PLACES = ("SCICULTURE_WAREHOUSE", "SCICULTURE_WAREHOUSE_DATA", "SCICULTURE_WAREHOUSE_FILES", "PREFECT_HOME")
# What a settings file may set: nothing that decides which programs and libraries are run.
SETTABLE = ("SCICULTURE_", "PREFECT_", "AWS_")
# What a process tells those that it starts; nobody sets them.
INTERNAL = frozenset({"SCICULTURE_SERVED", "SCICULTURE_API_ENDS_WITH_THE_RUN"})

# What an answer to an institution holds at most: filled cells of a file that is copied whole (beyond, the first faulty
# rows alone are), cells with a comment, cells with the same comment, rows of an excerpt, lines listed of one kind of
# finding, ranges of rows in a line, and findings in the answer for machines.
MAX_COPIED_CELLS = 30_000
MAX_COMMENTED_CELLS = 500
MAX_SAME_COMMENTS = 100
MAX_EXCERPT_ROWS = 200
MAX_LISTED_LINES = 200
MAX_LISTED_RANGES = 150
MAX_ANSWERED_FINDINGS = 1_000


@dataclass(frozen=True)
class Timeouts:
    """How long a channel is waited for; all times in seconds.

    attempts: tries of one request, the first included. first_pause: before the second try; it doubles each time.
    silence: after which a server that says nothing counts as gone. copy: for one whole file. settle: so long a file
    must have stayed as it is before it is taken. worker: so long at most a cluster is without a worker that is fit.
    batch: after which a cluster that hasn't read a batch counts as one that never will.
    """

    attempts: int = 4
    first_pause: float = 1
    silence: float = 30
    copy: float = 1800
    stable_seconds: float = 5
    worker: float = 60
    batch: float = 4 * 3600


class Settings(Variables):
    """All settings of a process.

    inbox_options: what the variables ``SCICULTURE_INBOX_...`` say, by the rest of their name: further channels, and how
    each is opened; they hold credentials and are never shown. batch_bytes: of files that are validated together.
    lake: where the tables lie that several machines share; None: in a file of the warehouse.
    """

    lake: Lake | None = None
    inbox_options: Mapping[str, str] = Field(default_factory=dict, repr=False)
    timeouts: Timeouts = Timeouts()
    limits: Limits = DEFAULT_LIMITS
    batch_bytes: int = 48 * 1024**2

    @classmethod
    def from_environment(cls) -> Settings:
        """What the environment and the project's ``sciculture.env`` say, the environment first.

        Docs/settings.md lists it.

        Raises:
            UserError: Naming a variable whose value can't be meant.
        """
        read_settings_file()
        given = Variables.read()
        if is_lake(named := os.environ.get("SCICULTURE_WAREHOUSE", "")):
            given["warehouse"] = given.get("warehouse_files", Path("warehouse")).absolute()
            given["lake"] = Lake.from_texts(named, given.get("warehouse_data", ""), given["warehouse"])
        given["warehouse"] = given.get("warehouse", Path("warehouse")).absolute()
        options = {
            name.removeprefix(CHANNEL_PREFIX): value
            for name, value in sorted(os.environ.items())
            if name.startswith(CHANNEL_PREFIX) and value
        }
        return cls(**given, limits=Limits(**Limits.read()), inbox_options=options)

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
    def candidate(self) -> Path:
        return self.warehouse / "candidate"

    @property
    def scheduled(self) -> Path:
        return self.warehouse / "scheduled"

    @property
    def outbox(self) -> Path:
        return self.warehouse / "outbox"

    @property
    def desk(self) -> Path:
        return self.warehouse / "desk"

    @property
    def spool(self) -> Path:
        return self.desk / "spool"

    @property
    def operations(self) -> Path:
        """The operator's pages."""
        return self.warehouse / "operations"

    @property
    def staging(self) -> Path:
        return self.warehouse / "staging"


@dataclass(frozen=True)
class Described:
    """A setting as docs/settings.md and the settings file of a project tell of it."""

    name: str
    default: str
    english: str
    korean: str


def described_settings() -> list[Described]:
    """Every setting that one variable makes, in the order in which they are documented."""
    return [
        Described(
            variable,
            "" if (default := group.model_fields[name].default) is None else str(default),
            str(group.model_fields[name].description),
            str(cast("dict[str, str]", group.model_fields[name].json_schema_extra)["ko"]),
        )
        for group in (Variables, Limits)
        for variable, name in group.variables().items()
    ]


def unknown_settings() -> dict[str, str]:
    """Variables of the environment that look like settings and do nothing, with the nearest that is one (or '')."""
    known = {*Variables.variables(), *Limits.variables()}
    found = sorted(
        name
        for name in os.environ
        if name.startswith("SCICULTURE_") and not name.startswith(CHANNEL_PREFIX) and name not in known | INTERNAL
    )
    return {name: next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.8)), "") for name in found}


def read_settings_file() -> None:
    """Puts what ``sciculture.env`` of the project says into the environment, for this process and those it starts.

    A variable that is set already prevails. Relative folders and files are meant from the project.

    Raises UserError for a project that isn't there, a file of another user (who could point every command at things of
    their own), and a line that is no setting.
    """
    if (folder := project_folder()) is None:
        return
    if not folder.is_dir():
        raise UserError(message("project_missing", folder=folder))
    os.environ[PROJECT_VARIABLE] = str(folder)
    path = folder / SETTINGS_FILE
    if not path.exists():
        return
    if path.stat().st_uid not in (0, os.geteuid()):
        raise UserError(message("settings_not_own", path=path))
    with path.open(encoding="utf-8-sig") as source:
        for line in parse_stream(source):
            if line.error or (line.key is not None and line.value is None):
                raise UserError(message("settings_line_wrong", path=path, line=line.original.line))
            if line.key and not line.key.startswith(SETTABLE):
                raise UserError(
                    message("settings_name_foreign", path=path, name=line.key, prefixes=", ".join(SETTABLE))
                )
            if line.key and line.value and not os.environ.get(line.key):
                os.environ[line.key] = _from_project(folder, line.key, line.value)


def _from_project(folder: Path, name: str, value: str) -> str:
    is_channel = name == "SCICULTURE_INBOX" or (
        name.startswith(CHANNEL_PREFIX) and "_" not in name.removeprefix(CHANNEL_PREFIX)
    )
    names_place = is_channel or name in PLACES or name.endswith(("_KEY_FILE", "_CA_FILE", "_KNOWN_HOSTS"))
    return str(folder / value) if names_place and "://" not in value and not is_lake(value) else value


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
