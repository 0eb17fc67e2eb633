"""Where things lie, and the limits that the whole system keeps. Read once from the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

from annotated_types import Ge
from dotenv.parser import parse_stream
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.project import PROJECT_VARIABLE, SETTINGS_FILE, project_folder

CHANNEL_PREFIX = "SCICULTURE_INBOX_"
# Settings that name one folder; relative in a project's file, they are meant from there.
PLACES = ("SCICULTURE_WAREHOUSE", "PREFECT_HOME")
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


def _setting(default: Any, english: str, korean: str, **more: Any) -> Any:
    """A field that an environment variable sets.

    Args:
        more: what pydantic checks of it (``gt``, ``ge`` ...).
    """
    return Field(default, description=english, json_schema_extra={"ko": korean}, **more)


class _Definition(BaseSettings):
    """A group of settings. Made directly, it knows nothing of the environment; ``read`` takes its values from there."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Environment variable → field."""
        return {f"{cls.model_config['env_prefix']}{name}".upper(): name for name in cls.model_fields}

    @classmethod
    def read(cls) -> dict[str, Any]:
        """Field → value, of the variables that are set.

        Raises:
            UserError: Naming the first that can't be meant.
        """
        given: dict[str, Any] = EnvSettingsSource(cls)()
        try:
            return cls(**given).model_dump(include=set(given))
        except ValidationError as error:
            raise _explained(cls, error) from None


class Limits(_Definition):
    """How much one file may ask of the machine; what asks for more is refused before it is laid out.

    unpacked_bytes holds for all packed parts of a file, and twice for the text of one sheet. What a file may take of
    CPU time and memory is kept by the process beside the worker that reads it (``watching``).
    """

    model_config = SettingsConfigDict(env_prefix="SCICULTURE_MAX_")

    file_bytes: int = _setting(512 * 1024**2, "size of a file as received", "접수한 파일의 크기(바이트)", gt=0)
    unpacked_bytes: int = _setting(
        1024**3, "what a workbook or document unpacks to, whatever it says of its own size",
        "통합 문서나 문서의 압축을 푼 크기(바이트)", gt=0,
    )  # fmt: skip
    markup_bytes: int = _setting(
        64 * 1024**2, "a web page, an XML workbook, or a part of a document that is read as a whole",
        "웹 페이지, XML 통합 문서, 또는 통째로 읽는 문서 일부의 크기(바이트)", gt=0,
    )  # fmt: skip
    cells: int = _setting(
        32_000_000,
        "cells of a file, from the first to the last row and column in use; an eighth in a web page or document",
        "파일의 셀 수(사용 중인 첫 행·열부터 마지막 행·열까지, 웹 페이지와 문서는 8분의 1)", gt=0,
    )  # fmt: skip
    columns: int = _setting(16_384, "columns of a sheet", "시트의 열 수", gt=0)
    cell_bytes: int = _setting(1024**2, "text of one cell", "셀 하나의 글자 크기(바이트)", gt=0)
    sheets: int = _setting(
        1_000, "sheets of a workbook, tables of a document", "통합 문서의 시트 수, 문서의 표 수", gt=0
    )
    cpu_seconds: int = _setting(
        15, "CPU time in which a file is read and validated, whatever its size",
        "파일을 읽고 검증하는 CPU 시간(초, 크기와 무관한 기본값)", gt=0,
    )  # fmt: skip
    cpu_seconds_per_mib: int = _setting(
        4, "CPU time besides for each MiB of the file as received", "접수한 파일 1MiB마다 더하는 CPU 시간(초)", ge=0
    )
    memory_bytes: int = _setting(
        4 * 1024**3, "resident memory of the process that reads and validates a file",
        "파일을 읽고 검증하는 프로세스가 사용하는 메모리(바이트)", gt=0,
    )  # fmt: skip

    def cpu_seconds_of(self, size: int) -> int:
        """What a file of so many bytes may take."""
        return self.cpu_seconds + self.cpu_seconds_per_mib * size // 1024**2


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Timeouts:
    """How long a channel is waited for; all times in seconds.

    attempts: tries of one request, the first included. first_pause: before the second try; it doubles each time.
    silence: after which a server that says nothing counts as gone. copy: for one whole file. settle: so long a file
    must have stayed as it is before it is taken.
    """

    attempts: int = 4
    first_pause: float = 1
    silence: float = 30
    copy: float = 1800
    stable_seconds: float = 5


