"""The first page: what the programs did, in figures, and the way to all other pages."""

from __future__ import annotations

from typing import cast

from sciculture_etl.pages import Language, render
from sciculture_etl.publish.files import Content


def made_from(_content: Content, _language: str, _name: str) -> str:
    return ""


def write(content: Content, language: str, _name: str) -> bytes:
    return render("site/front.html", "site", cast("Language", language), release=content.release_id).encode()
