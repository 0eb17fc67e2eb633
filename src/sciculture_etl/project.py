"""Where contracts, SQL, maps and pages stand: in a project of one's own first, else as they are carried.

A project is a folder with a ``sciculture.env`` in it: the one that ``SCICULTURE_PROJECT`` names, else the working
folder. A file of a project takes the place of the carried one of the same name, and stands beside those of other names;
whatever it has no file for is as the installed version carries it, so that an upgrade brings what is new.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETTINGS_FILE = "sciculture.env"
PROJECT_VARIABLE = "SCICULTURE_PROJECT"
CARRIED_FOLDERS = ("expectations", "sql", "maps", "pages")
_PACKAGE = Path(__file__).resolve().parent
CHECKOUT = _PACKAGE.parents[1]


@dataclass(frozen=True)
class LayeredFolder:
    """Several folders seen as one: of files with the same name, that of the first folder counts."""

    folders: tuple[Path, ...]

    def __truediv__(self, name: str) -> Path:
        """The file of that name; where none has it, the place for it in the last folder."""
        return next((folder / name for folder in self.folders if (folder / name).is_file()), self.folders[-1] / name)

    def files(self, pattern: str = "**/*") -> dict[str, Path]:
        """The files that match, by their names below the folder, in the order of these."""
        found = {
            path.relative_to(folder).as_posix(): path
            for folder in reversed(self.folders)
            for path in folder.glob(pattern)
            if path.is_file()
        }
        return dict(sorted(found.items()))


# Where a function may be given another folder than that of the process.
Folder = Path | LayeredFolder


def files_of(folder: Folder, pattern: str) -> list[Path]:
    """The files of a folder that match, by name."""
    found = folder.glob(pattern) if isinstance(folder, Path) else folder.files(pattern).values()
    return sorted(found, key=lambda path: path.name)


def carried_folder() -> Path:
    """The folder that holds what the installed version carries: the checkout it runs from, else within the package."""
    return CHECKOUT if _PACKAGE.parent.name == "src" else _PACKAGE / "carried"


def project_folder() -> Path | None:
    """The project of one's own, if there is one. It need not exist where the variable names it."""
    if named := os.environ.get(PROJECT_VARIABLE):
        return Path(named).absolute()
    return Path.cwd() if Path(SETTINGS_FILE).is_file() else None


def layered(name: str) -> LayeredFolder:
    """One of ``CARRIED_FOLDERS`` as this process sees it."""
    carried, project = carried_folder() / name, project_folder()
    own = (project / name,) if project and (project / name).resolve() != carried.resolve() else ()
    return LayeredFolder((*own, carried))


EXPECTATIONS = layered("expectations")
SQL = layered("sql")
PAGES = layered("pages")
MAPS = layered("maps")


def read_words(name: str) -> Any:
    """What a YAML file of ``expectations/`` holds that is a plain catalogue of words; read by C where that exists."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((EXPECTATIONS / name).read_text(encoding="utf-8"), Loader=loader)
