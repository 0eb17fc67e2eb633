"""Places on the site: their pages, their maps, which districts had nothing, and what a change rewrites."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.pages.maps import boundary_maps
from sciculture_etl.publish import site
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.divisions import all_sidos, divisions, lineage
from sciculture_etl.publish.site.sido import sidos
from tests.nights import manifest
from tests.settled import Settled

LATEST = "releases/latest/site"
LEVELS = "mart_program_level_year"
PROGRAM = "daily_science_class"


def text_of(page: Path) -> str:
    """What it says, without its elements."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def release(small: Settled) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(small.warehouse / "sciculture.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def content(small: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Content]:
    """What pages are written from, in a copy that can be changed."""
    copy = tmp_path_factory.mktemp("regions") / "warehouse.duckdb"
    shutil.copyfile(small.warehouse / copy.name, copy)
    with duckdb.connect(str(copy)) as connection:
        yield Content(connection, load_table_contracts(), manifest(small.warehouse), Path("nowhere"))


def made_from(content: Content) -> dict[str, str]:
    content.asked.clear()
    return {page: site.made_from(content, page) for page in site.pages_of(content) if "/sido/" in page}


def test_every_sido_with_figures_has_a_page_in_both_languages(
    small: Settled, release: duckdb.DuckDBPyConnection, content: Content
) -> None:
    pages = {page for page in manifest(small.warehouse)["pages"] if re.fullmatch(r"\w\w/sido/(?!index).*", page)}
    asked = f"SELECT DISTINCT region_code FROM {LEVELS} WHERE region_level = 'sido' AND NOT is_remainder"
    codes = {code for (code,) in release.execute(asked).fetchall()}
    named = {one.name for one in all_sidos(content) if codes & set(one.codes)}
    assert named
    assert pages == {f"{language}/sido/{name}.html" for language in ("ko", "en") for name in named}


def test_a_sido_that_was_renamed_is_one_and_one_that_was_merged_is_not(content: Content) -> None:
    found = {one.name: one for one in all_sidos(content)}
    assert {name: found[name].codes for name in ("gangwon-do", "jeollabuk-do", "gwangju", "jeollanam-do")} == {
        "gangwon-do": ("42", "51"), "jeollabuk-do": ("45", "52"), "gwangju": ("29",), "jeollanam-do": ("46",),
    }  # fmt: skip
    merged = found["jeonnam-gwangju"]
    assert {one.name_ko for one in merged.follows} == {"광주광역시", "전라남도"}
    assert [one.name_ko for one in found["gwangju"].followed_by] == ["전남광주통합특별시"]


def test_the_page_of_a_sido_has_its_figures(
    small: Settled, release: duckdb.DuckDBPyConnection, content: Content
) -> None:
    for name, sido in sidos(content).items():
        said = text_of(small.warehouse / LATEST / f"ko/sido/{name}.html")
        codes = ", ".join(f"'{code}'" for code in sido.codes)
        asked = f"SELECT value FROM {LEVELS} WHERE region_level = 'sido' AND region_code IN ({codes}) AND is_additive"
        values = [value for (value,) in release.execute(asked).fetchall()]
        assert values
        assert [value for value in values if f" {int(value):,} " not in said] == []


def test_the_districts_that_had_nothing_are_named(small: Settled, release: duckdb.DuckDBPyConnection) -> None:
    """Which sigungu had no class in 2020, asked of the database and read on the page."""
    had = {
        code
        for (code,) in release.execute(
            f"SELECT region_code FROM {LEVELS} WHERE program_code = '{PROGRAM}' AND program_year = 2020 "
            "AND region_level = 'sigungu' AND NOT is_remainder"
        ).fetchall()
    }
    stood = release.execute(
        "SELECT sigungu_code, full_name_ko FROM dim_region WHERE level = 'sigungu' AND valid_from <= DATE '2020-12-31' "
        "AND (valid_to IS NULL OR valid_to > DATE '2020-12-31') ORDER BY sigungu_code"
    ).fetchall()
    assert len(stood) == 229
    without = " · ".join(name for code, name in stood if code not in had).replace("세종특별자치시 세종", "세종")
    said = text_of(small.warehouse / LATEST / f"ko/programs/{PROGRAM}.html")
    assert f" 2020 {len(had)} / 229 {229 - len(had)} {without} " in said


def test_maps_place_every_district_as_the_region_reference_does(
    release: duckdb.DuckDBPyConnection, content: Content
) -> None:
    today = set(boundary_maps("sigungu")[-1].shapes)
    asked = "SELECT sigungu_code, current_sigungu_code FROM dim_region WHERE level = 'sigungu'"
    for code, current in release.execute(asked).fetchall():
        on = lineage(content, "sigungu").divisions_on(today, code)
        assert on == {current} if current else len(on) > 1, divisions(content)[code]


def test_a_changed_figure_rewrites_the_pages_of_its_sido_alone(content: Content) -> None:
    before = made_from(content)
    assert made_from(content) == before
    name, sido = next(iter(sidos(content).items()))
    content.connection.execute("BEGIN")
    content.connection.execute(
        f"UPDATE published.{LEVELS} SET value = value + 1 WHERE region_level = 'sigungu' AND left(region_code, 2) = ?",
        [sido.codes[-1] if len(sido.codes) == 1 else sido.codes[0]],
    )
    changed = {page for page, known in made_from(content).items() if before[page] != known}
    content.connection.execute("ROLLBACK")
    assert changed == {f"{language}/sido/{name}.html" for language in ("ko", "en")}
