"""The files that pages need beside themselves: the style sheet, fonts, icons."""

from __future__ import annotations

from sciculture_etl.project import PAGES


def asset_names() -> list[str]:
    """The names of all files of ``pages/assets``."""
    return [name.removeprefix("assets/") for name in PAGES.files("assets/*")]


def read_asset(name: str) -> bytes:
    return (PAGES / f"assets/{name}").read_bytes()
