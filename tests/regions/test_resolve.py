"""Texts as institutions write them resolve as the policy says; texts.csv holds them with their dates and answers."""

import csv
import datetime as dt
import doctest
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest

from sciculture_etl import regions
from sciculture_etl.regions import COMPLETED, REFERENCE_VERSION, RENAMED, Resolution, as_json, resolve, spelling

TEXTS = list(csv.DictReader((Path(__file__).parent / "texts.csv").open(encoding="utf-8", newline="")))
DAY = dt.date(2020, 6, 1)


def names(resolution: Resolution) -> list[str]:
    return [candidate.name for candidate in resolution.candidates]


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: f"{row['text']} {row['on']} {row['within']}{row['since']}")
def test_a_text_on_a_day_means_what_the_table_says(row: dict[str, str]) -> None:
    since = dt.date.fromisoformat(row["since"]) if row["since"] else None
    found = resolve(row["text"], dt.date.fromisoformat(row["on"]), row["within"] or None, since=since)
    answer = {
        "status": found.status,
        "name": found.name or "",
        "legal_code": found.legal_code or "",
        "admin_code": found.admin_code or "",
        "warnings": " ".join(found.warnings),
        "candidates": "|".join(names(found)),
    }
    assert answer == {key: row[key] for key in answer}


@pytest.mark.parametrize(
    "text",
    [
        "서울특별시 강남구 역삼1동",
        unicodedata.normalize("NFD", "서울특별시 강남구 역삼1동"),
        "서울　강남구　역삼１동",
        " 서울시\t강남구\n역삼 1동 ",
        "서울강남구역삼1동",
        "서울\u200b 강남구\u00a0역삼제1동",
        "서울특별시 서울특별시 강남구 강남구 역삼1동",
    ],
)
def test_typing_does_not_matter(text: str) -> None:
    assert resolve(text, DAY).admin_code == "1168064000"


def test_a_legal_name_beats_its_administrative_namesake() -> None:
    found = resolve("서울 종로구 사직동", DAY)
    assert (found.legal_code, found.admin_code) == ("1111011500", "1111053000")


def test_an_administrative_dong_of_one_legal_dong_has_both_codes() -> None:
    found = resolve("서울 강남구 역삼1동", DAY)
    assert (found.legal_code, found.admin_code, found.eupmyeondong_code) == ("1168010100", "1168064000", "1168064000")


def test_an_administrative_dong_of_several_legal_dongs_has_the_legal_sigungu() -> None:
    found = resolve("서울 종로구 청운효자동", DAY)
    assert (found.legal_code, found.admin_code) == ("1111000000", "1111051500")


def test_a_legal_dong_of_several_administrative_dongs_has_no_administrative_code() -> None:
    found = resolve("서울 강남구 역삼동", DAY)
    assert (found.legal_code, found.admin_code, found.eupmyeondong_code) == ("1168010100", None, "1168010100")


def test_a_general_gu_is_kept_and_rolled_up_to_its_si() -> None:
    found = resolve("수원시 장안구", DAY)
    assert (found.level, found.legal_code) == ("sigungu", "4111100000")
    assert (found.sigungu_code, found.general_gu_code, found.eupmyeondong_code) == ("41110", "41111", None)


def test_sejong_is_a_sido_that_counts_as_a_sigungu() -> None:
    for text in ("세종", "세종특별자치시", "세종특별자치시 세종시"):
        found = resolve(text, DAY)
        assert (found.level, found.legal_code, found.sigungu_code) == ("sido", "3600000000", "36110")


@pytest.mark.parametrize(
    ("text", "day", "warnings"),
    [
        ("인천 남구", dt.date(2018, 6, 30), ()),
        ("인천 남구", dt.date(2018, 7, 1), (RENAMED,)),
        ("인천 미추홀구", dt.date(2018, 6, 30), (RENAMED,)),
        ("강원도", dt.date(2023, 6, 10), ()),
        ("강원도", dt.date(2023, 6, 11), (RENAMED,)),
        ("강원", dt.date(2023, 6, 11), ()),
        ("전라북도", dt.date(2024, 1, 18), (RENAMED,)),
        ("경북 군위군", dt.date(2023, 7, 1), (RENAMED,)),
        ("군위군", dt.date(2023, 7, 1), ()),
    ],
)
def test_a_name_is_warned_of_outside_its_days(text: str, day: dt.date, warnings: tuple[str, ...]) -> None:
    found = resolve(text, day)
    assert (found.status, found.warnings) == ("resolved", warnings)


def test_a_name_valid_on_any_day_of_the_year_is_right_for_that_year() -> None:
    found = resolve("인천 남구", dt.date(2018, 12, 31), since=dt.date(2018, 1, 1))
    assert (found.name, found.warnings) == ("인천광역시 미추홀구", ())


def test_a_name_divided_within_the_year_stays_what_it_was() -> None:
    found = resolve("인천 중구", dt.date(2026, 12, 31), since=dt.date(2026, 1, 1))
    assert (found.legal_code, found.name, found.warnings) == ("2811000000", "인천광역시 중구", ())
    assert resolve("인천 중구", dt.date(2026, 12, 31)).status == "ambiguous"


def test_context_completes_a_name_only_where_the_result_is_unique() -> None:
    assert resolve("중구", DAY).status == "ambiguous"
    found = resolve("중구", DAY, "대전광역시 유성구")
    assert (found.name, found.warnings) == ("대전광역시 중구", (COMPLETED,))
    assert names(resolve("신사동", DAY, "서울")) == names(resolve("신사동", DAY))
    assert resolve("강남구", DAY, "서울").warnings == ()


def test_context_that_contradicts_a_text_leaves_it_ambiguous() -> None:
    assert names(resolve("광주", DAY, "경기도")) == ["광주광역시", "경기도 광주시"]


@pytest.mark.parametrize(
    "text", ["서욿 강남구", "서울 강냠구", "서울 강남구 역삼둥", "경기도 성남씨", "경기도 안성리 죽산면"]
)
def test_a_misspelling_never_resolves(text: str) -> None:
    assert resolve(text, DAY).status == "unknown"


def test_a_misspelling_gets_the_nearest_names() -> None:
    assert names(resolve("서울 강냠구", DAY)) == ["서울특별시 강남구"]
    assert names(resolve("서울 수원시", DAY)) == ["경기도 수원시"]


def test_json_uses_the_short_level_and_explains_on_request() -> None:
    found = as_json(resolve("세종 조치원읍", DAY))
    assert found["level"] == "emd"
    assert list(found) == ["status", "level", "legal_code", "admin_code", "name", "warnings", "candidates"]
    candidates = as_json(resolve("고성군", DAY))["candidates"]
    assert candidates == [
        {"code": "4282000000", "name": "강원도 고성군"},
        {"code": "4882000000", "name": "경상남도 고성군"},
    ]
    assert as_json(resolve("고성군", DAY), explain=True)["steps"]


@pytest.mark.parametrize("module", [regions, spelling])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted
    assert not outcome.failed


def test_the_reference_has_a_version() -> None:
    assert len(REFERENCE_VERSION) == 16
