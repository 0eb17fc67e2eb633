"""Sido and sigungu of a site: their names by the years in which they stood, what became of which, and pages of sido."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sciculture_etl.disclosure import published_relation
from sciculture_etl.pages.maps import Lineage
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.slices import hashes

TABLE = "dim_region"
LENGTHS = {"sido": 2, "sigungu": 5}


@dataclass(frozen=True)
class Division:
    """A sido or a sigungu, for as long as it had its code.

    Attributes:
        code: two digits of a sido, five of a sigungu.
        until: the first day on which it stood no more.
    """

    code: str
    level: str
    name_ko: str
    name_en: str
    since: dt.date
    until: dt.date | None
    successors: tuple[str, ...]

    @property
    def sido_code(self) -> str:
        return self.code[: LENGTHS["sido"]]

    def name(self, language: str) -> str:
        return self.name_ko if language == "ko" else self.name_en

    def is_there_at_end_of(self, year: int) -> bool:
        last = dt.date(year, 12, 31)
        return self.since <= last and (self.until is None or self.until > last)


@dataclass(frozen=True)
class Sido:
    """A sido that goes on over renamings: what has a page.

    Attributes:
        stages: as it was called, the oldest first.
        follows: sido that were merged into it, or of which it was split off.
        followed_by: sido into which it was merged or split.
    """

    stages: tuple[Division, ...]
    follows: tuple[Division, ...]
    followed_by: tuple[Division, ...]

    @property
    def name(self) -> str:
        """Of its page: after the English name that it had first, so that no renaming moves the page."""
        return "".join(c if c.isalnum() else "-" for c in self.stages[0].name_en.lower())

    @property
    def path(self) -> str:
        return f"sido/{self.name}.html"

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(stage.code for stage in self.stages)

    def today(self, language: str) -> str:
        return self.stages[-1].name(language)


def divisions(content: Content) -> dict[str, Division]:
    """Code → division, of all sido and sigungu since 2010."""

    def ask() -> dict[str, Division]:
        query = (
            "SELECT region_code, level, name_ko, name_en, valid_from, valid_to, successor_codes "
            f"FROM {published_relation(content.table_contracts[TABLE])} "
            f"WHERE level IN {tuple(LENGTHS)} ORDER BY valid_from, region_code"
        )
        rows = content.connection.execute(query).fetchall()
        return {one.code: one for one in (_division(*row) for row in rows)}

    return content.once("divisions", ask)


def _division(
    code: str, level: str, name_ko: str, name_en: str, since: dt.date, until: dt.date | None, successors: str | None
) -> Division:
    length = LENGTHS[level]
    following = tuple(one.strip()[:length] for one in (successors or "").split(",") if one.strip())
    return Division(code[:length], level, name_ko, name_en or name_ko, since, until, following)


def divisions_hash(content: Content) -> str:
    """What all divisions are known by."""
    return hashes(content, TABLE, "'all'").get("all", "") if TABLE in content.table_contracts else ""


def lineage(content: Content, level: str) -> Lineage:
    """What became of which, at a level."""
    found = divisions(content)
    return content.once(
        ("lineage", level),
        lambda: Lineage({code: one.successors for code, one in found.items() if one.level == level}),
    )


def sigungu_of(content: Content, codes: Iterable[str], year: int) -> dict[str, Division]:
    """The sigungu that stood in some sido at the end of a year, by code."""

    def ask() -> dict[str, dict[str, Division]]:
        found: dict[str, dict[str, Division]] = defaultdict(dict)
        for code, one in divisions(content).items():
            if one.level == "sigungu" and one.is_there_at_end_of(year):
                found[one.sido_code][code] = one
        return found

    by_sido = content.once(("sigungu", year), ask)
    return {code: one for sido in codes for code, one in by_sido.get(sido, {}).items()}


def full_name(content: Content, code: str, language: str) -> str:
    """A division with the sido in which it lies; its code where it isn't known."""
    found = divisions(content)
    if code not in found:
        return code
    own = found[code].name(language)
    sido = found[found[code].sido_code].name(language) if found[code].sido_code in found else ""
    if own == sido or code == found[code].sido_code:
        return own
    return f"{sido} {own}" if language == "ko" else f"{own}, {sido}"


def all_sidos(content: Content) -> list[Sido]:
    """All that ever stood, in the order that people know; one is one for as long as it was only renamed."""
    found = {code: one for code, one in divisions(content).items() if one.level == "sido"}
    known = lineage(content, "sido")
    sidos = []
    for stages in dict.fromkeys(known.stages(code) for code in found):
        follows = tuple(found[one] for one in known.predecessors.get(stages[0], ()))
        followed_by = tuple(found[one] for one in found[stages[-1]].successors)
        sidos.append(Sido(tuple(found[code] for code in stages), follows, followed_by))
    return sorted(sidos, key=lambda one: one.stages[0].code)


@dataclass(frozen=True)
class Move:
    """A sigungu that came from another sido, or went to one."""

    name: str
    other: str
    day: dt.date
    came: bool


def moves_of(content: Content, sido: Sido, language: str) -> list[Move]:
    """The sigungu that changed to or from a sido that goes on itself."""
    found, moves = divisions(content), []
    ended = {code for stage in sido.followed_by for code in (stage.code,)} | {one.code for one in sido.follows}
    for code, one in found.items():
        for successor in one.successors:
            if one.level != "sigungu" or successor not in found or one.until is None:
                continue
            here, there = one.sido_code, found[successor].sido_code
            if (here in sido.codes) == (there in sido.codes) or {here, there} & ended:
                continue
            came = there in sido.codes
            other = found[here if came else there].name(language)
            moves.append(Move(found[successor if came else code].name(language), other, one.until, came))
    return moves
