"""The invented year holds the published figures exactly, counted here from its rows and nothing else."""

import pytest

from sciculture_sample.history import CLASSES
from sciculture_sample.places import load_places
from sciculture_sample.world import Centre, ClassRow, build_world, repeat_classes


@pytest.fixture(scope="module")
def world() -> list[Centre]:
    return build_world(CLASSES[2020], load_places(2020), 33, 2020, [index % 2 == 0 or index < 2 for index in range(33)])


@pytest.fixture(scope="module")
def rows(world: list[Centre]) -> list[ClassRow]:
    return [row for one in world for row in one.classes]


def test_the_seven_figures_are_the_published_ones(world: list[Centre], rows: list[ClassRow]) -> None:
    assert len({one.name for one in world}) == 33
    assert len({row.facility.place.sigungu_code for row in rows}) == 169
    assert len({row.facility.place.admin_code for row in rows}) == 1_096
    assert sum(one.lead_instructors + one.assistant_instructors for one in world) == 929
    assert len({row.facility.code for row in rows}) == 2_330
    assert sum(row.sessions for row in rows) == 43_539
    assert sum(row.beneficiaries for row in rows) == 121_551
    assert len(rows) == 5_500


def test_the_sharing_share_is_the_reported_one(rows: list[ClassRow]) -> None:
    share = sum(row.sessions for row in rows if row.track == "나눔과학교실") / 43_539
    assert share == pytest.approx(0.786, abs=0.0005)


def test_every_listed_facility_is_used_and_every_used_one_is_listed(world: list[Centre]) -> None:
    for one in world:
        assert {facility.code for facility in one.facilities} == {row.facility.code for row in one.classes}


def test_two_facilities_are_shared_by_two_centres(world: list[Centre]) -> None:
    assert sum(len(one.facilities) for one in world) == 2_332


@pytest.mark.parametrize("scale", [1, 7])
def test_no_class_key_occurs_twice(world: list[Centre], scale: int) -> None:
    for one in world:
        for term in (1, 2, 3, 4):
            classes = repeat_classes([row for row in one.classes if row.term == term], scale)
            assert classes
            keys = {(r.facility.name, r.facility.place.admin_code, r.class_name, r.class_no) for r in classes}
            assert len(keys) == len(classes)


def test_numbers_keep_to_the_contract(rows: list[ClassRow]) -> None:
    for row in rows:
        assert 0 <= row.sessions <= 400
        assert 0 <= row.beneficiaries <= 2_000
        assert row.beneficiaries <= row.attendances <= row.sessions * row.beneficiaries
        assert row.satisfaction is None or 0 <= row.satisfaction <= 100


def test_another_seed_gives_another_year_with_the_same_figures(rows: list[ClassRow]) -> None:
    other = build_world(CLASSES[2020], load_places(2020), 33, 7, [True] * 33)
    other_rows = [row for one in other for row in one.classes]
    assert other_rows != rows
    assert sum(row.beneficiaries for row in other_rows) == 121_551


def test_other_numbers_of_institutions_are_possible_within_reason() -> None:
    places = load_places(2020)
    assert len(build_world(CLASSES[2020], places, 75, 1, [False] * 75)) == 75
    with pytest.raises(ValueError, match="institutions must be 1 to"):
        build_world(CLASSES[2020], places, 500, 1, [False] * 500)
