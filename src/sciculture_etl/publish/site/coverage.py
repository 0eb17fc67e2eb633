"""Which districts had something of a program in a year, and which had nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.divisions import Division, all_sidos, sigungu_of
from sciculture_etl.publish.site.regional import Measured


@dataclass(frozen=True)
class YearWithout:
    """The districts that stood at the end of a year: those that had something, and those that had nothing."""

    year: int
    having: list[Division]
    without: list[Division]

    @property
    def is_listed_by_exception(self) -> bool:
        """Where few had something, they are listed: the rest had nothing."""
        return 0 < len(self.having) < len(self.without)

    @property
    def listed(self) -> list[Division]:
        return self.having if self.is_listed_by_exception else self.without


def districts_without(
    content: Content, found: Sequence[Measured], years: Iterable[int], codes: Iterable[str] | None = None
) -> list[YearWithout]:
    """Year by year, the newest first; years in which the program has no figures by district are left out.

    A district whose value is withheld or isn't published yet had something.

    Args:
        codes: of sido; None: of the whole country.
    """
    wanted = list(codes) if codes is not None else [code for sido in all_sidos(content) for code in sido.codes]
    made = []
    for year in sorted(years, reverse=True):
        having = {code for one in found for code in one.figures.get("sigungu", {}).get(year, {})}
        if not having:
            continue
        stood = [one for _, one in sorted(sigungu_of(content, wanted, year).items())]
        parts: dict[bool, list[Division]] = {True: [], False: []}
        for one in stood:
            parts[one.code in having].append(one)
        made.append(YearWithout(year, parts[True], parts[False]))
    return made
