"""The settings in words: docs/settings.md, and the settings file of a project. Both are made from their definition."""

from __future__ import annotations

from collections.abc import Mapping

from sciculture_etl.project import PROJECT_VARIABLE
from sciculture_etl.settings import Described, described_settings

# Groups of variables that are made up by whoever sets them, or that others define.
OTHERS = (
    (
        "SCICULTURE_INBOX_<NAME>",
        "a further channel, and with `_<OPTION>` behind it how it is opened: [channels.md](channels.md)",
        "추가 접수 경로와 그 접속 옵션",
    ),
    (
        "PREFECT_API_URL, PREFECT_HOME, PREFECT_...",
        "the Prefect server to use, and where its records lie: [orchestration.md](orchestration.md)",
        "사용할 Prefect 서버와 그 기록의 위치",
    ),
    ("AWS_...", "credentials of S3, where the channel has none of its own", "S3 접속 정보"),
)
PAGE = """\
# Settings

A setting is an environment variable, or a line `NAME=value` in the `sciculture.env` of a
[project of one's own](deploy.md#a-project-of-your-own); where both say something, the environment prevails. An empty
value counts as none. Folders are meant from the working folder, those in a `sciculture.env` from its own folder. That
file must belong to the user who runs the command, or to root, and sets only names that begin with `SCICULTURE_`,
`PREFECT_` or `AWS_`.

A value that can't be meant ends every command with exit code 2 and one sentence. A variable that begins with
`SCICULTURE_` and is no setting does nothing; every command and the doctor name it, with the setting that is nearest.

(Made by `python generators/settings.py` from `src/sciculture_etl/variables.py`; a test holds it to that.)

| setting | default | what it says | 설명 |
| --- | --- | --- | --- |
{settings}

Besides:

| variable | what it says | 설명 |
| --- | --- | --- |
{others}

[limits.md](limits.md) says what becomes of a file beyond `SCICULTURE_MAX_...`, [releases.md](releases.md) what is kept,
[privacy.md](privacy.md) what is put apart.
"""
FILE = """\
# Settings of sciculture-etl. A line is NAME=value; a variable of the environment prevails over it. Relative folders are
# meant from the folder of this file. It may hold credentials: keep it from others (chmod 600).
# 설정 파일: 한 줄에 이름=값. 환경 변수가 우선합니다. 상대 경로는 이 파일이 있는 폴더를 기준으로 합니다.
{settings}
# A further channel, and how it is opened / 추가 접수 경로
#SCICULTURE_INBOX_KOFST=sftp://etl@sftp.example.org/submissions
#SCICULTURE_INBOX_KOFST_KEY_FILE=/etc/sciculture/kofst.key
"""


def settings_page() -> str:
    """docs/settings.md."""
    settings = [f"| `{one.name}` | {_default(one)} | {one.english} | {one.korean} |" for one in described_settings()]
    others = [f"| {_quoted(names)} | {english} | {korean} |" for names, english, korean in OTHERS]
    return PAGE.format(settings="\n".join(settings), others="\n".join(others))


def settings_file(given: Mapping[str, str]) -> str:
    """A ``sciculture.env`` that names every setting.

    Args:
        given: those that are set; the others stand as remarks.
    """
    lines = []
    for one in described_settings():
        line = f"{one.name}={given[one.name]}" if one.name in given else f"#{one.name}={one.default}"
        if one.name != PROJECT_VARIABLE:  # whoever reads the file has found the project
            lines += ["", f"# {one.english}", f"# {one.korean}", line]
    return FILE.format(settings="\n".join([*lines, ""]))


def _default(one: Described) -> str:
    return f"`{one.default}`" if one.default else ""


def _quoted(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))
