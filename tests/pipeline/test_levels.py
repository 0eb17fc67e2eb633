"""Figures of every level of the region: each counted anew, what may be added up sums to the level above it."""

from typing import Any

from nights import published, rows

# What of a level lies in a region of the level above, by their codes: a remainder bears the code of the wider one.
WITHIN = {
    "sido": ("nation", "true"),
    "sigungu": ("sido", "left(n.region_code, 2) = w.region_code"),
    "general_gu": ("sigungu", "coalesce(d.sigungu_code, n.region_code) = w.region_code"),
    "eupmyeondong": ("sigungu", "coalesce(d.sigungu_code, n.region_code) = w.region_code"),
}
# Their national tables have the same measures as columns.
SUMMARIES = {
    "daily_science_class": "mart_dsc_summary",
    "infinite_imagination": "mart_imagination_room_summary",
    "do_dream": "mart_do_dream_summary",
    "science_culture_voucher": "mart_voucher_summary",
}
# The survey of Do Dream isn't rounded there, and is compared with mart_satisfaction.
ROUNDED = "satisfaction_score"


def test_2020_has_the_districts_that_were_published(years: Any) -> None:
    levels = published(
        years.warehouse,
        "SELECT region_level, count(*) FROM mart_program_level_year WHERE program_code = 'daily_science_class' "
        "AND program_year = 2020 AND measure = 'class_count' GROUP BY ALL",
    )
    assert {name: count for name, count in levels if name != "general_gu"} == {
        "nation": 1, "sido": 17, "sigungu": 169, "eupmyeondong": 1096,
    }  # fmt: skip
    counted = published(
        years.warehouse,
        "SELECT measure, value FROM mart_program_level_year WHERE program_code = 'daily_science_class' "
        "AND program_year = 2020 AND region_level = 'nation' AND measure IN ('sigungu_count', 'eupmyeondong_count')",
    )
    assert dict(counted) == {"sigungu_count": 169, "eupmyeondong_count": 1096}
    assert published(
        years.warehouse,
        "SELECT count(DISTINCT sigungu_code), count(DISTINCT eupmyeondong_code), count(*) "
        "FROM mart_dsc_by_eupmyeondong WHERE program_year = 2020 AND class_count > 0",
    ) == [(169, 1096, 1096)]


def test_what_may_be_added_up_sums_to_the_level_above(years: Any) -> None:
    """In every region of every program, measure and year, as they are before anything is withheld; none is lost."""
    for level, (wider, lies_within) in WITHIN.items():
        told = rows(
            years.warehouse / "warehouse.duckdb",
            "SELECT w.program_code, w.program_year, w.region_code, w.measure, any_value(w.value) = sum(n.value) "
            "FROM mart_program_level_year AS n "
            "LEFT JOIN dim_region AS d ON d.level = n.region_level AND d.region_code = rpad(n.region_code, 10, '0') "
            "JOIN mart_program_level_year AS w USING (program_code, program_year, measure) "
            f"WHERE n.is_additive AND n.region_level = '{level}' AND w.region_level = '{wider}' AND ({lies_within}) "
            "GROUP BY ALL",
        )
        assert len(told) > 40
        assert [row for row in told if not row[-1]] == []
        ((lost,),) = rows(
            years.warehouse / "warehouse.duckdb",
            "SELECT count(*) FROM mart_program_level_year AS n "
            "LEFT JOIN dim_region AS d ON d.level = n.region_level AND d.region_code = rpad(n.region_code, 10, '0') "
            f"WHERE n.region_level = '{level}' AND n.is_additive AND NOT EXISTS ("
            "FROM mart_program_level_year AS w WHERE "
            "w.program_code = n.program_code AND w.program_year = n.program_year AND w.measure = n.measure "
            f"AND w.region_level = '{wider}' AND ({lies_within}))",
        )
        assert lost == 0, f"rows of {level} that lie in no {wider}"


def test_the_nation_is_that_of_the_national_tables(years: Any) -> None:
    compared = 0
    for program, table in SUMMARIES.items():
        nation = published(
            years.warehouse,
            "SELECT program_year, measure, value FROM mart_program_level_year "
            f"WHERE program_code = '{program}' AND region_level = 'nation' AND measure <> '{ROUNDED}'",
        )
        names = [name for (name,) in published(years.warehouse, f"SELECT column_name FROM (DESCRIBE {table})")]
        summary = {}
        for row in published(years.warehouse, f"FROM {table}"):
            by_name = dict(zip(names, row, strict=True))
            summary |= {(by_name["program_year"], name): value for name, value in by_name.items()}
        for year, measure, value in nation:
            shown = summary.get((year, measure))
            compared += shown is not None
            assert shown in (None, value), (program, year, measure)
    assert compared > 25
    assert (
        published(
            years.warehouse,
            f"SELECT s.program_code FROM mart_satisfaction AS s LEFT JOIN mart_program_level_year AS l "
            f"ON l.program_code = s.program_code AND l.program_year = s.program_year AND l.measure = '{ROUNDED}' "
            f"AND l.region_level = 'nation' WHERE s.{ROUNDED} IS DISTINCT FROM l.value",
        )
        == []
    )
    assert (
        published(
            years.warehouse,
            "SELECT t.program_year FROM (SELECT program_year, sum(project_count) AS projects, "
            "sum(institution_count) AS institutions FROM mart_private_activity_by_type GROUP BY ALL) AS t "
            "JOIN mart_program_level_year AS l USING (program_year) WHERE program_code = 'private_activity' "
            "AND region_level = 'nation' AND CASE measure WHEN 'project_count' THEN projects <> value "
            "WHEN 'institution_count' THEN institutions <> value END",
        )
        == []
    )


