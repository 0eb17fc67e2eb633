"""``sciculture init``: a project of one's own, whose files take the place of those that the installation carries."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.project import CARRIED_FOLDERS, SETTINGS_FILE, carried_folder
from sciculture_etl.settings_texts import settings_file

FOLDERS = (
    "expectations/submissions", "expectations/curated", "expectations/corrections", "sql/core", "sql/mart",
    "sql/reference", "inbox",
)  # fmt: skip
README = """\
# A project of sciculture-etl

What stands here takes the place of what the installed version carries, file by file; all else is as it carries it.

| here | what |
| --- | --- |
| `sciculture.env` | settings |
| `expectations/submissions/<dataset>.yml` | contracts of forms |
| `expectations/curated/<table>.yml` | contracts of tables |
| `expectations/corrections/` | corrections of submissions |
| `expectations/figures.csv` | published figures that every release is compared with |
| `sql/core/`, `sql/mart/`, `sql/reference/` | how tables are made; lists kept by hand |
| `inbox/<institution>/` | submissions |

Commands see it when they run in this folder, or from anywhere with `SCICULTURE_PROJECT` set to it. To change a file
that is carried, have it copied here first: `sciculture init . --with 'sql/mart/mart_dsc_*'`. After an upgrade, compare
such copies with what the new version carries (`sciculture init /tmp/new --with '<the same>'`).

이 폴더의 파일은 설치된 같은 이름의 파일을 대신합니다. 그 밖의 것은 설치된 버전을 그대로 따릅니다.
"""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where the project is to be; it may exist already.")],
    copied: Annotated[
        list[str] | None,
        typer.Option("--with", help="Copy carried files here, to change them: 'sql/mart/mart_dsc_*'; may be repeated."),
    ] = None,
) -> None:
    """Lay out a project of your own: contracts, SQL, figures and settings that override the installed ones.

    Nothing that is there already is written over.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(message("project_is_a_file", path=folder))
    wanted = _carried(copied or [])
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    texts = {
        SETTINGS_FILE: settings_file({"SCICULTURE_INBOX": "inbox", "SCICULTURE_WAREHOUSE": "warehouse"}),
        "README.md": README,
        ".gitignore": f"/inbox/\n/warehouse/\n/{SETTINGS_FILE}\n",
    }
    written = [name for name, text in texts.items() if _write(folder / name, text)]
    for name, source in wanted.items():
        target = folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            written.append(name)
    print("\n".join(f"  {name}" for name in written) or "nothing was missing / 새로 만든 것이 없습니다")
    print(f"project / 프로젝트: {folder.absolute()}\n`cd {folder}`, then `sciculture run` / 그 폴더에서 실행해 주세요")


def _carried(patterns: list[str]) -> dict[str, Path]:
    """Name within the project → file that is carried.

    Raises:
        UserError: For a pattern that means none.
    """
    root = carried_folder()
    found: dict[str, Path] = {}
    for pattern in patterns:
        matching = {
            path.relative_to(root).as_posix(): path
            for path in sorted(root.glob(pattern))
            if path.is_file() and path.relative_to(root).parts[0] in CARRIED_FOLDERS
        }
        if not matching:
            raise UserError(message("nothing_carried", pattern=pattern, folder=root))
        found |= matching
    return found


def _write(path: Path, text: str) -> bool:
    """Whether it was missing. A settings file may come to hold credentials, so it is the owner's alone."""
    if path.exists():
        return False
    path.touch(mode=0o600 if path.name == SETTINGS_FILE else 0o666)
    path.write_text(text, encoding="utf-8")
    return True
