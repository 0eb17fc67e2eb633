"""``sciculture trace`` as an operator uses it: from a number to its files and rows; what can't be meant, in words."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping

import pytest
from nights import published

from sciculture_etl.storage.lock import writer_lock
from tests.commands import Places
from tests.settled import Settled

CELL = ("trace", "mart_dsc_summary", "session_count", "--year", "2020")


@pytest.fixture(scope="module")
def night_seen(small: Settled, tmp_path_factory: pytest.TempPathFactory, prefect: Mapping[str, str]) -> Places:
    """After a night over what three institutions told of 2020, for all tests that change nothing of it."""
    return Places(small.inbox, small.copy(tmp_path_factory.mktemp("traced")), prefect)


def test_a_number_is_told_with_its_files_and_rows_and_adds_up(night_seen: Places) -> None:
    done = night_seen.command(*CELL, "--all")
    assert done.returncode == 0, done.stderr
    ((sessions,),) = published(night_seen.warehouse, "SELECT session_count FROM mart_dsc_summary")
    amounts = re.findall(r"^  [0-9a-f]{16} .* ([\d,]+) *$", done.stdout, re.MULTILINE)
    assert sum(int(amount.replace(",", "")) for amount in amounts) == sessions
    for said in (f"{sessions:,} sessions", "sql/mart/mart_dsc_summary.sql", "adds up", "as published in 00001"):
        assert said in done.stdout, said


def test_machines_get_every_row_with_its_values(night_seen: Places) -> None:
    answer = night_seen.command(*CELL, "--rows", "--json").answer
    assert answer["adds_up"]
    assert answer["is_as_published"]
    rows = [row for one in answer["account"]["contributions"] for row in one["rows"]]
    assert sum(int(row["values"]["session_count"]) for row in rows) == int(answer["published"])
    assert {"submission_id", "submitter", "file", "sheet", "row", "table"} <= rows[0].keys()


def test_a_long_list_says_how_much_is_left_out(night_seen: Places) -> None:
    words = ("trace", "mart_dsc_summary", "eupmyeondong_count", "--year", "2020")
    few, every = (night_seen.command(*words, *more).stdout for more in ((), ("--all",)))
    listed = [len(re.findall(r"  [0-9a-f]{16} ", text)) for text in (few, every)]
    (left_out,) = re.findall(r"([\d,]+) more lines: --all", few)
    assert int(left_out.replace(",", "")) == listed[1] - listed[0]
    assert "more lines" not in every


def test_keys_that_are_codes_are_named(night_seen: Places) -> None:
    done = night_seen.command("trace", "mart_dsc_summary", "sigungu_count", "--year", "2020", "--json").answer
    keys = done["account"]["contributions"]
    assert str(len(keys)) == done["published"]
    assert {re.fullmatch(r"[가-힣]+( [가-힣]+)?", key["key_name"]) is not None for key in keys} == {True}


def test_a_share_is_told_as_a_formula_of_sums(night_seen: Places) -> None:
    done = night_seen.command("trace", "mart_dsc_summary", "sharing_session_share", "--year", "2020")
    assert "percent(COALESCE(sharing_session_count, 0), session_count) = " in done.stdout
    assert "session_count = sum(session_count) = " in done.stdout


def test_a_part_of_a_number_is_what_the_rows_that_fit_make(night_seen: Places) -> None:
    """The table has no regions; the rows behind it have, by their codes."""
    whole = night_seen.command(*CELL, "--json").answer
    regions = published(
        night_seen.warehouse,
        "SELECT sido_name, sum(session_count) FROM mart_dsc_by_region WHERE program_year = 2020 GROUP BY ALL",
    )
    assert len(regions) > 1
    for name, sessions in sorted(regions)[:2]:
        answer = night_seen.command(
            *CELL, "--where", unicodedata.normalize("NFD", f"sido_name={name}"), "--json"
        ).answer
        part = answer["part"]
        assert part["conditions"] == [{"column": "sido_name", "value": name, "names": []}]
        assert (part["value"], part["adds_up"]) == (str(sessions), True)
        assert sum(int(one["amount"]) for one in part["account"]["contributions"]) == sessions
        assert answer["value"] == whole["value"]


def test_a_row_is_chosen_by_its_status_and_its_number_still_adds_up(night_seen: Places) -> None:
    answer = night_seen.command("trace", CELL[1], CELL[2], "--where", "status=p", "--json").answer
    assert answer["adds_up"]
    assert answer["account"] == night_seen.command(*CELL, "--json").answer["account"]


def test_several_conditions_narrow_the_rows_behind_together(night_seen: Places) -> None:
    name = published(night_seen.warehouse, "SELECT sido_name FROM mart_dsc_by_region ORDER BY ALL LIMIT 1")[0][0]
    one = night_seen.command(*CELL, "--where", f"sido_name={name}").stdout
    both = night_seen.command(*CELL, "--where", f"sido_name={name}", "--where", "class_track=sharing").stdout
    first, second = (
        int(re.findall(r"rows behind with .*: ([\d,]+) \(of", text)[0].replace(",", "")) for text in (one, both)
    )
    assert 0 < second <= first
    assert "adds up" in both


def test_a_published_figure_is_traced_by_its_number(night_seen: Places) -> None:
    figure = night_seen.command("trace", "k16", "--json").answer
    cell = night_seen.command(*CELL, "--json").answer
    assert figure["figure_id"] == "K16"
    assert (figure["value"], figure["account"]) == (cell["value"], cell["account"])


WRONG = {
    "a table that isn't one": (("mart_dsc_sumary", "session_count"), "nearest: mart_dsc_summary"),
    "a figure that isn't one": (("K999",), "there is no figure 'K999'"),
    "no column": (("mart_dsc_summary",), "name a column of mart_dsc_summary: institution_count"),
    "a column that isn't one": (("mart_dsc_summary", "session_cuont"), "nearest: session_count"),
    "a column of neither table nor rows": ((*CELL[1:], "--where", "sidoname=강원도"), "can be used: sido_name"),
    "a part that no row makes": ((*CELL[1:], "--where", "sido_name=없음도"), "--where sido_name: no row has '없음도'"),
    "the status": (("mart_dsc_summary", "status"), "`sciculture years` shows them"),
    "an attempt at other SQL": ((*CELL[1:], "--where", "term=1' OR 'x'='x"), "no row has"),
    "a year without data": ((*CELL[1:4], "1999"), "--year: no row has '1999'; nearest: 2020"),
    "a value that no row has": (
        ("mart_dsc_by_institution", "class_count", "--where", "institution_name=가상"), "nearest: 가상",
    ),
    "several distinct counts": (("mart_dsc_by_region", "facility_count"), "may not be added up over"),
    "a table of releases": (("mart_revision", "cause"), "made from no submission"),
    "the table of figures": (("mart_seed_figure_check", "actual"), "such as K16"),
    "years of a table without": (("mart_region_change", "successor_count", "--year", "2020"), "has no years"),
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be_meant_is_said_with_what_comes_near(night_seen: Places, words: str) -> None:
    arguments, said = WRONG[words]
    done = night_seen.command("trace", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert " / " in done.stderr, "in Korean, too"


@pytest.mark.parametrize(
    "arguments", [("mart_dsc_summary", "session_count", "--where", "sido"), ("K16", "--year", "2020")]
)
def test_options_that_do_not_fit_are_refused(night_seen: Places, arguments: tuple[str, ...]) -> None:
    assert night_seen.command("trace", *arguments).returncode == 2


def test_nothing_is_copied_while_a_run_changes_the_database(night_seen: Places) -> None:
    with writer_lock(night_seen.warehouse, doing="nightly"):
        done = night_seen.command(*CELL)
    assert done.returncode == 6
    assert "another run (nightly)" in done.stderr


def test_before_the_first_run_it_says_what_is_missing(places: Places) -> None:
    done = places.command(*CELL)
    assert done.returncode == 5
    assert "run `sciculture run` first" in done.stderr


def test_of_a_broken_database_it_says_what_mends_it(places: Places) -> None:
    places.warehouse.mkdir(parents=True, exist_ok=True)
    for name in ("warehouse.duckdb", "sciculture.duckdb"):
        (places.warehouse / name).write_bytes(b"no database at all" * 1000)
    done = places.command(*CELL)
    assert done.returncode == 5
    assert "is broken" in done.stderr
    assert "rebuilds it" in done.stderr
    assert "copy.duckdb" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_whoever_may_not_read_the_rows_is_sent_to_the_operator(small_night: Places) -> None:
    (small_night.warehouse / "warehouse.duckdb").chmod(0)
    done = small_night.command(*CELL)
    assert done.returncode == 2
    assert "for the operator alone" in done.stderr
