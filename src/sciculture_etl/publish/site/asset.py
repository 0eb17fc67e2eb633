"""The files beside the pages: style sheet, fonts, icon."""

from __future__ import annotations

from sciculture_etl.pages.assets import asset_names, read_asset
from sciculture_etl.publish.files import Content
from sciculture_etl.settings import fingerprint


def names(_content: Content) -> list[str]:
    return asset_names()


def made_from(_content: Content, _language: str, name: str) -> str:
    return fingerprint(read_asset(name))


def write(_content: Content, _language: str, name: str) -> bytes:
    return read_asset(name)
