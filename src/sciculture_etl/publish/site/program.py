"""The page of a program: its figures of the last year, how they went, where, all its tables, and what to mind."""

from __future__ import annotations

from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.measures import measures
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import programs, rests_on, sources_of
from sciculture_etl.publish.site.tables import shown_tables
from sciculture_etl.settings import fingerprint

LIST = "programs/index.html"


def names(content: Content) -> list[str]:
    return list(programs(content))


def made_from(content: Content, language: str, name: str) -> str:
    """Its own rows, the names of what they count, its templates and words; not what other programs did."""
    files = [*downloads.of_program(content, name), *sorted(content.public)]
    parts = [repr(programs(content)[name]), repr(files), *sources_of(content, name, language)]
    return fingerprint(owed_by_all(content, "program.html", language), *rests_on(content, name), *parts)


def write(content: Content, language: str, name: str) -> bytes:
    tongue, program = cast("Language", language), programs(content)[name]
    own = measures(content, name, tongue)
    return page(
        content,
        "program.html",
        language,
        program.path,
        program.name(language),
        {LIST: page_texts(GROUP)["menu"][LIST][language]},
        program=program,
        measures=own,
        years=sorted({year for one in own for year in one.nation}),
        tables=shown_tables(content, name, tongue),
        downloads=downloads.of_program(content, name),
        sources=sources_of(content, name, language),
    )
