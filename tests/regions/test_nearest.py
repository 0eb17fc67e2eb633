"""Hints for unknown words: the same as a look at every name would give."""

import pytest

from sciculture_etl.regions import spelling
from sciculture_etl.regions.nearest import _alike
from sciculture_etl.regions.place_index import places


@pytest.mark.parametrize(
    "word", ["종루구", "삼청도", "삼정동", "해운대", "수원사", "사상구구", "없는시", "상일제일동", "ㅈ", "가" * 9_000]
)
def test_every_name_that_is_one_letter_off_is_found(word: str) -> None:
    letters = spelling.strokes(spelling.without_ordinal(word))
    alike = {name for name, form in places().letters.items() if spelling.is_one_letter_off(letters, form)}
    assert set(_alike(None, word)) == alike


def test_some_of_these_words_are_near_to_a_name() -> None:
    assert "종로구" in _alike(None, "종루구")
