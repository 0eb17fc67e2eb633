"""The settings that one variable each makes: their names, defaults, what they say, and what they can't mean."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args, get_origin

from annotated_types import Ge
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message


def _setting(default: Any, english: str, korean: str, **more: Any) -> Any:
    """A field that an environment variable sets.

    Args:
        more: what pydantic checks of it (``gt``, ``ge`` ...).
    """
    return Field(default, description=english, json_schema_extra={"ko": korean}, **more)


class Definition(BaseModel):
    """A group of settings. Made directly, it knows nothing of the environment; ``read`` takes its values from there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    prefix: ClassVar[str]

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Environment variable → field."""
        return {f"{cls.prefix}{name.upper()}": name for name in cls.model_fields}

    @classmethod
    def read(cls) -> dict[str, Any]:
        """Field → value, of the variables that are set to anything.

        Raises:
            UserError: Naming the first that can't be meant.
        """
        given = {name: value for variable, name in cls.variables().items() if (value := os.environ.get(variable))}
        try:
            return cls(**given).model_dump(include=set(given))
        except ValidationError as error:
            raise _explained(cls, error) from None


class Limits(Definition):
    """How much one file may ask of the machine; what asks for more is refused before it is laid out.

    unpacked_bytes holds for all packed parts of a file, and twice for the text of one sheet. What a file may take of
    CPU time and memory is kept by the process beside the worker that reads it (``watching``).
    """

    prefix = "SCICULTURE_MAX_"

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


class Variables(Definition):
    """What is set by one variable each."""

    prefix = "SCICULTURE_"

    inbox: str = _setting(
        "", "where submissions come from: a folder, or the address of a channel; unset: the folder `inbox`",
        "제출본을 받는 폴더 또는 접수 경로의 주소(설정하지 않으면 `inbox` 폴더)",
    )  # fmt: skip
    warehouse: Path = _setting(
        Path("warehouse"),
        "folder for everything that runs make, or `ducklake:postgres:…` where several machines share it",
        "처리 결과를 저장하는 폴더(데이터 저장소). 여러 기기가 함께 쓰면 `ducklake:postgres:…`",
    )  # fmt: skip
    warehouse_data: str = _setting(
        "",
        "of a shared warehouse: folder or `s3://bucket/prefix` of the rows; unset: the folder `lake` among its files",
        "공유 데이터 저장소의 행을 저장할 폴더 또는 `s3://버킷/경로`(설정하지 않으면 파일 폴더 안의 `lake`)",
    )  # fmt: skip
    warehouse_files: Path = _setting(
        Path("warehouse"), "of a shared warehouse: folder, alike on all machines, of everything that is no table",
        "공유 데이터 저장소에서 표를 뺀 모든 것을 저장할, 모든 기기에서 경로가 같은 폴더",
    )  # fmt: skip
    workers: str = _setting(
        "", "who reads and validates: `dask://host:port`, the scheduler of a cluster; unset: processes on this machine",
        "제출본을 읽고 검증하는 곳: Dask 클러스터 스케줄러의 `dask://호스트:포트`(설정하지 않으면 이 기기의 프로세스)",
    )  # fmt: skip
    shared: str = _setting(
        "", "storage that this machine and the workers of the cluster reach: a folder at the same place on all, or "
        "`s3://bucket/prefix`; unset: the warehouse, to which all must have access",
        "이 기기와 클러스터가 함께 쓰는 저장소: 모든 기기에서 경로가 같은 폴더나 `s3://버킷/접두어`"
        "(설정하지 않으면 데이터 저장소 폴더)",
    )  # fmt: skip
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
        "", "address under which people reach the desk, `https://desk.example.org`; unset: one of this machine alone",
        "제출 창구의 주소(접속 링크의 첫머리, 설정하지 않으면 이 기기에서만 접속)",
    )  # fmt: skip
    desk_max_upload_bytes: int = _setting(
        64 * 1024**2, "size of a file that is sent in at the desk", "제출 창구에서 받는 파일의 크기(바이트)", gt=0
    )
    security_contact: str = _setting(
        "", "where a weakness of the desk is reported (`mailto:`, `https://`), as its `/.well-known/security.txt` says",
        "제출 창구의 보안 취약점을 신고할 곳(`mailto:` 또는 `https://`, `/.well-known/security.txt`에 표시)",
    )  # fmt: skip
    traceback: str = _setting(
        "", "anything: a failure shows its traceback besides, for whoever mends the program",
        "값이 있으면 오류의 상세 추적 정보를 함께 표시(개발자용)",
    )  # fmt: skip


def _explained(group: type[Definition], error: ValidationError) -> UserError:
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
