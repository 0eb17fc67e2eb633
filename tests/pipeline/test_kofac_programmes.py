"""The good files of the KOFAC forms through a whole run: the published figures are those the files hold, by hand."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from nights import night, publish_again, published, release_ids, settings, submit

from sciculture_etl.submissions import close_years

FORMS = Path(__file__).parents[1] / "contracts"
DATASETS = [
    "do_dream_operation", "imagination_room_program", "inclusive_program", "private_activity_project",
    "regional_culture_support", "satisfaction_survey", "science_museum_support", "voucher_usage",
]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kofac")
    for dataset in DATASETS:
        for number, path in enumerate(sorted((FORMS / dataset).glob("good_*"))):
            submit(folder / "inbox", f"가상 {dataset} {number}", path.name, path.read_bytes())
    report = night(folder / "inbox", folder / "warehouse")
    assert not report.acceptance.held
    places = settings(folder / "inbox", folder / "warehouse")
    close_years(places, "voucher_usage", [2022], "가상 사유: 결산 완료")
    assert publish_again(places).publication.outcome == "published"
    return folder / "warehouse"


FIGURES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "institutions by type, every type told": (
        "SELECT institution_type, institution_count, project_count, grant_amount_krw "
        "FROM mart_private_activity_by_type WHERE program_year = 2020 ORDER BY 1",
        [
            ("academic_society", 1, 2, 80_000_000),
            ("company", 1, 1, 20_000_000),
            ("foundation_corporation", 1, 1, 15_000_000),
            ("government_funded_institution", 0, 0, 0),
            ("municipal_organization", 1, 1, 8_000_500),
            ("ngo", 1, 1, 0),
            ("office_of_education", 0, 0, 0),
            ("school", 1, 1, 12_500_000),
            ("science_facility", 1, 1, 10_000_000),
        ],
    ),
    "open use is users, not programmes": (
        "SELECT institution_count, program_count, user_count FROM mart_imagination_room_summary",
        [(4, 7, 2140)],
    ),
    "types of programmes": (
        "SELECT program_type, program_count, user_count FROM mart_imagination_room_by_type ORDER BY 1",
        [("open_use", 0, 1496), ("regular", 3, 324), ("rolling", 2, 80), ("special_event", 2, 240)],
    ),
    "an operating day is a stop and a date": (
        "SELECT session_count, operating_day_count, visitor_count, round(satisfaction_score, 9), respondent_count "
        "FROM mart_do_dream_summary",
        [(18, 6, 253, 89.1, 200)],
    ),
    "a stop is read as a place": (
        "SELECT stop_name, sigungu_code, operating_day_count, satisfaction_score FROM mart_do_dream_by_stop ORDER BY 1",
        [
            ("강원 인제군", "42810", 2, 88.5),
            ("경남 고성군", "48820", 2, None),
            ("전남 신안군", "46910", 1, None),
            ("충북 영동군", "43740", 1, None),
        ],
    ),
    "satisfaction on one scale, rounded half up once": (
        "SELECT program_year, program_code, satisfaction_score, respondent_count FROM mart_satisfaction ORDER BY ALL",
        [
            (2020, "daily_science_class", 90.0, 1096),
            (2020, "do_dream", 89.1, 200),
            (2020, "infinite_imagination", 89.3, 3),
            (2021, "science_culture_voucher", 90.0, 250),
            (2021, "science_museum_support", 85.0, 50),
        ],
    ),
    "a centre is a province's, wherever its office is": (
        "SELECT program_year, local_government_code, sigungu_name, project_count, participant_count, national_fund_krw "
        "FROM mart_regional_culture ORDER BY 1, 2",
        [
            (2020, "30200", "유성구", 1, 5000, 100_000_000),
            (2020, "36110", "세종특별자치시", 1, 70, None),
            (2020, "48", None, 2, 3000, 200_000_000),
            (2021, "26", None, 1, 3000, 100_000_000),
            (2021, "42", None, 2, 1710, 150_000_000),
        ],
    ),
    "vouchers of the nation": (
        "SELECT issued_count, user_count, use_count, used_amount_krw, sigungu_count FROM mart_voucher_summary "
        "WHERE program_year = 2022",
        [(215, 178, 93, 4_995_000, 4)],
    ),
    "voucher cells of one or two persons, and those beside them, are withheld": (
        "SELECT sigungu_name, beneficiary_category, issued_count, suppressed FROM mart_voucher_by_region "
        "WHERE program_year = 2022 ORDER BY sigungu_code, 2",
        [
            ("종로구", "basic_livelihood", None, True),
            ("종로구", "near_poor", 40, False),
            # Of 40 to whom a voucher was issued all but two used it.
            ("종로구", "welfare_facility", None, True),
            ("세종특별자치시", "other", None, True),
            ("수원시", "other", 5, False),
            ("수원시", "remote_school", 100, False),
            ("철원군", "near_poor", None, True),
            ("철원군", "other", None, True),
        ],
    ),
    "a district's total of one person, and one beside it, are withheld": (
        "SELECT sigungu_name, value, suppressed FROM mart_program_region_year WHERE program_year = 2022 "
        "AND program_code = 'science_culture_voucher' AND measure = 'issued_count' ORDER BY sigungu_code",
        [("종로구", 82.0, False), ("세종특별자치시", None, True), ("수원시", 105.0, False), ("철원군", None, True)],
    ),
    "support of museums": (
        "SELECT museum_name, sigungu_name, exhibit_count, visitor_count, operating_day_count, support_amount_krw "
        "FROM mart_science_museum_support WHERE program_year = 2021 ORDER BY 1",
        [("가상산촌과학관", "괴산군", 1, 800, 55, 4_000_000), ("가상해양과학관", "여수시", 2, 6750, 98, 21_500_000)],
    ),
    "inclusive programmes of both halves": (
        "SELECT program_code, sigungu_name, institution_count, program_count, session_count, participant_count "
        "FROM mart_inclusive_program WHERE program_year = 2020 ORDER BY 1",
        [
            ("autonomous_activity", "종로구", 1, 1, 3, 45),
            ("creative_space", "안산시", 1, 1, 10, 1200),
            ("culture_gap", "인제군", 1, 1, 8, 64),
            ("inclusive_program", "안산시", 1, 2, 11, 165),
        ],
    ),
    "a sum over regions is the nation's, and counts that may not be added up stay out of it": (
        "SELECT measure, sum(value), max(value_not_additive) FROM mart_program_region_year "
        "WHERE program_code = 'do_dream' GROUP BY 1 ORDER BY 1",
        [("operating_day_count", None, 2.0), ("session_count", 18.0, None), ("visitor_count", 253.0, None)],
    ),
}


@pytest.mark.parametrize("about", FIGURES)
def test_the_published_figures_are_those_of_the_files(warehouse: Path, about: str) -> None:
    query, expected = FIGURES[about]
    assert published(warehouse, query) == expected


def test_vouchers_show_below_the_nation_once_the_year_is_closed(warehouse: Path) -> None:
    first, second = (warehouse / "releases" / name / "parquet" for name in release_ids(warehouse))
    query = (
        "SELECT count(*), count(issued_count), "
        "count(*) FILTER (issued_count_status = '…' AND used_amount_krw IS NULL), count(*) FILTER (suppressed) "
        "FROM read_parquet('{}/mart_voucher_by_region.parquet') WHERE program_year = 2022"
    )
    with duckdb.connect() as connection:
        assert connection.execute(query.format(first)).fetchall() == [(8, 0, 8, 0)]
        assert connection.execute(query.format(second)).fetchall() == [(8, 3, 0, 5)]
