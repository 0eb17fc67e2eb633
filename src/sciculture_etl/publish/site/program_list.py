"""The list of all programs, by agency and strategy."""

from __future__ import annotations

from sciculture_etl.pages import page_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import LIST, Program, programs, tables_of
from sciculture_etl.settings import fingerprint


def made_from(content: Content, language: str, _name: str) -> str:
    held = [f"{one!r} {bool(tables_of(content, code))}" for code, one in programs(content).items()]
    return fingerprint(owed_by_all(content, "programs.html", language), *held)


def write(content: Content, language: str, _name: str) -> bytes:
    title = page_texts(GROUP)["menu"][LIST][language]
    shown = [code for code in programs(content) if tables_of(content, code)]
    return page(content, "programs.html", language, LIST, title, {}, groups=by_agency(content, language), shown=shown)


def by_agency(content: Content, language: str) -> dict[str, dict[str, list[Program]]]:
    """Agency → strategy (empty: none) → its programs, the agency with the most programs first."""
    found: dict[str, dict[str, list[Program]]] = {}
    for one in programs(content).values():
        groups = found.setdefault(one.agency_name(language), {})
        groups.setdefault(one.strategy(language) or "", []).append(one)
    return dict(sorted(found.items(), key=lambda agency: -sum(map(len, agency[1].values()))))
