"""What all pages of a site have in common: the frame, links that hold in a folder and on any web server, what they owe.

Paths are those below ``site/<language>/``: ``index.html``, ``programs/issm.html``.
"""

from __future__ import annotations

from functools import lru_cache
from posixpath import dirname, relpath
from typing import cast

from sciculture_etl import __version__
from sciculture_etl.pages import Language, page_texts, render
from sciculture_etl.pages.environment import template_fingerprint
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.about import about
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.workbooks.texts import all_texts
from sciculture_etl.settings import fingerprint

GROUP = "site"
OTHER = {"ko": "en", "en": "ko"}


@lru_cache(maxsize=50_000)
def relative(here: str, there: str) -> str:
    """The way from one file of a release to another; an ending with ``#place`` is kept."""
    path, mark, place = there.partition("#")
    return relpath(path, dirname(here)) + mark + place


def owed_by_all(content: Content, template: str, language: str) -> str:
    """What a page owes to its template and its frame: words, agencies, publisher, licence."""
    described = about(content.manifest)
    parts = [template_fingerprint(f"site/{template}", GROUP), language, __version__, *_agencies(content, language)]
    parts += [described.publisher.model_dump_json(), described.licence.model_dump_json()]
    return fingerprint(*parts)


def page(
    content: Content, template: str, language: str, path: str, title: str, trail: dict[str, str], **values: object
) -> bytes:
    """A page of the site.

    Args:
        template: its name below ``pages/templates/site``.
        path: of the page.
        trail: path → name of the pages above it, from the first on; itself is added.
        values: whatever the template asks for besides. It also has ``link`` (path of a page → the way there) and
            ``file`` (path of a file of the release → the way there).
    """
    tongue, here = cast("Language", language), f"site/{language}/{path}"
    described = about(content.manifest)
    above = {"index.html": page_texts(GROUP)["home"][language], **trail, path: title} if path != "index.html" else {}
    sections = [one for one in (path, *reversed(trail)) if one in menu(language)]
    return render(
        f"site/{template}",
        GROUP,
        tongue,
        title=title,
        here=path,
        section=sections[0] if sections else "",
        trail=above,
        menu=menu(language),
        agencies=_agencies(content, language),
        publisher=in_language(described.publisher, tongue),
        licence={
            "url": described.licence.url,
            "title": in_language(described.licence.title, tongue),
            "terms": in_language(described.licence.terms, tongue),
        },
        assets=relative(here, "site/assets/x")[:-1],
        newest=relative(here, f"../latest/{here}"),
        other_language=relative(here, f"site/{OTHER[language]}/{path}"),
        link=lambda there: relative(here, f"site/{language}/{there}"),
        file=lambda there: relative(here, there),
        **values,
    ).encode()


def menu(language: str) -> dict[str, str]:
    """Path → name of the pages to which every page leads."""
    return {path: words[language] for path, words in page_texts(GROUP)["menu"].items()}


def _agencies(content: Content, language: str) -> list[str]:
    """The agencies of the programs, as readers of that language know them."""
    query = "SELECT agency FROM dim_program GROUP BY agency ORDER BY count(*) DESC, agency"
    names = content.once("agencies", lambda: [name for (name,) in content.connection.execute(query).fetchall()])
    return [agency_name(name, language) for name in names if name]


def agency_name(agency: str, language: str) -> str:
    """An agency as readers of that language know it; as the list of programs has it where no Korean name is stated."""
    return str(all_texts()["agencies"].get(agency, agency)) if language == "ko" else agency
