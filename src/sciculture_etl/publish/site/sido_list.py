"""All sido: the way to their pages, with what each program did there in its newest year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.charts import Point
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.charts import shown_year
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import Program, programs
from sciculture_etl.publish.site.regional import hash_of, labels_known, mapped, measured
from sciculture_etl.publish.site.sido import LIST, sidos
from sciculture_etl.settings import fingerprint


@dataclass(frozen=True)
class SidoColumn:
    """The first measure of a program by sido, in its newest year.

    Attributes:
        points: name of a sido's page → point.
    """

    program: Program
    label: str
    unit: str
    year: int
    points: dict[str, Point]


def made_from(content: Content, language: str, _name: str) -> str:
    parts = [hash_of(content, level="sido"), repr(list(sidos(content).values()))]
    parts += [repr(programs(content)), labels_known(content), repr(downloads.of_table(content, TABLE))]
    return fingerprint(owed_by_all(content, "sido_list.html", language), *parts)


def write(content: Content, language: str, _name: str) -> bytes:
    tongue = cast("Language", language)
    return page(
        content, "sido_list.html", language, LIST, page_texts(GROUP)["menu"][LIST][language], {},
        sidos=list(sidos(content).values()), columns=_columns(content, tongue),
        downloads=downloads.of_table(content, TABLE),
    )  # fmt: skip


def _columns(content: Content, language: Language) -> list[SidoColumn]:
    made = []
    for code, program in programs(content).items():
        for one in mapped(measured(content).get(code, []), "sido", 1):
            year = shown_year(one, "sido")
            if year:
                years = range(year, year + 1)
                points = {name: one.series("sido", sido.codes, years)[0] for name, sido in sidos(content).items()}
                label, unit = one.label(content, language), one.unit_label(language)
                made.append(SidoColumn(program, label, unit, year, points))
    return made
