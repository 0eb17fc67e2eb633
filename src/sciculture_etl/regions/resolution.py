"""Resolve a place text on a date: choose among its readings, follow reforms, and say how sure that is.

The policy, in one paragraph: what is valid on the day wins; else what was valid since `since`; else a former or later
name leads to its single heir or forebear, with W_REGION_RENAMED. A legal dong beats an administrative namesake of the
same sigungu. Context completes what the text alone leaves open, with W_REGION_COMPLETED. Several targets are
`ambiguous`, none is `unknown`; both name candidates, and nothing is guessed.
"""

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from sciculture_etl.regions.gazetteer import SEJONG, SEJONG_CITY, Division, gazetteer
from sciculture_etl.regions.nearest import nearest
from sciculture_etl.regions.parsed_place import ParsedPlace
from sciculture_etl.regions.parsing import ParsedText, parse
from sciculture_etl.regions.place_index import EMD, Place, places

RENAMED = "W_REGION_RENAMED"
COMPLETED = "W_REGION_COMPLETED"

MAX_LETTERS = 300  # of a place text; the longest of 130,000 real ones has 71

Status = Literal["resolved", "ambiguous", "unknown"]
Level = Literal["sido", "sigungu", "eupmyeondong"]


class RegionCandidate(NamedTuple):
    """A division the text may mean: its code and its official full name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a place text means on a day.

    `level` and the codes are None unless resolved. A general gu (수원시 장안구) has level sigungu, its own code as
    legal_code, and the base sigungu of its si as sigungu_code. `name` is the official full name on the day.
    `eupmyeondong_code` is the administrative code where certain, else the legal one, and None above that level.
    `steps` tells how the answer was found.
    """

    text: str
    on: dt.date
    status: Status
    level: Level | None = None
    legal_code: str | None = None
    admin_code: str | None = None
    name: str | None = None
    sido_code: str | None = None
    sigungu_code: str | None = None
    general_gu_code: str | None = None
    eupmyeondong_code: str | None = None
    warnings: tuple[str, ...] = ()
    candidates: tuple[RegionCandidate, ...] = ()
    steps: tuple[str, ...] = ()


class _Target(NamedTuple):
    """A division a reading leads to, the day it is looked at, and the administrative dong named beside it."""

    code: str
    day: int
    is_legal: bool
    partner: str | None
    step: str
    vague: bool


def resolve(text: str, on: dt.date, within: str | None = None, *, since: dt.date | None = None) -> Resolution:
    """Resolve a Korean place text as of a day.

    text: any spelling of a sido, sigungu or eup/myeon/dong, one string, widest first ("경기 성남시분당구 서현1동").
    within: a place the text lies in (an institution's own region); it may only complete a name, which is warned.
    since: first day of a period that ends with `on`; a name valid on any day of it is right and not warned.
    """
    if len(text or "") > MAX_LETTERS or len(within or "") > MAX_LETTERS:
        return Resolution(text, on, "unknown", steps=(f"no place text is longer than {MAX_LETTERS} letters",))
    day = on.toordinal()
    first = since.toordinal() if since else day
    alone = _decide(_parsed(text or ""), text, on, day, first)
    if not within or not text:
        return alone
    completed = _complete(text, on, day, first, within)
    if completed is None:
        return alone
    if alone.status == "resolved":
        return alone if _means(alone) & _means(completed) else _contradiction(alone, completed)
    if completed.status == "ambiguous" and alone.status == "unknown":
        return alone
    return completed


def as_json(resolution: Resolution, explain: bool = False) -> dict[str, object]:
    """Return a resolution as plain JSON values; level is sido, sigungu or emd. With explain, its steps too."""
    values: dict[str, object] = {
        "status": resolution.status,
        "level": "emd" if resolution.level == "eupmyeondong" else resolution.level,
        "legal_code": resolution.legal_code,
        "admin_code": resolution.admin_code,
        "name": resolution.name,
        "warnings": list(resolution.warnings),
        "candidates": [candidate._asdict() for candidate in resolution.candidates],
    }
    if explain:
        values["steps"] = list(resolution.steps)
    return values


@lru_cache(maxsize=1 << 16)
def _parsed(text: str) -> ParsedText:
    return parse(text)


