"""The eup, myeon and dong in which the invented classes take place: real ones, whose written names have one meaning.

Only the committed region reference (two CSV files) is read; the resolver that reads submissions is not used here.
"""

import csv
import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "sciculture_etl" / "regions" / "reference"
SEJONG = "36"
SHORT_SIDO = {
    "서울특별시": "서울", "부산광역시": "부산", "대구광역시": "대구", "인천광역시": "인천", "광주광역시": "광주",
    "대전광역시": "대전", "울산광역시": "울산", "세종특별자치시": "세종", "경기도": "경기", "강원도": "강원",
    "충청북도": "충북", "충청남도": "충남", "전라북도": "전북", "전라남도": "전남", "경상북도": "경북",
    "경상남도": "경남", "제주특별자치도": "제주", "강원특별자치도": "강원", "전북특별자치도": "전북",
}  # fmt: skip
Identity = tuple[str, str, str]


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

    @property
    def identity(self) -> Identity:
        """What the place is called in every year, whatever its code and however its sido is named then."""
        return SHORT_SIDO[self.sido], self.sigungu, self.dong

    @property
    def district(self) -> "Place":
        """The si, gun or autonomous gu it lies in, as a place without a dong."""
        return replace(self, admin_code="", sigungu=self.city, dong="")


@cache
def load_places(year: int, reference: Path = REFERENCE) -> tuple[Place, ...]:
    """Every administrative eup, myeon and dong there all through `year` whose name is read in one way only.

    One that only got another code in the year, as all of Gangwon did in 2023, was there all through it.
    """
    first_day, last_day = f"{year}-01-01", f"{year}-12-31"
    recoded = {
        row["successor_code"]
        for row in _rows(reference / "successions.csv")
        if row["change"] == "recoded" and first_day < row["changed_on"] <= last_day
    }

    def lasts(row: dict[str, str]) -> bool:
        there = row["valid_from"] <= first_day or row["code"] in recoded
        return there and (not row["valid_to"] or row["valid_to"] > last_day)

    divisions = [
        row
        for row in _rows(reference / "divisions.csv")
        if row["level"] == "eupmyeondong" and _is_overlapping(row, year)
    ]
    administrative_of: dict[str, set[str]] = defaultdict(set)
    for link in _rows(reference / "legal_administrative.csv"):
        if _is_overlapping(link, year):
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
        # A legal division with the row's own code may be administered elsewhere, as three townships of Paju are.
        is_its_own = administrative_of.get(row["code"], {row["code"]}) == {row["code"]}
        return spellings[key] == 1 and is_its_own and all(administrative_of[one] == {row["code"]} for one in same)

    places = [_place(row) for row in administrative if lasts(row) and certain(row)]
    return tuple(sorted((place for place in places if place is not None), key=lambda place: place.admin_code))


def districts_of(places: Sequence[Place]) -> list[Place]:
    """Every si, gun and autonomous gu with a place among these, by their codes."""
    by_code = {place.sigungu_code: place.district for place in places}
    return [by_code[code] for code in sorted(by_code)]


def draw(text: str) -> float:
    """A number of 0 to 1 that depends on the text alone: what is drawn with it stays from year to year."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def seat_of(name: str, districts: Sequence[Place]) -> Place:
    """The district in which something of this name is: the same one in every year in which the district is there."""
    return max(districts, key=lambda district: draw(f"{name} {' '.join(district.identity)}"))


@cache
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


def _is_overlapping(row: dict[str, str], year: int) -> bool:
    return row["valid_from"] <= f"{year}-12-31" and (not row["valid_to"] or row["valid_to"] > f"{year}-01-01")


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(csv.DictReader(lines))
