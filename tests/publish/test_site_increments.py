"""A page of the site is written again exactly where something of its own changed."""

from pathlib import Path
from typing import Any

import pytest

from tests.publish.site_tables import MANIFEST, site_content, written

KINDS = ("programs/",)
LEVELS = "published.mart_program_level_year"
OF_STARS = {"ko/programs/stars.html", "en/programs/stars.html"}
NEXT = {"release_id": "00003-20260106", "version": "1.0.2"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    return written(site_content(), tmp_path_factory.mktemp("before"), KINDS)


def test_another_release_with_the_same_figures_keeps_every_page(before: dict[str, Any], tmp_path: Path) -> None:
    assert before.keys() >= OF_STARS
    assert {"ko/programs/index.html", "ko/programs/stars.user_count.html", "ko/programs/plans.html"} <= before.keys()
    assert written(site_content(**NEXT), tmp_path, KINDS) == before


CHANGES: dict[str, tuple[tuple[str, ...], dict[str, Any], set[str]]] = {
    "a figure": ((f"UPDATE {LEVELS} SET value = 13 WHERE program_code = 'moons'",), {}, {"programs/moons.html"}),
    "a status": ((f"UPDATE {LEVELS} SET status = 'final' WHERE program_code = 'moons'",), {}, {"programs/moons.html"}),
    "two figures change places": (
        (f"UPDATE {LEVELS} SET value = 2756 - value WHERE program_code = 'stars' AND region_level = 'nation'",),
        {},
        {"programs/stars.html", "programs/stars.user_count.html"},
    ),
    "two marks change places": (
        (
            f"UPDATE {LEVELS} SET value_status = if(value_status = 'x', '…', 'x') "
            "WHERE program_code = 'stars' AND value_status IS NOT NULL",
        ),
        {},
        {"programs/stars.html", "programs/stars.user_count.html"},
    ),
    "a row of a table of its own": (
        ("INSERT INTO published.mart_do_dream_by_stop (program_year, stop_name) VALUES (2025, '역 앞')",),
        {},
        {"programs/stars.html"},
    ),
    "another year of a timeline": (
        ("UPDATE published.mart_cooperation_summary SET record_count = 5 WHERE program_year = 2025",),
        {},
        {"programs/talks.html"},
    ),
    "the name of a program": (
        ("UPDATE published.mart_program_catalog SET name_ko = '이야기들' WHERE program_code = 'talks'",),
        {},
        {"programs/talks.html", "programs/index.html"},
    ),
    "the name of a region": (
        ("UPDATE published.dim_region SET name_ko = '종로', full_name_ko = '서울 종로' WHERE name_ko = '종로구'",),
        {},
        {"programs/stars.user_count.html"},
    ),
    "the words of a measure": (
        (
            "INSERT INTO published.meta_column (table_name, column_name, description_ko, description_en) "
            "VALUES ('t', 'user_count', '별 보는 사람', 'Stargazers')",
        ),
        {},
        {"programs/moons.html", "programs/stars.user_count.html"},
    ),
    "a workbook more": (
        (),
        {"workbooks": MANIFEST["workbooks"] | {"plans": {"mart_program_activity": "program_code = 'plans'"}}},
        {"programs/plans.html"},
    ),
    "the name of a file": (
        (),
        {"portal_names": {"가상재단_별_20260106": "mart_do_dream_by_stop"}},
        {"programs/stars.html"},
    ),
    "a cube less": ((), {"cubes": ["stars.nation"]}, {"programs/moons.html"}),
    "the licence": ((), {"licence": "KOGL-0"}, {"programs/index.html", "programs/plans.html"}),
    "the publisher": ((), {"publisher": {"ko": "다른 재단", "en": "Other"}}, {"programs/plans.html"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_page_is_what_it_says_it_is_made_from(
    before: dict[str, tuple[str, str]], tmp_path: Path, change: str
) -> None:
    """No page is kept that would come out otherwise; those of the other programs stay."""
    statements, manifest, expected = CHANGES[change]
    after = written(site_content(*statements, **NEXT | manifest), tmp_path, KINDS)
    assert {path for path in before if after[path][0] == before[path][0] and after[path] != before[path]} == set()
    changed = {path for path in before if after[path][0] != before[path][0]}
    assert {f"ko/{path}" for path in expected} <= changed
    if change not in ("the licence", "the publisher"):
        kept = {"stars", "moons", "talks", "plans"} - {path.split("/")[1].split(".")[0] for path in expected}
        own = {path for path in before for name in kept if path.split("/")[-1].startswith(f"{name}.")}
        assert not own & changed or change == "the name of a region"
