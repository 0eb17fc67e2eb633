"""Regions that go on over years, so that each has one row in a table however often it was renamed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sciculture_etl.pages.words import Language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.divisions import Division, divisions, full_name, lineage


@dataclass(frozen=True)
class Region:
    """A region, called as in the last year in which it stands.

    Attributes:
        code: of the last year.
        first_code: that it had first of all: by it regions are in the order that people know.
        short_name: without that of its sido.
        is_remainder: what belongs to no single region below it.
    """

    code: str
    first_code: str
    name: str
    short_name: str
    is_remainder: bool = False

    @property
    def place(self) -> tuple[bool, str]:
        return self.is_remainder, self.first_code


def regions_over_years(
    content: Content, seen: Iterable[tuple[int, str, bool]], level: str, language: Language
) -> dict[tuple[str, bool], Region]:
    """Code of a year, and whether it is a remainder → the region as one that goes on while it is only renamed.

    Args:
        seen: year, code, and whether it is a remainder, of what there is.
        level: of all of them.
    """
    known, found = lineage(content, level), divisions(content)
    last: dict[tuple[str, bool], tuple[int, str]] = {}
    key_of: dict[tuple[str, bool], tuple[str, bool]] = {}
    for year, code, is_remainder in seen:
        key = key_of.setdefault((code, is_remainder), (known.stages(code)[0], is_remainder))
        last[key] = max(last.get(key, (0, "")), (year, code))
    return {
        own: Region(code, key[0], full_name(content, code, language), _short(found, code, language), own[1])
        for own, key in key_of.items()
        for _, code in [last[key]]
    }


def _short(found: dict[str, Division], code: str, language: Language) -> str:
    return found[code].name(language) if code in found else code
