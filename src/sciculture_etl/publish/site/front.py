"""The first page: what the programs did, in figures, and the way to all other pages."""

from __future__ import annotations

from sciculture_etl.pages import page_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.page import page


def made_from(_content: Content, _language: str, _name: str) -> str:
    return ""  # it names the release


def write(content: Content, language: str, _name: str) -> bytes:
    title = page_texts("site")["title"][language]
    return page(content, "front.html", language, "index.html", title, {}, release=content.release_id)
