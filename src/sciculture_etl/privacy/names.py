"""Whether a column holds the names of persons, and not counts, institutions, kinds of people or answers."""

from __future__ import annotations

import re

import polars as pl

from sciculture_etl.privacy.kinds import FAMILY, plain
from sciculture_etl.project import read_words

WORDS = read_words("personal_names.yml")
ONE, TWO = WORDS["family_names"], "|".join(WORDS["double_family_names"])
TITLE = f"(?:{'|'.join(sorted(WORDS['titles'], key=len, reverse=True))})"
HANGUL_NAME = re.compile(
    rf"(?:\d{{1,3}}[.)]?\s?)?(?:[{ONE}]\s?[가-힣OX*○●◯□]\s?[가-힣*○●◯□]{{0,2}}|(?:{TWO})\s?[가-힣*○]{{1,2}})"
    rf"\s?{TITLE}?(?:\s?외\s?\d{{0,4}}\s?[명인])?"
)
LATIN_NAME = re.compile(r"[A-Z][A-Za-z'\-]{1,20}\.?,?(?:\s[A-Z][A-Za-z'\-]{0,20}\.?,?){1,3}(?:\s?\([^()]{0,30}\))?")
HAN_NAME = re.compile(r"[\u4e00-\u9fff]\s?[\u4e00-\u9fff]\s?[\u4e00-\u9fff]?[\u4e00-\u9fff]?")
KANA_NAME = re.compile(r"[\u30a0-\u30ff]{2,10}[\s・=]?[\u30a0-\u30ff]{0,10}")
# Foreign names in Hangul: two words and more, of which the last need be no Korean given name.
FOREIGN_NAME = re.compile(r"[가-힣]{1,5}(?:\s[가-힣A-Z][가-힣.]{0,5}){1,3}")
BETWEEN = re.compile(r"\s?[,;/·ㆍ、\n]\s?|\s및\s")
# Words that begin like a name and are none: kinds of people, answers, places, offices, posts.
NOT_A_NAME = frozenset(WORDS["not_names"])
ENDING = re.compile(f"(?:{'|'.join(sorted(WORDS['endings'], key=len, reverse=True))})$")
ENDS_LIKE_NAMES = 3  # syllables and fewer, of which one-syllable endings say nothing: 김지원, 이수시, 박한명
# As most are called: of other words, few have three syllables of which the first is a family name.
SURE_NAME = re.compile(rf"[{FAMILY}]\s?[가-힣]\s?[가-힣]|{LATIN_NAME.pattern}")
PLACE_OR_SCHOOL = re.compile(r"[가-힣]{1,6}[시군구읍면초중고색]")
FEW_PLACES = 3  # a person may be called so, three may not
COUNTED = re.compile(r"[\d\s,.\-~()%]+(?:명|인|회|개|건|점|%)?")
SAMPLE = 1_000  # values of a column that are looked at
LONGEST = 60  # characters in which names stand


def holds_names(below: pl.Series, surely: bool = False) -> bool:
    """Whether half of what a column holds, or more, are names of persons.

    Args:
        surely: nine of ten must be, as most persons are called.
    """
    values = below.drop_nulls()
    if not values.len():
        return False
    step = max(1, values.len() // SAMPLE)
    told = [
        value for value in values.gather_every(step).head(SAMPLE).to_list() if not COUNTED.fullmatch(value[:LONGEST])
    ]
    if len(set(told)) >= FEW_PLACES and all(PLACE_OR_SCHOOL.fullmatch(value[:LONGEST]) for value in told):
        return False
    if surely:
        return bool(told) and 10 * sum(
            bool(SURE_NAME.fullmatch(value)) and is_name(value) for value in told
        ) >= 9 * len(told)
    named = sum(is_name(value) for value in told)
    return named > 0 and 2 * named >= len(told)


def is_name(text: str) -> bool:
    """Whether a cell holds one person's name or several."""
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition(",")[0]
    parts = [part for part in BETWEEN.split(plain(text).strip(" .,;/")) if part]
    return bool(parts) and sum(map(_is_one, parts)) * 2 >= len(parts)


def _is_one(text: str) -> bool:
    bare = re.sub(r"\s?\([^()]{0,30}\)$", "", text.strip())
    if LATIN_NAME.fullmatch(bare):
        return True
    squeezed = re.sub(rf"\s(?:{TITLE})$", "", bare).replace(" ", "")
    if squeezed in NOT_A_NAME or HAN_NAME.fullmatch(bare) or KANA_NAME.fullmatch(bare):
        return squeezed not in NOT_A_NAME
    found = ENDING.search(squeezed)
    if found and (len(found[0]) > 1 or len(squeezed) > ENDS_LIKE_NAMES) and not re.search(rf"\s?{TITLE}$", bare):
        return False
    if HANGUL_NAME.fullmatch(bare):
        return True
    return bool(FOREIGN_NAME.fullmatch(bare)) and not any(
        len(word) > 1 and (word in NOT_A_NAME or ENDING.search(word)) for word in bare.split()
    )
