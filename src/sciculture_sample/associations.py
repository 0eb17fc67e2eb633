"""Associations of Korean scientists and engineers overseas.

Foundings are real where they stand. Codes that begin with ASSOC are placeholders, since no short name is known; the
second association in Russia, and the weights by which members are split, are invented.
"""

from typing import NamedTuple


class Association(NamedTuple):
    """An association in a country; one in two countries stands twice. `joined`: the first year that tells of it."""

    code: str
    name: str
    country: str
    world_region: str
    weight: float
    founded: str = ""
    name_en: str = ""
    place: str = ""
    joined: int = 2000


ASSOCIATIONS = (
    Association(
        "KSEA",
        "재미한인과학기술자협회",
        "US",
        "북미",
        40,
        "1971년 12월",
        "Korean-American Scientists and Engineers Association",
        "Vienna, Virginia, United States",
    ),
    Association(
        "AKCSE",
        "재캐나다한인과학기술자협회",
        "CA",
        "북미",
        9,
        "1986",
        "Association of Korean-Canadian Scientists and Engineers",
    ),
    Association("VeKNI", "재독한국과학기술자협회", "DE", "유럽", 6, "1973년 5월"),
    Association(
        "KSEAUK",
        "재영한인과학기술자협회",
        "GB",
        "유럽",
        5,
        "1974",
        "Korean Scientists and Engineers Association in the UK",
    ),
    Association("ASCoF", "재불한국과학기술자협회", "FR", "유럽", 4),
    Association("KOSEAA", "재오스트리아한인과학기술자협회", "AT", "유럽", 2, "1998"),
    Association("KOSEANL", "재네덜란드한인과학기술자협회", "NL", "유럽", 1.5, "2012년 2월"),
    Association("KOSES", "재스칸디나비아한인과학기술자협회", "SE", "유럽", 2),
    Association("ASSOC-FI", "재핀란드한인과학기술자협회", "FI", "유럽", 1),
    Association("ASSOC-CH", "재스위스한인과학기술자협회", "CH", "유럽", 1.5),
    Association("KSEAJ", "재일한국과학기술자협회", "JP", "아시아", 8, "1983년 10월"),
    Association("ASSOC-SG", "재싱가포르한인과학기술자협회", "SG", "아시아", 1.5),
    Association("ASSOC-CN-1", "재중한인과학기술자협회", "CN", "아시아", 3),
    Association("ASSOC-CN-2", "중국조선족과학기술자협회", "CN", "아시아", 4),
    Association("KASEA", "재호주뉴질랜드과학기술자협회", "AU", "오세아니아", 3),
    Association("KASEA", "재호주뉴질랜드과학기술자협회", "NZ", "오세아니아", 1),
    Association("ASSOC-RU", "재러한인과학기술자협회", "RU", "CIS", 2),
    Association("ASSOC-RU-2", "가상 고려인과학기술자협회", "RU", "CIS", 1.5, joined=2018),
    Association("ASSOC-KZ", "재카자흐스탄과학기술협회", "KZ", "CIS", 2),
    Association("ASSOC-UZ", "재우즈베키스탄과학기술협회", "UZ", "CIS", 1.5),
)