def test_regions_are_those_of_the_table_without_levels(years: Any) -> None:
    """Row by row: a number that stands in both is the same, and only zeros are in one alone."""
    differing = published(
        years.warehouse,
        "SELECT r.program_code, r.program_year, r.region_code, r.measure, r.value, l.value FROM ("
        "  SELECT program_code, program_year, coalesce(sigungu_code, sido_code, '00') AS region_code, measure,"
        "  CASE WHEN sigungu_code IS NOT NULL THEN 'sigungu' ELSE 'sido' END AS region_level,"
        "  coalesce(value, value_not_additive) AS value FROM mart_program_region_year"
        ") AS r LEFT JOIN mart_program_level_year AS l "
        "USING (program_code, program_year, region_level, region_code, measure) "
        "WHERE r.value <> coalesce(l.value, 0)",
    )
    assert differing == []
    ((programs, more),) = published(
        years.warehouse,
        "SELECT count(DISTINCT l.program_code) FILTER (r.program_code IS NOT NULL), list(DISTINCT l.program_code) "
        "FILTER (r.program_code IS NULL) FROM mart_program_level_year AS l "
        "LEFT JOIN (SELECT DISTINCT program_code FROM mart_program_region_year) AS r USING (program_code)",
    )
    ((expected,),) = published(years.warehouse, "SELECT count(DISTINCT program_code) FROM mart_program_region_year")
    assert programs == expected
    assert more == ["private_activity"]


def test_what_may_not_be_added_up_is_counted_from_the_reports_of_each_level(years: Any) -> None:
    build = years.warehouse / "warehouse.duckdb"
    counted = {
        "facility_count": "count(DISTINCT facility_code) AS n FROM fct_dsc_facility",
        "institution_count": "count(DISTINCT institution_code) AS n FROM fct_dsc_class",
        "eupmyeondong_count": "count(DISTINCT eupmyeondong_code) AS n FROM fct_dsc_class",
    }
    for measure, count in counted.items():
        for level, code in {"sido": "sido_code", "general_gu": "general_gu_code"}.items():
            ((compared, equal),) = rows(
                build,
                f"SELECT count(*), count(*) FILTER (n = value) "
                f"FROM (SELECT program_year, {code} AS region_code, {count} GROUP BY ALL) AS f "
                "JOIN mart_program_level_year AS l USING (program_year, region_code) WHERE "
                f"region_level = '{level}' AND measure = '{measure}' AND program_code = 'daily_science_class'",
            )
            assert compared == equal > 10
    instructors = rows(
        build,
        "SELECT count(*), count(*) FILTER (n = value) FROM ("
        "  SELECT program_year, sido_code, sum(instructor_count) AS n FROM fct_dsc_institution_year"
        "  JOIN (SELECT DISTINCT program_year, institution_code, sido_code FROM fct_dsc_class) AS c"
        "  USING (program_year, institution_code) GROUP BY ALL"
        ") AS f JOIN mart_program_level_year AS l ON l.program_year = f.program_year AND l.region_code = f.sido_code "
        "AND l.region_level = 'sido' AND l.measure = 'instructor_count'",
    )
    assert instructors[0][0] == instructors[0][1] > 20


def test_projects_and_surveys_stand_where_their_form_says(years: Any) -> None:
    levels = published(
        years.warehouse,
        "SELECT program_code, measure, list(DISTINCT region_level ORDER BY region_level), bool_or(is_remainder) "
        "FROM mart_program_level_year WHERE program_code = 'private_activity' AND measure = 'grant_amount_krw' "
        "OR measure = 'respondent_count' AND program_code IN ('do_dream', 'infinite_imagination') GROUP BY ALL",
    )
    assert {program: (stands, remains) for program, _, stands, remains in levels} == {
        "private_activity": (["nation", "sido"], False),
        "do_dream": (["nation", "sido"], True),  # 인천·경기
        "infinite_imagination": (["nation"], False),
    }


def test_readers_are_warned_of_adding_up_levels(years: Any) -> None:
    ((comment,),) = published(
        years.warehouse, "SELECT comment FROM duckdb_tables() WHERE table_name = 'mart_program_level_year'"
    )
    assert "더하면 안 됨" in comment
    assert "never add up rows of different region_level" in comment
    assert published(
        years.warehouse,
        "SELECT is_additive FROM meta.column WHERE table_name = 'mart_program_level_year' AND column_name = 'value'",
    ) == [(False,)]


def test_attendance_is_shown_by_country_and_by_kind_and_not_by_both(years: Any) -> None:
    sums = rows(
        years.warehouse / "warehouse.duckdb",
        "SELECT (SELECT sum(attendee_count) FROM mart_event_attendance_by_type), "
        "(SELECT sum(attendee_count) FROM mart_event_attendance_by_country), "
        "(SELECT sum(attendee_count) FROM fct_event_attendance)",
    )
    assert len(set(sums[0])) == 1
    held = "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%event_attendance%' ORDER BY ALL"
    assert published(years.warehouse, held) == [
        ("mart_event_attendance_by_country",),
        ("mart_event_attendance_by_type",),
    ]
