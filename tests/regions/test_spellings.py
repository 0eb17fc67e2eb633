"""Every dong and district as addresses spell it: roads named after it, numerals, brackets, lots, widest last."""

import datetime as dt
import random
import re
from collections.abc import Iterator

import pytest

from sciculture_etl.regions import Resolution, resolve
from sciculture_etl.regions.gazetteer import SEJONG, SEJONG_CITY, Division, gazetteer
from sciculture_etl.regions.resolution import MAX_LETTERS

DAY = dt.date(2022, 6, 1)
VALID = [item for item in gazetteer().divisions.values() if item.is_valid(DAY.toordinal()) and item.code != SEJONG_CITY]
DISTRICTS = [item for item in VALID if item.rank in (1, 2)]
EMD = random.Random(5).sample([item for item in VALID if item.rank == 3], 900)
NUMERALS = "영일이삼사오육칠팔구십"
ROADS = [
    "동로 172",
    "서로10길 35",
    "삭2로 123",
    "1길 12",
    "길 7",
    "중앙로 3-4",
    "3번길 8",
    "로12번길 4",
    "대로 100",
    "2나길 6",
]


def above(item: Division) -> str:
    return item.full_name.rpartition(" ")[0]


def means(found: Resolution, item: Division) -> bool:
    return found.status == "resolved" and (
        item.code in (found.legal_code, found.admin_code) or found.name == item.full_name
    )


def misread(texts: Iterator[tuple[str, Division]]) -> list[tuple[str, str | None]]:
    answers = [(text, item, resolve(text, DAY)) for text, item in texts]
    assert answers
    return [(text, found.name) for text, item, found in answers if not means(found, item)]


@pytest.mark.parametrize("road", ROADS)
def test_a_road_named_after_a_dong_is_no_dong(road: str) -> None:
    parents = {item.code: gazetteer().divisions[item.parent or ""] for item in EMD}
    whole = {SEJONG_CITY: gazetteer().divisions[SEJONG]}
    texts = (
        (f"{above(item)} {item.name}{road}", whole.get(parents[item.code].code, parents[item.code])) for item in EMD
    )
    assert misread(texts) == []


@pytest.mark.parametrize(
    "shape",
    [
        "{above} 한빛동로 3 ({own}.한빛중학교)",
        "{above} 한빛로 3（한빛여자고등학교.{own}）",
        "{above} 한빛로3길 7 [{own}・e한빛마을]",
        "{above} 한빛로 3 한빛아파트 105동 ({own})",
        "{above} 한빛로 3, 지하동 ({own},한빛빌딩)",
        "{above} 한빛로 3 정문입구【{own}】",
        "{above} {own} 12-3번지 외 2필지",
        "{above} {own} 12-3번지외2필지 지하1층",
        "{above} {own} 12, 6단지 관리동 주변",
    ],
)
def test_a_dong_beside_roads_lots_and_buildings_is_found(shape: str) -> None:
    texts = ((shape.format(above=above(item), own=item.name), item) for item in EMD)
    assert misread(texts) == []


@pytest.mark.parametrize(
    "word", ["212동", "가동", "A동", "관리동", "제102동", "본관동", "입구", "주변", "후면", "힐스테이트 5동"]
)
def test_parts_of_a_building_after_a_road_number_leave_the_district(word: str) -> None:
    names = {item.name for item in VALID}
    texts = ((f"{item.full_name} 한빛로 12 {word}", item) for item in DISTRICTS if word not in names)
    assert misread(texts) == []
    assert resolve(f"서울 은평구 {word}", DAY).status == "unknown" or not re.search("동$", word) or word == "A동"


def test_a_numeral_may_be_written_as_a_digit_or_a_word() -> None:
    names = {(item.parent, item.name) for item in VALID}
    texts = []
    for item in VALID:
        parts = re.fullmatch(r"([가-힣]*[^제\W\d])([1-9]|10)(동|가)", item.name)
        if item.rank == 3 and parts:
            stem, number, suffix = parts.groups()
            others = [f"{stem}{NUMERALS[int(number)]}{suffix}"]
            if suffix == "가" and stem[-1] == "동":
                others += [f"{stem[:-1]}{number}가", f"{stem[:-1]}{NUMERALS[int(number)]}가"]
            texts += [(f"{above(item)} {other} 12", item) for other in others if (item.parent, other) not in names]
    assert len(texts) > 1500
    assert misread(iter(texts)) == []


@pytest.mark.parametrize("name", ["도련", "화북", "외도", "아라"])
def test_a_digit_may_stand_for_a_numeral_in_a_name(name: str) -> None:
    for number in (1, 2):
        found = resolve(f"제주 제주시 {name}{number}동", DAY)
        assert found.name == f"제주특별자치도 제주시 {name}{NUMERALS[number]}동"
        assert found.warnings == ()


@pytest.mark.parametrize("shape", ["{own}, {sido}", "{own}({sido})", "{own}（{sido}）", "{own} / {sido}"])
def test_a_district_before_its_sido_is_found(shape: str) -> None:
    split = [(item, *item.full_name.split(" ", 1)) for item in DISTRICTS if item.name != "광주시"]
    assert misread((shape.format(own=own, sido=sido), item) for item, sido, own in split) == []
    inner = [(item, item.full_name.split()) for item in EMD]
    assert misread((", ".join(reversed(words)), item) for item, words in inner) == []


def test_a_district_before_a_sido_that_it_is_not_in_is_unknown() -> None:
    rng = random.Random(8)
    for item in DISTRICTS:
        sido = rng.choice([other for other in VALID if other.rank == 0])
        ever = gazetteer().divisions.values()
        namesakes = [other for other in ever if other.name == item.name and other.sido == sido.sido]
        if not namesakes and item.name != "광주시":
            assert resolve(f"{item.name}, {sido.name}", DAY).status == "unknown", (item.name, sido.name)


def test_an_eup_by_its_old_name_is_found_and_warned_of() -> None:
    for item in VALID:
        if item.rank == 3 and item.name[-1] == "읍":
            found = resolve(f"{above(item)} {item.name[:-1]}면", DAY)
            assert means(found, item)
            assert found.warnings == ("W_REGION_RENAMED",)
            assert resolve(f"{item.full_name} 12 ({item.name[:-1]}면)", DAY).warnings == ()


@pytest.mark.parametrize(
    "piece", ["가", "서울", "서울특별시", "중구 ", "광주 ", "1", "1.", "동", "(", "로1", "역삼.", "외 "]
)
def test_a_text_longer_than_any_place_is_unknown_and_not_read(piece: str) -> None:
    found = resolve(piece * 140_000, DAY)
    assert (found.status, found.candidates) == ("unknown", ())
    assert resolve(f"서울 강남구 {piece * 140_000}", DAY, "서울").status == "unknown"
    assert resolve((piece * MAX_LETTERS)[:MAX_LETTERS], DAY).status in ("resolved", "ambiguous", "unknown")
