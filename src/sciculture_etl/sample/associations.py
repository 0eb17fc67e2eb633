"""Associations of Korean scientists and engineers overseas. Foundings are real where they stand; some codes and names,
and the weights by which members are split, are invented.
"""

from typing import NamedTuple


class Association(NamedTuple):
    """An association in a country; one in two countries stands twice. `joined`: the first year that tells of it."""

    code: str
    name: str
    name_en: str
    country: str
    world_region: str
    weight: float
    founded: str = ""
    place: str = ""
    joined: int = 2000


ASSOCIATIONS = (
    Association(
        "KSEA",
        "재미한인과학기술자협회",
        "Korean-American Scientists and Engineers Association",
        "US",
        "북미",
        40,
        "1971년 12월",
        "Vienna, Virginia, United States",
    ),
    Association(
        "AKCSE",
        "재캐나다한인과학기술자협회",
        "Association of Korean-Canadian Scientists and Engineers",
        "CA",
        "북미",
        9,
        "1986",
    ),
    Association(
        "VeKNI",
        "재독한국과학기술자협회",
        "Verein Koreanischer Naturwissenschaftler und Ingenieure in Deutschland",
        "DE",
        "유럽",
        6,
        "1973년 5월",
    ),
    Association(
        "KSEAUK",
        "재영한인과학기술자협회",
        "Korean Scientists and Engineers Association in the UK",
        "GB",
        "유럽",
        5,
        "1974",
    ),
    Association("ASCoF", "재불한국과학기술자협회", "Association Scientifique des Coreens en France", "FR", "유럽", 4),
    Association(
        "KOSEAA",
        "재오스트리아한인과학기술자협회",
        "Korean Scientists and Engineers Association in Austria",
        "AT",
        "유럽",
        2,
        "1998",
    ),
    Association(
        "KOSEANL",
        "재네덜란드한인과학기술자협회",
        "Korean Scientists and Engineers Association in the Netherlands",
        "NL",
        "유럽",
        1.5,
        "2012년 2월",
    ),
    Association(
        "KOSES", "재스칸디나비아한인과학기술자협회", "Korean Scientists and Engineers in Scandinavia", "SE", "유럽", 2
    ),
    Association(
        "KOSEAF",
        "재핀란드한인과학기술자협회",
        "Korean Scientists and Engineers Association in Finland",
        "FI",
        "유럽",
        1,
    ),
    Association(
        "KSSEA", "재스위스한인과학기술자협회", "Korean-Swiss Scientists and Engineers Association", "CH", "유럽", 1.5
    ),
    Association(
        "KSEAJ",
        "재일한국과학기술자협회",
        "Korean Scientists and Engineers Association in Japan",
        "JP",
        "아시아",
        8,
        "1983년 10월",
    ),
    Association(
        "KSEASG",
        "재싱가포르한인과학기술자협회",
        "Korean Scientists and Engineers Association in Singapore",
        "SG",
        "아시아",
        1.5,
    ),
    Association(
        "KSEAC", "재중한인과학기술자협회", "Korean Scientists and Engineers Association in China", "CN", "아시아", 3
    ),
    Association(
        "KECAST",
        "중국조선족과학기술자협회",
        "Korean-Ethnic Chinese Association of Science and Technology",
        "CN",
        "아시아",
        4,
    ),
    Association(
        "KASEA",
        "재호주·뉴질랜드한인과학기술자협회",
        "Korean-Australian Scientists and Engineers Association",
        "AU",
        "오세아니아",
        3,
    ),
    Association(
        "KASEA",
        "재호주·뉴질랜드한인과학기술자협회",
        "Korean-Australian Scientists and Engineers Association",
        "NZ",
        "오세아니아",
        1,
    ),
    Association(
        "KSEAR", "재러시아한인과학기술자협회", "Korean Scientists and Engineers Association in Russia", "RU", "CIS", 2
    ),
    Association(
        "ANTOK",
        "고려인과학기술자협회",
        "Association of Korean-Ethnic Scientists in Russia",
        "RU",
        "CIS",
        1.5,
        joined=2018,
    ),
    Association(
        "KAHAK", "카자흐스탄고려인과학기술자협회", "Association of Korean Scientists in Kazakhstan", "KZ", "CIS", 2
    ),
    Association(
        "TINBO", "우즈베키스탄고려인과학기술자협회", "Association of Korean Scientists in Uzbekistan", "UZ", "CIS", 1.5
    ),
)
