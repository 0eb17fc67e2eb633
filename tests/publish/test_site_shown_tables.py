"""Tables on the page of a program: what is too large for it is shown by what is newest, numbers as people read them."""

import re
from pathlib import Path

from sciculture_etl.pages.numbers import shown_number
from tests.publish.site_tables import MANIFEST, site_content, written

ATTENDANCE = "mart_event_attendance_by_country"
EVENTS = f"""
    INSERT INTO published.{ATTENDANCE} BY NAME
    SELECT series_code, year - 2000 AS edition_no, year AS event_year, 'C' || no AS country_code, 'p' AS status,
        'C' || no AS country_name_ko, 'C' || no AS country_name_en, no * 10 AS attendee_count
    FROM (VALUES ('AKC', 2024), ('UKC', 2025)) AS t (series_code, last_year),
        range(2016, last_year + 1) AS y (year), range(12) AS c (no)
"""


def test_of_events_that_are_not_held_every_year_the_newest_edition_of_each_is_shown(tmp_path: Path) -> None:
    shares = MANIFEST["workbooks"]
    content = site_content(EVENTS, workbooks=shares | {"talks": {ATTENDANCE: "true"}})
    _, text = written(content, tmp_path, ("programs/talks",))["ko/programs/talks.html"]
    assert set(re.findall(r"<td>(AKC|UKC)</td>\s*<td[^>]*>(\d+)</td>", text)) == {("AKC", "24"), ("UKC", "25")}
    assert "행사마다 가장 최근 회차의 24행만 보입니다. 전체 228행은" in text


def test_the_day_of_a_release_is_the_one_that_it_was_in_korea(tmp_path: Path) -> None:
    pages = written(site_content(), tmp_path, ("index", "changes"))
    assert all("2026-01-06" in text for _, text in pages.values())


def test_a_sido_without_a_code_of_its_own_has_its_name_in_both_languages(tmp_path: Path) -> None:
    content = site_content(
        "ALTER TABLE published.mart_do_dream_by_stop DROP COLUMN sido_code",
        "INSERT INTO published.mart_do_dream_by_stop (program_year, stop_name, sido_name, sigungu_code, sigungu_name) "
        "VALUES (2025, '가', '서울특별시', '11110', '종로구')",
    )
    contract = content.table_contracts["mart_do_dream_by_stop"]
    left = {name: column for name, column in contract.columns.items() if name != "sido_code"}
    content.table_contracts["mart_do_dream_by_stop"] = contract.model_copy(update={"columns": left})
    _, text = written(content, tmp_path, ("programs/stars.html",))["en/programs/stars.html"]
    assert "<td>Seoul</td><td>Jongno-gu</td>" in re.sub(r">\s+<", "><", text)


def test_the_list_says_how_many_programs_it_has(tmp_path: Path) -> None:
    _, text = written(site_content(), tmp_path, ("programs/index",))["en/programs/index.html"]
    assert "4 programs" in text


def test_shares_and_scores_have_one_decimal_whatever_their_table_has() -> None:
    said = [
        shown_number(88.880128, None, "of 100"),
        shown_number(0.25, None, "percent"),
        shown_number(90, None, "of 100"),
    ]
    assert said == ["88.9", "0.3", "90.0"]
    assert shown_number(12.345, None, "persons") == "12.345"