def _decide(parsed: ParsedText, text: str, on: dt.date, day: int, since: int) -> Resolution:
    if not parsed.readings:
        near = nearest(parsed.before.last, parsed.failed_word, day)
        reason = f"no division: {parsed.failed_word!r}" if parsed.failed_word else "nothing to read"
        if parsed.before.places:
            reason += f" below {_path(parsed.before)}"
        return Resolution(text, on, "unknown", candidates=_candidates(near), steps=(reason,))
    steps = ["read as " + " or ".join(dict.fromkeys(_path(reading) for reading in parsed.readings))]
    targets = _valid(parsed, day, since)
    warnings: tuple[str, ...] = ()
    if not targets:
        targets = _followed(parsed, day)
        warnings = (RENAMED,)
    named = _without_namesakes(targets)
    if len(named) < len(targets):
        steps.append("the legal dong, not its administrative namesake")
    codes = {target.code for target in named}
    vague = any(target.vague for target in named)
    if len(codes) == 1 and not vague:
        return _resolved(text, on, named[0], warnings, (*steps, named[0].step))
    if codes:
        fit = f"{len(codes)} divisions " + ("hold its ground, not valid on the day" if warnings else "fit")
        reason = "the short name may mean more" if len(codes) == 1 else fit
        return Resolution(text, on, "ambiguous", candidates=_candidates(codes), steps=(*steps, reason))
    above = {code for reading in parsed.readings for code in _above(reading, day)}
    return Resolution(
        text,
        on,
        "unknown",
        candidates=_candidates(above),
        steps=(*steps, "not valid on the day, no single successor known"),
    )


def _valid(parsed: ParsedText, day: int, since: int) -> list[_Target]:
    """Targets whose whole name is valid on the day, or was on a day since `since`."""
    known = gazetteer()
    targets = []
    for reading in parsed.readings:
        last = reading.places[-1]
        for code in () if last.is_former else last.codes:
            division = known.divisions[code]
            if division.start > day or division.end <= since or not _is_path(reading, code):
                continue
            if division.end > day:
                target = _target(reading, code, day, "valid on the day")
            else:
                heirs = known.images(code, day)
                heir = next(iter(heirs)) if len(heirs) == 1 else None
                if heir and known.divisions[heir].rank == division.rank:
                    target = _target(reading, heir, day, "valid within the period, since then succeeded")
                else:  # split since: the division as it was is the only exact answer
                    target = _target(reading, code, division.end - 1, "valid within the period, since then divided")
            targets += target
    return targets


def _followed(parsed: ParsedText, day: int) -> list[_Target]:
    """Targets of names not valid on the day: their heirs or forebears."""
    known = gazetteer()
    targets = []
    for reading in parsed.readings:
        for code in reading.places[-1].codes:
            true_path = _is_path(reading, code)
            for image in known.images(code, day):
                if true_path or _is_within(image, reading, day):
                    step = "not valid on the day: its successor"
                    if reading.places[-1].is_former:
                        step = "the name of a myeon before it became an eup"
                    elif known.divisions[code].end > day:
                        step = "not yet valid"
                    targets += _target(reading, image, day, step)
    return targets


def _target(reading: ParsedPlace, code: str, day: int, step: str) -> list[_Target]:
    """The target, or none when the administrative dong named beside it holds none of its ground on the day."""
    known = gazetteer()
    is_legal = reading.places[-1].is_legal
    partner = _partner(reading)
    if partner is None:
        return [_Target(code, day, is_legal, None, step, reading.vague)]
    held = set(known.administrative_of(code, day))
    named = {image for own in partner.codes for image in known.images(own, day)} & held
    return [_Target(code, day, is_legal, named.pop(), step, reading.vague)] if len(named) == 1 else []


def _partner(reading: ParsedPlace) -> Place | None:
    named_before = reading.places[-2] if len(reading.places) > 1 else None
    return named_before if named_before is not None and named_before.rank == EMD else None


def _uppers(reading: ParsedPlace) -> tuple[Place, ...]:
    return tuple(place for place in reading.places[:-1] if place.rank < EMD)


def _is_path(reading: ParsedPlace, code: str) -> bool:
    """Tell whether the places above were, under the very names given, above this code."""
    line = gazetteer().lines[code]
    return all(not line.isdisjoint(place.codes) for place in _uppers(reading))


def _is_within(code: str, reading: ParsedPlace, day: int) -> bool:
    """Tell whether a division lies, on the day, in what became of the places above it."""
    known = gazetteer()
    line = known.lines[code]
    return all(any(not line.isdisjoint(known.images(own, day)) for own in place.codes) for place in _uppers(reading))