class Variables(_Definition):
    """What is set by one variable each."""

    model_config = SettingsConfigDict(env_prefix="SCICULTURE_")

    inbox: str = _setting(
        "", "where submissions come from: a folder, or the address of a channel; unset: the folder `inbox`",
        "제출본을 받는 폴더 또는 접수 경로의 주소(설정하지 않으면 `inbox` 폴더)",
    )  # fmt: skip
    warehouse: Path = _setting(
        Path("warehouse"), "folder for everything that runs make", "처리 결과를 저장하는 폴더(데이터 저장소)"
    )
    project: Path | None = _setting(
        None, "folder of a project of one's own; unset: the working folder, where a `sciculture.env` lies in it",
        "기관 자체 프로젝트 폴더(설정하지 않으면 `sciculture.env`가 있는 작업 폴더)",
    )  # fmt: skip
    notify: str = _setting(
        "", "addresses that are told of failures and overdue reports, separated by spaces or commas",
        "실패와 제출 지연을 알릴 주소(공백이나 쉼표로 구분)", repr=False,
    )  # fmt: skip
    subscribers: str = _setting(
        "", "addresses that are told of every release and what it changed, as readers are; separated like those above",
        "공표할 때마다 변경 내용을 알릴 이용자 주소(위와 같이 구분)", repr=False,
    )  # fmt: skip
    keep_releases: int = _setting(
        10, "so many of the newest releases are kept, however old", "보관하는 최신 릴리스 수", ge=0
    )
    keep_release_days: int = _setting(
        30, "releases younger than so many days are kept, however many", "릴리스를 보관하는 최소 일수", ge=0
    )
    keep_major_days: int = _setting(
        365, "the newest release of each major version is kept for so many days, for those who hold on to it",
        "주 버전마다 가장 새로운 릴리스를 보관하는 일수", ge=0,
    )  # fmt: skip
    personal_retention_days: int = _setting(
        30, "so many days the bytes of a file with personal data are kept apart; 0: until the next run",
        "개인정보가 든 파일을 분리 보관하는 일수(0: 다음 실행까지)", ge=0,
    )  # fmt: skip
    two_persons: bool = _setting(
        False, "`true`: an approval, closing, reopening or preference takes effect once another person repeats it",
        "`true`: 승인·마감·재개방·우선 지정은 다른 사람이 같은 명령을 다시 실행해야 반영",
    )  # fmt: skip
    operator: str = _setting(
        "", "who decides, as the journals name them: a role or a staff number, no person's name; unset: the login name",
        "결정한 사람을 기록할 이름(직책이나 사번, 개인 이름 제외; 설정하지 않으면 로그인 이름)",
    )  # fmt: skip
    publisher: str = _setting(
        "한국과학창의재단", "the institution that publishes, as names of files for the public-data portal begin",
        "공표 기관명(공공데이터포털용 파일 이름의 첫머리)",
    )  # fmt: skip
    publisher_en: str = _setting(
        "Korea Foundation for the Advancement of Science and Creativity",
        "the same in English, for the citation of a release", "공표 기관의 영어 이름(인용 정보에 표시)",
    )  # fmt: skip
    licence: Literal["KOGL-0", "KOGL-1", "KOGL-2", "KOGL-3", "KOGL-4", "CC-BY-4.0", "CC0-1.0"] = _setting(
        "KOGL-1", "terms under which releases may be used: `KOGL-0` to `KOGL-4`, `CC-BY-4.0` or `CC0-1.0`",
        "공표 자료의 이용 조건: 공공누리 제0~4유형(`KOGL-0`~`KOGL-4`), `CC-BY-4.0`, `CC0-1.0`",
    )  # fmt: skip
    desk_url: str = _setting(
        "http://127.0.0.1:4280", "address under which people reach the desk, as links to it begin",
        "제출 창구의 주소(접속 링크의 첫머리)",
    )  # fmt: skip
    desk_max_upload_bytes: int = _setting(
        64 * 1024**2, "size of a file that is sent in at the desk", "제출 창구에서 받는 파일의 크기(바이트)", gt=0
    )
    traceback: str = _setting(
        "", "anything: a failure shows its traceback besides, for whoever mends the program",
        "값이 있으면 오류의 상세 추적 정보를 함께 표시(개발자용)",
    )  # fmt: skip


class Settings(Variables):
    """All settings of a process.

    inbox_options: what the variables ``SCICULTURE_INBOX_...`` say, by the rest of their name: further channels, and how
    each is opened; they hold credentials and are never shown. batch_bytes: of files that are validated together.
    """

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
    return str(folder / value) if names_place and "://" not in value else value


def _explained(group: type[_Definition], error: ValidationError) -> UserError:
    found = error.errors()[0]
    name = str(found["loc"][0])
    variable = next(variable for variable, field in group.variables().items() if field == name)
    if group.model_fields[name].annotation is bool:
        return UserError(message("setting_no_switch", name=variable, value=found["input"]))
    if get_origin(annotation := group.model_fields[name].annotation) is Literal:
        choices = ", ".join(get_args(annotation))
        return UserError(message("setting_no_choice", name=variable, choices=choices, value=found["input"]))
    least = next((rule.ge for rule in group.model_fields[name].metadata if isinstance(rule, Ge)), 1)
    return UserError(message("setting_no_number", name=variable, least=least, value=found["input"]))


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
