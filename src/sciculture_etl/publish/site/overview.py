"""What the first page shows of all programs: for each the one measure that stands for it, over the last years."""

from __future__ import annotations

from dataclasses import dataclass

from sciculture_etl.pages.values import Value
from sciculture_etl.pages.words import Language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.figures import figures_of
from sciculture_etl.publish.site.headlines import Headline, headline, principal, rank, strands_of
from sciculture_etl.publish.site.measures import Measure
from sciculture_etl.publish.site.programs import Program, programs
from sciculture_etl.publish.site.regions import Region
from sciculture_etl.publish.site.timelines import Strand, Timeline

PERSONS = "persons"
MAX_TILES = 6


@dataclass(frozen=True)
class Line:
    """A row of the overview: what stands for a program, or for one of its lines.

    Attributes:
        values: year → value; of a day, its year.
    """

    program: Program
    strand: Strand
    figure: Headline
    values: dict[int, Value]

    @property
    def final_years(self) -> list[int]:
        return [year for year, value in self.values.items() if value.status != "p"]

    @property
    def provisional_years(self) -> list[int]:
        return [year for year, value in self.values.items() if value.status == "p"]


def lines(content: Content, language: Language) -> list[Line]:
    """The rows of all programs that have figures, in their order."""
    found = []
    for program in programs(content).values():
        own, others = figures_of(content, program.code, language)
        for strand in principal(strands_of(own, sorted(others, key=_prominence)[:1])):
            values = {int(time[:4]): value for time, value in strand.values.items()}
            found.append(Line(program, strand, headline(strand), values))
    return found


def _prominence(timeline: Timeline) -> tuple[int, int]:
    """Of several timelines, the one first that counts what stands for a program; among these, the fullest."""
    places = [rank(code) for code in timeline.codes]
    return min(places), -sum(len(strand.values) for strand in timeline.strands)


def tiles(found: list[Line], year: int) -> list[Line]:
    """The programs that reached most persons in a year."""
    counted = [one for one in found if one.strand.unit == PERSONS and one.figure.value.number and year in one.values]
    return sorted(counted, key=lambda one: -(one.figure.value.number or 0))[:MAX_TILES]


def by_sido(content: Content, language: Language, year: int) -> tuple[list[tuple[Program, Measure]], list[Region]]:
    """The programs that have figures of sidos in a year, each with the measure that stands for it; and the sidos."""
    found = []
    for program in programs(content).values():
        own, _ = figures_of(content, program.code, language)
        codes = {strand.code for strand in principal(strands_of(own, []))}
        found += [
            (program, one) for one in own if one.code in codes and any(year in one_ for one_ in one.sidos.values())
        ]
    regions = {region for _, one in found for region, values in one.sidos.items() if year in values}
    return found, sorted(regions, key=lambda region: region.place)
