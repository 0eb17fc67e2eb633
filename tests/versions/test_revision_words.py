"""What names say of their place among versions. Every name is invented."""

from __future__ import annotations

import unicodedata

import pytest

from sciculture_etl.versions.revision_words import named_version

# Name → what is left of it, the day in it, its revision words.
NAMES = {
    "실적.xlsx": ("실적", None, ""),
    "실적_수정.csv": ("실적", None, "수정 1"),
    "실적 수정2.hwpx": ("실적", None, "수정 2"),
    "실적_재수정.xlsx": ("실적", None, "수정 2"),
    "실적_재재수정.xlsx": ("실적", None, "수정 3"),
    "실적_2차수정.xlsx": ("실적", None, "수정 2"),
    "실적(수정).xlsx": ("실적", None, "수정 1"),
    "「수정본」 실적.xlsx": ("실적", None, "수정 1"),
    "(수정)실적.xlsx": ("실적", None, "수정 1"),
    "실적(수정)_가상센터.xlsx": ("실적가상센터", None, "수정 1"),
    "실적_정정.xlsx": ("실적", None, "정정 1"),
    "실적_보완2.xlsx": ("실적", None, "보완 2"),
    "실적_재제출.xlsx": ("실적", None, "재제출 1"),
    "실적최종.xlsx": ("실적", None, "최종 1"),
    "실적_최종2.xlsx": ("실적", None, "최종 2"),
    "실적_최종최종.xlsx": ("실적", None, "최종 2"),
    "실적_최종_수정.xlsx": ("실적", None, "최종 1/수정 1"),
    "실적최종수정2.xlsx": ("실적", None, "최종 1/수정 2"),
    "실적_진짜최종.xlsx": ("실적", None, "최종 1/진짜 1"),
    "실적_FINAL.XLSX": ("실적", None, "최종 1"),
    "★진짜최종★_실적(수정3).csv": ("실적", None, "최종 1/진짜 1/수정 3"),
    "실적(1).xlsx": ("실적", None, "() 1"),
    "실적 (2).xlsx": ("실적", None, "() 2"),
    "실적（１）.xlsx": ("실적", None, "() 1"),
    "실적 - 복사본.csv": ("실적", None, "복사본 1"),
    "실적 - 복사본 (2).csv": ("실적", None, "복사본 1/() 2"),
    "실적_v2.xlsx": ("실적", None, "v 200"),
    "실적 ver.2.xlsx": ("실적", None, "v 200"),
    "실적_v1.10.xlsx": ("실적", None, "v 110"),
    "실적_rev3.xlsx": ("실적", None, "rev 300"),
    "실적_2.xlsx": ("실적", None, "_ 2"),
    # Days.
    "실적_20200415.xlsx": ("실적", "2020-04-15", ""),
    "실적_200415.xlsx": ("실적", "2020-04-15", ""),
    "20200415_실적.xlsx": ("실적", "2020-04-15", ""),
    "실적_2020.4.15_수정.xlsx": ("실적", "2020-04-15", "수정 1"),
    "실적 2020년 4월 15일.xlsx": ("실적", "2020-04-15", ""),
    "실적_20200101-20200331.xlsx": ("실적20200101 20200331", None, ""),  # a period
    "실적_20201332.xlsx": ("실적20201332", None, ""),
    "실적_201012.xlsx": ("실적201012", None, ""),  # December 2010, or 12 October 2020
    "실적_202004.xlsx": ("실적202004", None, ""),
    # No revisions: years, terms, months, places and reports that are called so.
    "실적_2020.xlsx": ("실적2020", None, ""),
    "실적_2020_1.xlsx": ("실적2020 1", None, ""),
    "실적_1-2.xlsx": ("실적1 2", None, ""),
    "실적_1기.xlsx": ("실적1기", None, ""),
    "2기 수정.csv": ("2기", None, "수정 1"),
    "실적_수정_2기.xlsx": ("실적2기", None, "수정 1"),
    "실적_수정_2020.xlsx": ("실적2020", None, "수정 1"),
    "수정구_실적.xlsx": ("수정구실적", None, ""),
    "최종보고서.hwpx": ("최종보고서", None, ""),
    "dev2.csv": ("dev2", None, ""),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says(name: str) -> None:
    stem, day, words = NAMES[name]
    for spelled in (name, unicodedata.normalize("NFD", name)):
        found = named_version(spelled)
        said = "/".join(f"{word} {int(number)}" for word, number in map(str.split, found.rank.split("/")[:-1]))
        assert (found.stem, found.day and str(found.day), said) == (stem, day, words)
