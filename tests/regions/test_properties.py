"""What must hold for every division and any text."""

import datetime as dt
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sciculture_etl.regions import Resolution, resolve
from sciculture_etl.regions.gazetteer import SEJONG_CITY, Division, gazetteer

FIRST, LAST = dt.date(2010, 1, 2).toordinal(), dt.date(2026, 11, 1).toordinal()
DIVISIONS = [item for item in gazetteer().divisions.values() if item.code != SEJONG_CITY]
CHANGE_DAYS = sorted(
    {day for item in DIVISIONS for day in (item.start, item.end) if FIRST <= day <= LAST} | {FIRST, LAST}
)
_SHORT = (
    "11서울 26부산 27대구 28인천 29광주 30대전 31울산 36세종 41경기 42강원 51강원 43충북 44충남 45전북 52전북 46전남"
)
SHORT_SIDO = {word[:2]: word[2:] for word in f"{_SHORT} 47경북 48경남 50제주 12전남광주".split()}


def shortened(item: Division) -> str:
    return " ".join([SHORT_SIDO[item.sido], *item.full_name.split()[1:]])


def days_of(item: Division, rng: random.Random) -> set[int]:
    """The first and last change day within a division's life, one between, and its very last day."""
    days = [day for day in CHANGE_DAYS if item.is_valid(day)]
    return {days[0], days[-1], rng.choice(days), min(item.end - 1, LAST)} if days else set()


def is_itself(found: Resolution, item: Division) -> bool:
    """An administrative dong with a legal namesake in its sigungu is the legal one by policy."""
    codes = {found.legal_code, found.admin_code}
    right = item.code in codes or (item.kind == "administrative" and found.name == item.full_name)
    return found.status == "resolved" and right and not found.warnings


@pytest.mark.parametrize(
    "spell", [lambda item: item.full_name, lambda item: item.full_name.replace(" ", ""), shortened],
    ids=["full name", "without spaces", "short sido"],
)  # fmt: skip
def test_every_official_name_resolves_to_itself_on_its_change_days(spell) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(11)
    wrong = []
    for item in DIVISIONS:
        text = spell(item)
        for day in days_of(item, rng):
            found = resolve(text, dt.date.fromordinal(day))
            if not is_itself(found, item) and item.code not in {candidate.code for candidate in found.candidates}:
                wrong.append((text, dt.date.fromordinal(day), found.status, found.name))
    assert wrong == []


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DIVISIONS), st.sampled_from(CHANGE_DAYS), st.data())
def test_spaces_within_a_name_do_not_matter(item: Division, day: int, data: st.DataObject) -> None:
    # Before and after its time a name leads elsewhere, and its halves may be names of their own (금사 회동동).
    assume(item.start <= day < item.end)
    on = dt.date.fromordinal(day)
    head, _, own = item.full_name.rpartition(" ")
    cut = data.draw(st.integers(1, max(1, len(own) - 1)))
    apart = f"{head} {own[:cut]} {own[cut:]}".strip()
    whole, split = resolve(item.full_name, on), resolve(apart, on)
    assert split.status != "resolved" or split.name == whole.name or split.level != whole.level


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="서울경기도성남시분당구서현1동중앙 ,.·()제23로길리X", max_size=24), st.sampled_from(CHANGE_DAYS)
)
def test_any_text_gets_an_answer_that_holds_together(text: str, day: int) -> None:
    found = resolve(text, dt.date.fromordinal(day))
    if found.status == "resolved":
        assert found.name
        assert found.sido_code == (found.legal_code or "")[:2]
        assert not found.candidates
    else:
        assert found.name is None
        assert found.legal_code is None
    if found.status == "ambiguous":
        assert found.candidates


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([item for item in DIVISIONS if item.rank == 3]), st.sampled_from("갋놃댢뤋뫓뷁쇐"), st.data())
def test_a_changed_syllable_in_a_shaped_word_never_resolves_to_the_dong(
    item: Division, syllable: str, data: st.DataObject
) -> None:
    own = item.name
    place = data.draw(st.integers(0, len(own) - 2))
    wrong = f"{' '.join(item.full_name.split()[:-1])} {own[:place]}{syllable}{own[place + 1 :]}"
    found = resolve(wrong, dt.date.fromordinal(max(item.start, FIRST)))
    assert found.name != item.full_name


def test_two_places_in_one_text_never_resolve_to_one_of_them() -> None:
    rng = random.Random(3)
    day = dt.date(2022, 6, 1)
    districts = [item for item in DIVISIONS if item.rank in (1, 2) and item.is_valid(day.toordinal())]
    wrong = []
    for _ in range(6000):
        one, other = (item.name for item in rng.sample(districts, 2))
        if rng.random() < 0.5:
            one, other = (name[:-1] if len(name) > 2 else name for name in (one, other))
        text = f"{one}{rng.choice([' ', ', ', '·', '/', '-', ' 및 ', '와 ', '~'])}{other}"
        found = resolve(text, day)
        both = all(any(word.startswith(name) for word in (found.name or "").split()) for name in (one, other))
        if found.status == "resolved" and not both and one != "광주시":  # 광주시 동구 is one place
            wrong.append((text, found.name))
    assert wrong == []
