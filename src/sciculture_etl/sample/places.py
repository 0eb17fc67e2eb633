"""The eup, myeon and dong in which the invented classes take place: real ones, whose written names have one meaning.

Only the committed region reference (two CSV files) is read; the resolver that reads submissions is not used here.
"""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "regions" / "reference"
SEJONG = "36"


@dataclass(frozen=True)
class Place:
    """An administrative division of the lowest level; `sigungu` holds the general gu too, and is empty in Sejong."""

    admin_code: str
    sigungu_code: str
    sido: str
    sigungu: str
    dong: str

    @property
    def city(self) -> str:
        """The si, gun or autonomous gu without its general gu."""
        return self.sigungu.split(" ")[0]


def load_places(year: int, reference: Path = REFERENCE) -> list[Place]:
    """Every administrative eup, myeon and dong valid all through `year` whose name is read in one way only."""
    first_day, last_day = f"{year}-01-01", f"{year}-12-31"

    def lasts(row: dict[str, str]) -> bool:
        return row["valid_from"] <= first_day and (not row["valid_to"] or row["valid_to"] > last_day)

    divisions = [
        row for row in _rows(reference / "divisions.csv") if row["level"] == "eupmyeondong" and _overlaps(row, year)
    ]
    administrative_of: dict[str, set[str]] = defaultdict(set)
    for link in _rows(reference / "legal_administrative.csv"):
        if _overlaps(link, year):
            administrative_of[link["legal_code"]].add(link["admin_code"])
    administrative = [row for row in divisions if row["kind"] != "legal"]
    namesakes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in divisions:
        if row["kind"] != "administrative":
            namesakes[row["sigungu_code"], plain_name(row["name_ko"])].add(row["code"])
    spellings = Counter((row["sigungu_code"], plain_name(row["name_ko"])) for row in administrative)

    def certain(row: dict[str, str]) -> bool:
        key = (row["sigungu_code"], plain_name(row["name_ko"]))
        same = namesakes[key] - {row["code"]}
        return spellings[key] == 1 and all(administrative_of[legal] == {row["code"]} for legal in same)

    places = [_place(row) for row in administrative if lasts(row) and certain(row)]
    return sorted((place for place in places if place is not None), key=lambda place: place.admin_code)


def plain_name(name: str) -> str:
    """A name without what writers vary: the 제 before a number, the marks of a list, spaces."""
    text = unicodedata.normalize("NFKC", name)
    return re.sub(r"제(?=\d)|[.·ㆍ,\s]", "", text)


def _place(row: dict[str, str]) -> Place | None:
    names = row["full_name_ko"].split(" ")
    sigungu = [] if row["sido_code"] == SEJONG else names[1:-1]
    if row["sido_code"] != SEJONG and not sigungu:
        return None
    if not re.fullmatch(r"\S+[읍면동가]", names[-1]) or "출장소" in row["full_name_ko"]:
        return None
    return Place(row["code"], row["sigungu_code"], names[0], " ".join(sigungu), names[-1])


def _overlaps(row: dict[str, str], year: int) -> bool:
    return row["valid_from"] <= f"{year}-12-31" and (not row["valid_to"] or row["valid_to"] > f"{year}-01-01")


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
