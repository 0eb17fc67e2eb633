"""The institutions that take part, each under one code and name in all years, and the agency's register of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sciculture_sample.places import Place, draw, seat_of
from sciculture_sample.vocabulary import INSTITUTION_WORDS, INSTITUTION_WORDS_EN


@dataclass
class Institution:
    """A line of the register."""

    code: str
    name: str
    name_en: str
    register_type: str
    registered: dt.date
    seat: Place


class Pool(NamedTuple):
    """A group of institutions: their first number, the type they are registered as, what their names are made of."""

    first: int
    register_type: str
    pattern: str
    pattern_en: str


# Numbers below 201 are those of the centres of Daily Science Class.
GRANTEE_POOLS = {
    "ngo": Pool(201, "NGO단체", "가상{}시민과학모임", "Gasang {} Citizens for Science"),
    "school": Pool(211, "학교", "가상{}고등학교", "Gasang {} High School"),
    "science_facility": Pool(221, "과학관 등", "가상{}천문대", "Gasang {} Observatory"),
    "company": Pool(231, "기업", "(주)가상{}사이언스", "Gasang {} Science Co."),
    "office_of_education": Pool(261, "교육청", "가상{}교육지원청", "Gasang {} Office of Education"),
    "government_funded_institution": Pool(266, "출연(연) 등", "가상{}연구원", "Gasang {} Research Institute"),
    "foundation_corporation": Pool(271, "재단·사단법인", "(재)가상{}과학재단", "Gasang {} Science Foundation"),
    "municipal_organization": Pool(296, "지자체", "가상{}시청", "Gasang {} City Hall"),
    "academic_society": Pool(301, "학회·협회", "가상{}학회", "Gasang {} Society"),
}
ROOM_POOL = Pool(321, "과학관 등", "가상{}무한상상센터", "Gasang {} Imagination Centre")
MUSEUM_POOL = Pool(371, "과학관 등", "가상{}자연사과학관", "Gasang {} Museum of Nature and Science")
HUB_POOL = Pool(401, "재단·사단법인", "가상{}지역과학문화진흥원", "Gasang {} Local Science Culture Agency")
CITY_POOL = Pool(421, "지자체", "가상{}시 과학문화도시추진단", "Gasang {} Science City Office")
INCLUSIVE_POOL = Pool(441, "재단·사단법인", "가상{}나눔과학회", "Gasang {} Science Sharing Association")
VOUCHER_OPERATOR = Pool(461, "기업", "가상{}바우처운영(주)", "Gasang {} Voucher Services Co.")


def members(pool: Pool, count: int, districts: Sequence[Place]) -> list[Institution]:
    """The first `count` institutions of a pool; the same ones come first in every year."""
    return [_member(pool, index, districts) for index in range(count)]


def _member(pool: Pool, index: int, districts: Sequence[Place]) -> Institution:
    word = (index * 5 + pool.first) % len(INSTITUTION_WORDS)
    name = pool.pattern.format(INSTITUTION_WORDS[word])
    return Institution(
        code=f"INST-{pool.first + index:04d}",
        name=name,
        name_en=f"{pool.pattern_en.format(INSTITUTION_WORDS_EN[word])} (fictional)",
        register_type=pool.register_type,
        registered=dt.date(2005, 3, 2) + dt.timedelta(days=int(4_000 * draw(f"registered {name}"))),
        seat=seat_of(name, districts),
    )
