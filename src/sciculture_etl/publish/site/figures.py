"""What goes on over years of a program, asked once for all pages."""

from __future__ import annotations

from sciculture_etl.pages.words import Language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.measures import Measure, measures
from sciculture_etl.publish.site.programs import tables_of
from sciculture_etl.publish.site.timelines import Timeline, timelines


def figures_of(content: Content, program: str, language: Language) -> tuple[list[Measure], list[Timeline]]:
    """The measures of a program in the long table; where it has none of it, the timelines of its tables."""

    def ask() -> tuple[list[Measure], list[Timeline]]:
        own = measures(content, program, language)
        return own, [] if own else timelines(content, program, list(tables_of(content, program)), language)

    return content.once(("figures", program, language), ask)
