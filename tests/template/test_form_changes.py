"""What changed in a form since the year before: told by what was offered then, and by places as they stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sciculture_etl.contracts import form_columns, load_contracts
from sciculture_etl.template.changes import (
    SIDO,
    SIGUNGU,
    FormHistory,
    OfferedColumn,
    column_changes,
    form_changes,
    place_changes,
)

CONTRACTS = load_contracts()
CLASSES = CONTRACTS["dsc_class"]


def test_columns_that_came_went_or_are_called_otherwise_are_named() -> None:
    kind = OfferedColumn("kind", "구분", "", True, {"a": "가", "b": "나"})
    count = OfferedColumn("count", "횟수", "회", False, between=(0, 10))
    before = [kind, count, OfferedColumn("old", "옛 항목", "", False)]
    after = [
        replace(kind, header="유형", offered={"a": "가", "c": "다"}),
        replace(count, is_required=True, unit="번", between=(0, 20)),
        OfferedColumn("new", "새 항목", "", False),
    ]
    assert [(change.kind, change.header, change.before, change.after) for change in column_changes(before, after)] == [
        ("renamed", "유형", "구분", "유형"),
        ("values_added", "유형", "", "다"),
        ("values_removed", "유형", "나", ""),
        ("unit", "횟수", "회", "번"),
        ("required", "횟수", "", ""),
        ("between", "횟수", "0~10", "0~20"),
        ("added", "새 항목", "", ""),
        ("removed", "옛 항목", "", ""),
    ]


def test_a_province_that_was_renamed_covers_what_lies_in_it() -> None:
    changes = {change.level: change for change in place_changes(2023, SIGUNGU)}
    assert (changes[SIDO].added, changes[SIDO].removed) == (["강원특별자치도"], ["강원도"])
    assert (changes[SIGUNGU].added, changes[SIGUNGU].removed) == (["대구광역시 군위군"], ["경상북도 군위군"])


def test_a_form_is_compared_with_the_one_that_was_offered_when_the_year_before_ended(tmp_path: Path) -> None:
    history = FormHistory(tmp_path)
    assert not form_changes(CLASSES, 2021, history).is_known
    history.note(CONTRACTS, date(2020, 12, 31))
    history.note(CONTRACTS, date(2021, 1, 1))  # no other form: no other line
    assert history.before("dsc_class", 2020) is None
    assert history.before("dsc_class", 2021) == [OfferedColumn.of(column) for column in form_columns(CLASSES)]
    assert form_changes(CLASSES, 2021, history).columns == []
