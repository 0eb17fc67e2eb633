"""The first page: what the programs did, in figures, and the way to all other pages."""

from __future__ import annotations

from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.moments import shown_day
from sciculture_etl.pages.values import Value, statuses
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.about import about, release_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.measures import Measure
from sciculture_etl.publish.site.overview import Line, by_sido, lines, tiles
from sciculture_etl.publish.site.page import page
from sciculture_etl.publish.site.program_list import by_agency
from sciculture_etl.publish.site.programs import Program

YEARS = 5


def made_from(_content: Content, _language: str, _name: str) -> str:
    return ""  # it names the release


def write(content: Content, language: str, _name: str) -> bytes:
    tongue, described = cast("Language", language), about(content.manifest)
    found = lines(content, tongue)
    years = sorted({year for line in found for year in line.values})[-YEARS:]
    last = years[-1] if years else 0
    columns, regions = by_sido(content, tongue, last)
    groups = by_agency(content, language)
    return page(
        content,
        "front.html",
        language,
        "index.html",
        page_texts("site")["title"][language],
        {},
        description=in_language(release_texts().description, tongue),
        release=described.release_id,
        version=described.version,
        day=shown_day(content.manifest["built_at"]),
        citation=in_language(described.citation, tongue),
        years=years,
        statuses={agency: _statuses(found, groups[agency]) for agency in groups},
        sido_status=statuses([_last(one, last) for _, one in columns]).get(last),
        tiles=tiles(found, last),
        groups=groups,
        lines={code: [line for line in found if line.program.code == code] for code in {x.program.code for x in found}},
        found=found,
        columns=columns,
        regions=regions,
    )


def _statuses(found: list[Line], strategies: dict[str, list[Program]]) -> dict[int, str | None]:
    members = {one.code for programs in strategies.values() for one in programs}
    return statuses([line.values for line in found if line.program.code in members])


def _last(measure: Measure, year: int) -> dict[int, Value]:
    """The value of the nation in a year, which stands for those of the sidos."""
    return {year: measure.nation[year]} if year in measure.nation else {}