def _without_namesakes(targets: list[_Target]) -> list[_Target]:
    """Leave out administrative dongs that have a legal namesake in the same sigungu."""
    known = gazetteer()
    legal = {known.divisions[target.code].sigungu for target in targets if target.is_legal}
    return [
        target for target in targets if target.is_legal or known.divisions[target.code].sigungu not in legal
    ] or targets


def _resolved(text: str, on: dt.date, target: _Target, warnings: tuple[str, ...], steps: tuple[str, ...]) -> Resolution:
    code = SEJONG if target.code == SEJONG_CITY else target.code
    division = gazetteer().divisions[code]
    sigungu = division.sigungu or (SEJONG_CITY[:5] if code == SEJONG else None)
    if division.rank < EMD:
        level: Level = "sigungu" if division.rank else "sido"
        return Resolution(
            text, on, "resolved", level, code, code, division.full_name, division.sido, sigungu, division.general_gu,
            None, warnings, (), steps,
        )  # fmt: skip
    legal, administrative = _both_codes(division, target)
    return Resolution(
        text, on, "resolved", "eupmyeondong", legal, administrative, division.full_name, division.sido, sigungu,
        division.general_gu, administrative or legal, warnings, (), steps,
    )  # fmt: skip


def _both_codes(division: Division, target: _Target) -> tuple[str | None, str | None]:
    """The legal and the administrative code of an emd, each None (or the legal sigungu) where it is not certain."""
    known = gazetteer()
    if division.kind == "administrative":
        legal = known.legal_of(division.code, target.day)
        return (legal[0] if len(legal) == 1 else division.parent), division.code
    if target.partner:
        return division.code, target.partner
    administrative = known.administrative_of(division.code, target.day)
    return division.code, administrative[0] if len(administrative) == 1 else None


def _complete(text: str, on: dt.date, day: int, since: int, within: str) -> Resolution | None:
    """Resolve the text below the place it is said to lie in, the narrowest first; None if that place is not sure."""
    context = _decide(_parsed(within), within, on, day, since)
    if context.status != "resolved" or context.legal_code is None:
        return None
    chain = _chain(context.legal_code)
    for length in range(len(chain), 0, -1):
        found = _decide(parse(text, ParsedPlace(chain[:length])), text, on, day, since)
        if found.status == "resolved":
            step = f"completed within {chain[length - 1].name}"
            return replace(found, warnings=(*found.warnings, COMPLETED), steps=(*found.steps, step))
        if found.status == "ambiguous":
            return found
    return None


def _chain(code: str) -> tuple[Place, ...]:
    """The places of a division and those above it, widest first, down to its sigungu or gu."""
    known, by_code = gazetteer(), places().by_code
    line = sorted((known.divisions[above] for above in known.lines[code]), key=lambda item: item.rank)
    return tuple(by_code[item.code] for item in line if item.rank < EMD and item.code != SEJONG_CITY)


def _contradiction(alone: Resolution, completed: Resolution) -> Resolution:
    """Text and context may each make sense and disagree: 광주, said by an institution in 경기도."""
    return Resolution(
        alone.text,
        alone.on,
        "ambiguous",
        candidates=_candidates(_means(alone) | _means(completed)),
        steps=(*alone.steps, *completed.steps),
    )


def _means(found: Resolution) -> set[str]:
    """The codes a resolution stands for: of what was named, or of all candidates."""
    if found.status != "resolved":
        return {candidate.code for candidate in found.candidates}
    known = gazetteer().divisions
    return {code for code in (found.legal_code, found.admin_code) if code and known[code].full_name == found.name}


def _above(reading: ParsedPlace, day: int) -> frozenset[str]:
    known = gazetteer()
    uppers = _uppers(reading)
    if not uppers:
        # Sejong was made of one gun and parts of two others: a hint, not a forebear.
        return known.images(SEJONG_CITY, day) if SEJONG in reading.places[0].codes else frozenset()
    return frozenset(image for code in uppers[-1].codes for image in known.images(code, day))


def _candidates(codes: set[str] | frozenset[str] | list[str]) -> tuple[RegionCandidate, ...]:
    """Name each full name once: of a legal and an administrative namesake the legal one, whose code is lower."""
    known = gazetteer()
    ordered = codes if isinstance(codes, list) else sorted(codes)
    names: dict[str, str] = {}
    for code in ordered:
        names.setdefault(known.divisions[code].full_name, code)
    return tuple(RegionCandidate(code, name) for name, code in names.items())


def _path(reading: ParsedPlace) -> str:
    return " > ".join(place.name for place in reading.places)
