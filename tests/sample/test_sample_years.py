"""Several years and all datasets: their sums, read from the files by the naive second look, are those of each year."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from sample_reading import column_cells, column_sum, disk_path, number

from sciculture_sample import SampleReport, write_sample
from sciculture_sample.columns import HEADERS
from sciculture_sample.editions import SPONSORS_OF_THE_13TH
from sciculture_sample.files import NOTICE
from sciculture_sample.history import (
    CLASSES,
    INCLUSIVE_PARTICIPANTS,
    MEMBERS,
    MUSEUM_VISITORS,
    ROOMS,
    TOURS,
    VOUCHER_USERS,
)

Truth = dict[str, Any]
Tables = dict[tuple[str, str | None], list[list[Any]]]
YEARS = (2019, 2020, 2021, 2023)
PUBLISHED = {
    "K01": 3, "K02": 3, "K03": 1, "K04": 21, "K05": 0, "K06": 0, "K07": 11, "K08": 1, "K09": 3, "K10": 43, "K11": 33,
    "K12": 169, "K13": 1_096, "K14": 929, "K15": 2_330, "K16": 43_539, "K17": 121_551, "K18": 246_079, "K19": 23,
    "K20": 582, "K20a": 582, "K21": 175, "K22": 60, "K23": 2_036, "K24": 89.2, "F01": 18, "F02": 18_895,
    "F03": "1971, 12", "F04": "Vienna, Virginia, United States",
    "F05": "Korean-American Scientists and Engineers Association", "F10": "Pyeongyang", "I01": 13,
    "I02": "13th International Symposium of Science Museums 2023", "I03": 2023, "I04": "2023-11-02",
    "I05": "2023-11-03", "I06": 2, "I07": "SPACE: Crisis or Opportunity", "I08": "Power of Space that Gathers People",
    "I09": "National Science Museum", "I10": "Ministry of Science and ICT", "I11": "National Science Museum", "I12": 7,
    "I12a": "Gwacheon National Science Museum", "I12b": "Gwangju National Science Museum",
    "I12c": "Daegu National Science Museum", "I12d": "Busan National Science Museum",
    "I12e": "Korea Foundation for the Advancement of Science and Creativity", "I12f": "Daejeon Metropolitan City",
    "I12g": "Daejeon Transportation Culture Institute",
}  # fmt: skip


def parts_in_force(truth: Truth, dataset: str, year: int) -> Iterator[tuple[Truth, Truth]]:
    for file in truth["files"]:
        if file["years"] == [year] and "superseded_by" not in file and "duplicate_of" not in file:
            yield from ((file, part) for part in file["parts"] if part["dataset"] == dataset)


def bad_rows(part: Truth) -> set[int]:
    return {finding["row"] for finding in part["findings"] if finding["code"].startswith("E_")}


def read_sum(truth: Truth, tables: Tables, dataset: str, year: int, field: str) -> int:
    return sum(
        column_sum(tables[file["path"], part["sheet"]], HEADERS[dataset][field], bad_rows(part))[1]
        for file, part in parts_in_force(truth, dataset, year)
    )


def read_rows(truth: Truth, tables: Tables, dataset: str, year: int, *fields: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for file, part in parts_in_force(truth, dataset, year):
        rows = tables[file["path"], part["sheet"]]
        columns = [column_cells(rows, HEADERS[dataset][field], bad_rows(part)) for field in fields]
        found += zip(*columns, strict=True)
    return found


def test_the_truth_holds_every_published_figure_of_its_years(years_truth: Truth) -> None:
    assert years_truth["published"] == PUBLISHED


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("dataset", "field", "totals"),
    [
        ("dsc_class", "session_count", {year: figures.sessions for year, figures in CLASSES.items()}),
        ("dsc_class", "beneficiary_count", {year: figures.beneficiaries for year, figures in CLASSES.items()}),
        ("imagination_room_program", "user_count", {year: figures.users for year, figures in ROOMS.items()}),
        ("do_dream_operation", "session_count", {year: figures.sessions for year, figures in TOURS.items()}),
        ("do_dream_operation", "visitor_count", {year: figures.visitors for year, figures in TOURS.items()}),
        ("voucher_usage", "user_count", VOUCHER_USERS),
        ("science_museum_support", "visitor_count", MUSEUM_VISITORS),
        ("inclusive_program", "participant_count", INCLUSIVE_PARTICIPANTS),
    ],
)
def test_sums_read_from_the_files_are_those_of_the_year(
    years_truth: Truth, years_tables: Tables, year: int, dataset: str, field: str, totals: dict[int, int]
) -> None:
    assert read_sum(years_truth, years_tables, dataset, year, field) == totals[year]


@pytest.mark.parametrize("year", YEARS)
def test_members_read_from_the_files_are_those_of_the_year(years_truth: Truth, years_tables: Tables, year: int) -> None:
    field = "all_members_count" if year % 2 else "member_count"
    dataset = "overseas_association_membership"
    assert read_sum(years_truth, years_tables, dataset, year, field) == MEMBERS[year]
    rows = read_rows(years_truth, years_tables, dataset, year, "association_code", "country_code")
    assert len({code for code, _ in rows}) == 19
    assert len({country for _, country in rows}) == 18
    assert {country for code, country in rows if code == "KASEA"} == {"AU", "NZ"}


def test_grantees_of_2020_read_from_the_file_are_43_of_the_published_types(
    years_truth: Truth, years_tables: Tables
) -> None:
    names = ("institution_name", "institution_type", "project_code")
    rows = read_rows(years_truth, years_tables, "private_activity_project", 2020, *names)
    types = defaultdict(set)
    for institution, kind, _ in rows:
        types[kind].add(institution)
    assert sorted(map(len, types.values())) == [1, 1, 3, 3, 3, 11, 21]
    assert len({institution for institution, _, _ in rows}) == 43 < len({code for _, _, code in rows})


def test_programs_and_operating_days_are_counted_as_they_were_published(
    years_truth: Truth, years_tables: Tables
) -> None:
    rooms = read_rows(
        years_truth, years_tables, "imagination_room_program", 2020, "institution_name", "program_type", "program_name"
    )
    assert len({institution for institution, _, _ in rooms}) == 23
    assert sum(kind != "상시이용" for _, kind, _ in rooms) == 582
    days = read_rows(
        years_truth, years_tables, "do_dream_operation", 2020, "stop_name", "operation_date", "session_count"
    )
    held = {(stop, str(day)) for stop, day, times in days if number(times)}
    assert len(held) == 60 == len(days) - 1


@pytest.mark.parametrize("year", YEARS)
def test_satisfaction_over_all_respondents_rounds_to_the_year_s(
    years_truth: Truth, years_tables: Tables, year: int
) -> None:
    names = ("program_code", "respondent_count", "satisfaction_score", "scale")
    rows = read_rows(years_truth, years_tables, "satisfaction_survey", year, *names)
    tops = {"%": 100, "5점": 5, "7점": 7, "10점": 10, "비율": 1, "100점": 100}
    tours = [(number(n), float(score) / tops[scale]) for p, n, score, scale in rows if "두드" in p]
    mean = 100 * sum(n * score for n, score in tours) / sum(n for n, _ in tours)
    assert mean == pytest.approx(TOURS[year].satisfaction, abs=0.05)
    assert len(tours) == 10


def test_vouchers_are_never_used_by_more_than_they_were_issued_to(years_truth: Truth, years_tables: Tables) -> None:
    small = 0
    for year in YEARS:
        for file, part in parts_in_force(years_truth, "voucher_usage", year):
            rows = years_tables[file["path"], part["sheet"]]
            issued, users = (
                column_cells(rows, HEADERS["voucher_usage"][field], bad_rows(part))
                for field in ("issued_count", "user_count")
            )
            pairs = [[number(cell) for cell in pair] for pair in zip(issued, users, strict=True)]
            assert all(one >= other for one, other in pairs)
            small += sum(other <= 2 for _, other in pairs)
    assert small > 100


def test_the_thirteenth_symposium_is_written_as_it_was_published(years_truth: Truth, years_tables: Tables) -> None:
    names = ("event_title", "period", "theme", "subtheme", "venue_name", "host", "organizer", "sponsor")
    rows = read_rows(years_truth, years_tables, "event_edition", 2023, "series_code", "figure_status", *names[:1])
    assert ("ISSM", "실적", PUBLISHED["I02"]) in rows
    cells = [
        cell for rows in years_tables.values() for row in rows for cell in row if PUBLISHED["I02"] in map(str, row)
    ]
    assert "2023. 11. 2.(목) ~ 11. 3.(금)" in cells
    assert ", ".join(SPONSORS_OF_THE_13TH) in cells
    assert {PUBLISHED[key] for key in ("I07", "I08", "I09", "I10", "I11")} <= set(cells)


def test_earlier_events_are_told_once_in_files_of_their_own(years_truth: Truth, years_tables: Tables) -> None:
    history = [file for file in years_truth["files"] if "역대" in file["path"]]
    assert {tuple(file["years"]) for file in history} == {(2006, 2014), (2011, 2012, 2013, 2014, 2015)}
    cells = {str(c) for (path, _), rows in years_tables.items() if "역대" in path for row in rows for c in row}
    assert {"Pyeongyang", "2012년 9월"} <= cells


def test_attendance_adds_up_for_all_but_one_edition_a_year(years_truth: Truth, years_tables: Tables) -> None:
    for year in YEARS:
        told = years_truth["by_year"][str(year)]["summaries"]["events"]["attendance"]
        wrong = [e for e in told if e["participant_count"] != e["attendee_count_without_accompanying"]]
        assert [edition["series_code"] for edition in wrong] == (["EKC"] if year != 2020 else [])
        names = ("series_code", "attendee_type", "attendee_count")
        rows = read_rows(years_truth, years_tables, "event_attendance", year, *names)
        read: Counter[str] = Counter()
        for series, kind, count in rows:
            read[series] += number(count) if kind != "동반자" else 0
        assert read == {e["series_code"]: e["attendee_count_without_accompanying"] for e in told}


def test_everyone_who_takes_part_stands_in_the_year_s_register(years_truth: Truth, years_tables: Tables) -> None:
    named = (
        "private_activity_project", "imagination_room_program", "do_dream_operation", "inclusive_program",
    )  # fmt: skip
    for year in YEARS:
        register = read_rows(
            years_truth, years_tables, "institution", year, "institution_code", "institution_name", "institution_type"
        )
        codes, names = {code for code, _, _ in register}, {name for _, name, _ in register}
        assert len(codes) == len(names) == len(register) > 120
        types = {name: kind for _, name, kind in register}
        for dataset in named:
            rows = read_rows(years_truth, years_tables, dataset, year, "institution_name")
            assert {name for (name,) in rows} <= names
        grantees = read_rows(
            years_truth, years_tables, "private_activity_project", year, "institution_name", "institution_type"
        )
        assert all(types[name] == kind for name, kind in grantees)


def test_institutions_and_facilities_keep_names_and_codes_over_the_years(
    years_truth: Truth, years_tables: Tables
) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for year in YEARS:
        for code, name in years_truth["by_year"][str(year)]["institutions"].items():
            names[code].add(name)
    assert all(len(known) == 1 for known in names.values())
    office = "가상나래대학교 산학협력단"
    lists: list[set[tuple[Any, ...]]] = []
    for year in YEARS:
        own = [f for f, _ in parts_in_force(years_truth, "dsc_facility", year) if f["path"].startswith(office)]
        rows = years_tables[own[0]["path"], None]
        columns = (column_cells(rows, HEADERS["dsc_facility"][n], set()) for n in ("facility_code", "facility_name"))
        lists.append(set(zip(*columns, strict=True)))
    assert all(len(one & other) > 0.8 * len(one) for one, other in pairwise(lists))
    assert len(set(map(frozenset, lists))) == len(YEARS)


def test_what_is_reported_for_a_part_of_the_year_says_so_in_its_name(years_truth: Truth) -> None:
    said = {
        "imagination_room_program": r"상반기|하반기|_h\d",
        "inclusive_program": r"상반기|하반기|_h\d",
        "voucher_usage": r"\d+월|_m\d\d",
        "cooperation_record": r"\d분기|_q\d",
    }
    for year in YEARS:
        for dataset, pattern in said.items():
            for file, _ in parts_in_force(years_truth, dataset, year):
                assert re.search(pattern, file["path"].split("/")[-1])


def test_every_new_dataset_has_errors_and_a_resubmission_and_bad_files_are_among_them(years_truth: Truth) -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    for file in years_truth["files"]:
        for part in file["parts"]:
            codes[part["dataset"]] |= {finding["code"] for finding in part["findings"]}
    assert all(codes[dataset] for dataset in HEADERS)
    assert {"R_PII", "R_DRM", "R_EMPTY", "R_HEADER_NOT_FOUND", "R_UNSUPPORTED_FORMAT"} <= codes[None]  # type: ignore[index]
    again = Counter(name for file in years_truth["files"] if "superseded_by" in file for name in file["datasets"])
    assert {"private_activity_project", "inclusive_program", "voucher_usage"} <= set(again)


def test_every_file_of_the_years_is_one_of_a_kind_and_says_that_it_is_invented(
    years_sample: SampleReport, years_truth: Truth, years_tables: Tables
) -> None:
    contents = Counter((years_sample.out / disk_path(file)).read_bytes() for file in years_truth["files"])
    twice = sum("duplicate_of" in file for file in years_truth["files"])
    assert Counter(contents.values()) == {1: len(years_truth["files"]) - 2 * twice, 2: twice}
    marked = {path for (path, _), rows in years_tables.items() if any(NOTICE in str(c) for row in rows for c in row)}
    assert marked == {path for path, _ in years_tables}


def test_rows_are_accounted_for_in_every_year(years_truth: Truth, years_tables: Tables) -> None:
    for file in years_truth["files"]:
        for part in file["parts"]:
            rows = part["rows"]
            assert rows["read"] == rows["loaded"] + rows["quarantined"] + rows["left_out"]
            if part["dataset"]:
                assert len(bad_rows(part)) == rows["quarantined"]
                for name, total in part["totals"].items():
                    cells = years_tables[file["path"], part["sheet"]]
                    count, found = column_sum(cells, HEADERS[part["dataset"]][name], bad_rows(part))
                    assert count == rows["loaded"]
                    assert total in (found, found * 1_000, found * 1_000_000), (file["path"], name)


def test_excel_dates_are_real_dates(years_tables: Tables) -> None:
    assert any(isinstance(cell, dt.date) for rows in years_tables.values() for row in rows for cell in row)


def test_a_year_is_the_same_alone_and_among_others(tmp_path: Any) -> None:
    wanted = ("dsc_facility", "overseas_association_membership", "private_activity_project")
    write_sample(tmp_path / "alone", years=(2021,), datasets=wanted)
    write_sample(tmp_path / "both", years=(2018, 2021), datasets=wanted)
    alone = {path.name: path.read_bytes() for path in (tmp_path / "alone").rglob("*.*") if path.name != ".truth.json"}
    both = {path.name: path.read_bytes() for path in (tmp_path / "both").rglob("2021/*.*")}
    assert alone == both
    write_sample(tmp_path / "again", years=(2018, 2021), datasets=wanted)
    assert (tmp_path / "again" / ".truth.json").read_bytes() == (tmp_path / "both" / ".truth.json").read_bytes()
