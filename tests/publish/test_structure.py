"""What changed of what readers rely on, by kind; what may go, and when; and the version that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sciculture_etl.contracts import BilingualText
from sciculture_etl.contracts.removal import Removal, Step
from sciculture_etl.publish.announced import why_unannounced
from sciculture_etl.publish.release_version import FIRST, Version, parse_version, version_of
from sciculture_etl.publish.structure import (
    Column,
    Notice,
    Structure,
    StructureChange,
    Table,
    highest_level,
    structure_changes,
)

COUNT = Column("BIGINT", "persons", True)
MORE_KINDS = Column("VARCHAR", codes={"a": "가 / A", "b": "나 / B", "c": "다 / C"})
KIND = Column("VARCHAR", codes={"a": "가 / A", "b": "나 / B"})
BEFORE: Structure = {
    "mart_stars": Table(("year",), {"year": Column("SMALLINT", "year"), "star_count": COUNT, "kind": KIND}),
    "dim_star": Table(("star_code",), {"star_code": Column("VARCHAR")}, codes=frozenset({"SUN", "VEGA"})),
}
TODAY = date(2026, 12, 1)
REASON = BilingualText(ko="가상의 까닭", en="an invented reason")


def with_column(name: str, column: Column | None, structure: Structure = BEFORE) -> Structure:
    """The same, but for one column of ``mart_stars``; None takes it away."""
    table = structure["mart_stars"]
    columns = {**table.columns} | ({name: column} if column else {})
    if column is None:
        del columns[name]
    return structure | {"mart_stars": replace(table, columns=columns)}


def with_stars(*codes: str) -> Structure:
    return BEFORE | {"dim_star": replace(BEFORE["dim_star"], codes=frozenset(codes))}


WITHOUT_STARS = {name: table for name, table in BEFORE.items() if name != "dim_star"}
NEW_TABLE = BEFORE | {"mart_moons": Table(("year",), {"year": Column("SMALLINT", "year")})}
GOING = Notice(date(2026, 10, 1), date(2026, 12, 31), "planet_count")


@pytest.mark.parametrize(
    ("after", "level", "told"),
    [
        (BEFORE, "patch", []),
        (NEW_TABLE, "minor", ["added mart_moons"]),
        (with_column("moon_count", COUNT), "minor", ["added mart_stars.moon_count"]),
        (with_column("kind", MORE_KINDS), "minor", ["added mart_stars.kind=c"]),
        (with_stars("SUN", "VEGA", "RIGEL"), "minor", ["added dim_star.star_code=RIGEL"]),
        (with_column("star_count", replace(COUNT, deprecated=GOING)), "minor", ["deprecated mart_stars.star_count"]),
        (WITHOUT_STARS, "major", ["removed dim_star"]),
        (with_column("star_count", None), "major", ["removed mart_stars.star_count"]),
        (with_column("star_count", replace(COUNT, type="DOUBLE")), "major", ["type mart_stars.star_count"]),
        (with_column("star_count", replace(COUNT, unit="visits")), "major", ["unit mart_stars.star_count"]),
        (with_column("star_count", replace(COUNT, is_additive=False)), "major", ["additive mart_stars.star_count"]),
        (with_column("kind", replace(KIND, codes={"a": ""})), "major", ["removed mart_stars.kind=b"]),
        (with_stars("SUN"), "major", ["removed dim_star.star_code=VEGA"]),
        (with_stars("SUN", "WEGA"), "major", ["removed dim_star.star_code=VEGA", "added dim_star.star_code=WEGA"]),
        (
            BEFORE | {"mart_stars": replace(BEFORE["mart_stars"], grain=("year", "kind"))}, "major",
            ["grain mart_stars"],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_change_has_its_part_of_the_version(after: Structure, level: str, told: list[str]) -> None:
    changes = structure_changes(BEFORE, after)
    assert [f"{change.kind} {change.what}" for change in changes] == told
    assert highest_level(changes) == level


def test_of_two_changes_the_greater_one_counts() -> None:
    after = with_column("star_count", None, with_column("moon_count", COUNT))
    assert highest_level(structure_changes(BEFORE, after)) == "major"


def test_words_change_nothing_and_unknown_codes_are_not_compared() -> None:
    renamed = with_column("kind", replace(KIND, codes={"a": "other words", "b": "다른 말"}))
    assert structure_changes(BEFORE, renamed) == []
    assert structure_changes(BEFORE, with_column("kind", replace(KIND, codes=None))) == []


def refusals(
    after: Structure, *removals: Removal, before: Structure = BEFORE, renamed: tuple[tuple[str, str, str], ...] = ()
) -> list[str]:
    return why_unannounced(structure_changes(before, after), before, removals, renamed, TODAY)


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (WITHOUT_STARS, "dim_star"),
        (with_column("star_count", None), "mart_stars.star_count"),
        (with_column("kind", replace(KIND, codes={"a": ""})), "mart_stars.kind=b"),
        (with_stars("SUN"), "dim_star.star_code=VEGA"),
    ],
)
def test_what_goes_unannounced_is_refused_by_name_and_an_entry_lets_it_go(after: Structure, what: str) -> None:
    (said,) = refusals(after)
    assert said.count(what) >= 2  # in both languages
    assert "expectations/removals" in said
    assert refusals(after, Removal(what="mart_stars.other", reason=REASON)) == [said]
    assert refusals(after, Removal(what=what, reason=REASON)) == []


def test_what_is_deprecated_goes_once_its_day_has_come() -> None:
    gone = with_column("star_count", None)
    due, later = (
        with_column("star_count", replace(COUNT, deprecated=Notice(date(2026, 10, 1), until)))
        for until in (TODAY, date(2026, 12, 2))
    )
    assert refusals(gone, before=due) == []
    (said,) = refusals(gone, before=later)
    assert "2026-12-02" in said
    # An entry alone breaks no promise; one that says so does.
    entry = Removal(what="mart_stars.star_count", reason=REASON)
    assert refusals(gone, entry, before=later) == [said]
    assert refusals(gone, entry.model_copy(update={"is_early": True}), before=later) == []


def test_the_day_of_a_removal_can_be_put_off_and_not_brought_forward() -> None:
    before = with_column("star_count", replace(COUNT, deprecated=GOING))
    sooner, later = (
        with_column("star_count", replace(COUNT, deprecated=replace(GOING, until=until)))
        for until in (date(2026, 12, 30), date(2027, 6, 30))
    )
    assert "2026-12-31" in refusals(sooner, before=before)[0]
    assert refusals(later, before=before) == []
    assert refusals(BEFORE, before=before) == []  # it stays after all


@pytest.mark.parametrize(
    ("column", "kind", "was", "now"),
    [
        (replace(COUNT, type="DOUBLE"), "type", "BIGINT", "DOUBLE"),
        (replace(COUNT, unit="visits"), "unit", "persons", "visits"),
        (replace(COUNT, is_additive=False), "additive", True, False),
    ],
)
def test_another_meaning_is_announced_with_what_it_was_and_is(
    column: Column, kind: str, was: object, now: object
) -> None:
    after, what = with_column("star_count", column), "mart_stars.star_count"
    (said,) = refusals(after)
    assert f"{what}: its {kind}" in said
    exact = Removal.model_validate({"what": what, "reason": REASON.model_dump(), kind: {"was": was, "now": now}})
    assert refusals(after, exact) == []
    # A removal, or a step to something else, lets no step through.
    assert refusals(after, Removal(what=what, reason=REASON)) == [said]
    other = exact.model_copy(update={kind: Step(was=was, now="other")})
    assert refusals(after, other) == [said]


def test_a_code_that_was_renamed_on_the_list_may_go() -> None:
    after = with_stars("SUN", "WEGA")
    assert "code_change.csv" in refusals(after)[0]
    assert refusals(after, renamed=(("dim_star", "star_code", "VEGA"),)) == []
    assert refusals(after, renamed=(("mart_stars", "star_code", "VEGA"),))


@pytest.mark.parametrize(
    ("level", "expected"), [("patch", "1.2.4"), ("minor", "1.3.0"), ("major", "2.0.0")]
)  # fmt: skip
def test_a_version_counts_on_by_the_part_that_changed(level: str, expected: str) -> None:
    assert str(Version(1, 2, 3).after(level)) == expected
    assert Version(1, 2, 3).lines == ("1", "1.2")


def test_versions_are_ordered_by_number_and_read_or_not_at_all() -> None:
    assert parse_version("1.10.0") > parse_version("1.9.9")  # type: ignore[operator]
    for text in ("1.2", "1.2.3.4", "v1.2.3", "1.2.x", "", None, 12):
        assert parse_version(text) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"release_id": "00001-20260101"}, "1.0.0"),
        ({"release_id": "00007-20260101"}, "1.0.6"),
        ({"release_id": "00007-20260101", "version": "2.1.0"}, "2.1.0"),
        ({"release_id": "00007-20260101", "version": "broken"}, "1.0.6"),
        ({}, str(FIRST)),
    ],
)
def test_a_release_of_before_there_were_versions_counts_by_its_number(said: dict[str, str], expected: str) -> None:
    assert str(version_of(said)) == expected


def test_a_change_names_table_column_and_code() -> None:
    change = StructureChange("removed", "mart_stars.kind=b")
    assert (change.table, change.column, change.code) == ("mart_stars", "kind", "b")
    assert (StructureChange("added", "mart_stars").table, StructureChange("added", "mart_stars").column) == (
        "mart_stars", "",
    )  # fmt: skip
