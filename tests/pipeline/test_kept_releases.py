"""Releases as an operator uses them: listed, compared, pinned, gone back to, and let go when their time comes.

One warehouse of three releases serves all: a report, its resubmission, and the withdrawal of that resubmission.
"""

import json
import multiprocessing
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import CLASS, as_csv, table
from nights import CSV, NEEDED, hashes, night, operations, publish_again, published, release_ids, settings, submit
from typer.testing import CliRunner

from sciculture_etl.cli import app
from sciculture_etl.errors import NotReadyError, ReleaseError, UserError
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.publish.current import finish_swap
from sciculture_etl.publish.releases import compare_releases, list_releases, pin
from sciculture_etl.publish.retention import next_release_id, prune, removable
from sciculture_etl.publish.rollback import rollback
from sciculture_etl.settings import Settings
from sciculture_etl.submissions import decide

CENTRE, OTHER = "가상시험센터", "가상둘째센터"
JUNG = {"시군구": "중구", "읍면동": "명동"}
SESSIONS = "SELECT session_count FROM mart_dsc_summary"
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["sciculture_etl.pipeline"])


@dataclass(frozen=True)
class History:
    """first, second: numbers of the two submissions of the first centre."""

    places: Settings
    first: str
    second: str

    @property
    def inbox(self) -> Path:
        return Path(self.places.inbox)

    @property
    def warehouse(self) -> Path:
        return self.places.warehouse


def number(warehouse: Path, path: str) -> str:
    rows = operations(warehouse, f"SELECT submission_id FROM mart_submission_log WHERE source_file = '{path}'")
    return str(rows[0][0])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    folder = tmp_path_factory.mktemp("releases")
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    submit(inbox, CENTRE, "실적.csv", as_csv(table(CLASS, {}, {"교육장명": "가상 명동 회관"} | JUNG)))
    submit(inbox, OTHER, "실적.csv", as_csv(table(CLASS | {"시군구": "강남구", "읍면동": "역삼동"})))
    night(inbox, warehouse, outputs=CSV)
    submit(inbox, CENTRE, "수정.csv", as_csv(table(CLASS | {"운영횟수": "20"})), "2020-05-01T09:00:00")
    night(inbox, warehouse, outputs=CSV)
    first, second = (number(warehouse, f"{CENTRE}/{name}") for name in ("실적.csv", "수정.csv"))
    places = settings(inbox, warehouse)
    decide(places, second, "가상: 잘못 보냈다고 알려 옴")
    night(inbox, warehouse, outputs=CSV)
    return History(places, first, second)


@pytest.fixture
def copy(history: History, tmp_path: Path) -> History:
    """The same to go on with."""
    shutil.copytree(history.inbox, tmp_path / "inbox")
    shutil.copytree(history.warehouse, tmp_path / "warehouse", symlinks=True)
    return replace(history, places=settings(tmp_path / "inbox", tmp_path / "warehouse"))


def revisions(warehouse: Path, number: str) -> list[tuple[Any, ...]]:
    return published(
        warehouse,
        "SELECT table_name, row_key, column_name, old_value, new_value, cause FROM mart_revision "
        f"WHERE release_id LIKE '{number}-%' ORDER BY ALL",
    )


def test_a_resubmission_is_told_as_the_cause_of_every_value_that_it_changed(history: History) -> None:
    told = revisions(history.warehouse, "00002")
    cause = f"submission {history.second} ({CENTRE}, dsc_class 2020) replaces {history.first}"
    assert {line[-1] for line in told} == {cause}
    assert ("mart_dsc_summary", "program_year=2020", "session_count", "36", "32", cause) in told
    # The region that the new version no longer tells of went; that of the other centre isn't touched.
    regions = {line[1:3] for line in told if line[0] == "mart_dsc_by_region"}
    assert ("program_year=2020, sigungu_code=11140", None) in regions
    assert not [key for key, _ in regions if "11680" in key]


def test_a_withdrawal_is_told_with_what_counts_again(history: History) -> None:
    told = revisions(history.warehouse, "00003")
    cause = f"withdrawal of submission {history.second} ({CENTRE}, dsc_class 2020), {history.first} counts again"
    assert {line[-1] for line in told} == {cause}
    assert ("mart_dsc_summary", "program_year=2020", "session_count", "32", "36", cause) in told


def test_the_first_release_revises_nothing_and_history_is_only_added_to(history: History) -> None:
    def known(release: str) -> set[Any]:
        path = history.warehouse / "releases" / release / "parquet" / "mart_revision.parquet"
        return set(duckdb.sql(f"FROM read_parquet('{path}')").fetchall())

    first, second, third = map(known, release_ids(history.warehouse))
    assert first == set()
    assert set() < second < third


def test_a_table_that_may_withhold_numbers_tells_the_values_of_those_that_it_shows(history: History) -> None:
    values = "SELECT count(*), count(old_value), count(new_value) FROM mart_revision WHERE table_name = "
    (told,) = published(history.warehouse, values + "'mart_program_region_year'")
    # The others are rows that came or went.
    assert told[0] > told[1] == told[2] > 0


def test_two_releases_are_compared_in_either_order_with_the_causes_between_them(history: History) -> None:
    there = compare_releases(history.places, "1", "00002", table="mart_dsc_summary")
    back = compare_releases(history.places, "2", "1", table="mart_dsc_summary")
    assert there["tables"] == back["tables"]
    assert [*there["tables"]] == ["mart_dsc_summary"]
    told = {line["column_name"]: (line["old_value"], line["new_value"]) for line in there["lines"]}
    assert told["session_count"] == ("36", "32")
    assert {line["column_name"]: (line["new_value"], line["old_value"]) for line in back["lines"]} == told
    assert {f"undone: {line['cause']}" for line in there["lines"]} == {line["cause"] for line in back["lines"]}
    assert history.second in there["lines"][0]["cause"]


def test_releases_with_the_same_figures_do_not_differ(history: History) -> None:
    assert compare_releases(history.places, "1", "3") == {
        "old": release_ids(history.warehouse)[0], "new": release_ids(history.warehouse)[2],
        "versions": ["1.0.0", "1.0.2"], "tables": {}, "lines": [],
    }  # fmt: skip


@pytest.mark.parametrize("asked", ["9", "", "0000", "0000x"])
def test_a_release_that_is_not_meant_clearly_is_one_sentence(history: History, asked: str) -> None:
    with pytest.raises(UserError, match=r"no release|fits several"):
        compare_releases(history.places, asked, "1")


def test_the_list_tells_what_each_release_took_in_and_changed(history: History) -> None:
    third, second, first = list_releases(history.places)
    assert [row["is_current"] for row in (first, second, third)] == [False, False, True]
    assert [(row["receipts"], row["new_receipts"]) for row in (first, second, third)] == [(2, 2), (3, 1), (3, 0)]
    assert first["revised"] == {}
    assert second["revised"]["mart_dsc_summary"]["changed"] > 0
    assert not any(row["is_removed_next"] for row in (first, second, third))
    assert all(row["byte_count"] > 10_000 for row in (first, second, third))


@pytest.mark.slow
def test_history_outlives_a_rebuild(copy: History) -> None:
    before = published(copy.warehouse, "FROM mart_revision ORDER BY ALL")
    submit(copy.inbox, OTHER, "수정.csv", as_csv(table(CLASS | {"운영횟수": "7"})), "2020-06-01T09:00:00")
    with Run.open(copy.places, kind="rebuild", outputs=NEEDED) as run:
        run.extract()
        report = take_steps(run)
    assert report.publication.revised["mart_dsc_summary"]["changed"] > 0
    after = published(copy.warehouse, "FROM mart_revision ORDER BY ALL")
    assert set(before) < set(after)
    assert {row[0][:5] for row in set(after) - set(before)} == {"00004"}
    # A build database rebuilt tells causes as exactly as the one before it.
    replaced = f"({OTHER}, dsc_class 2020) replaces {number(copy.warehouse, f'{OTHER}/실적.csv')}"
    assert [row[-1] for row in set(after) - set(before) if not row[-1].endswith(replaced)] == []


@pytest.mark.slow
def test_after_a_rollback_nights_go_on_and_publish_nothing_else_until_someone_publishes(copy: History) -> None:
    one, two, three = release_ids(copy.warehouse)
    as_of_three = hashes(copy.warehouse)
    public = copy.warehouse / "sciculture.duckdb"
    with duckdb.connect(str(public), read_only=True) as reader:
        rollback(copy.places, "2", "가상: 수정본이 맞다고 함")
        # Who has the file open keeps it; who opens it now gets the other.
        assert reader.execute("SELECT release_id FROM release_info").fetchall() == [(three,)]
    assert published(copy.warehouse, "SELECT release_id FROM release_info") == [(two,)]
    assert operations(copy.warehouse, "SELECT release_id FROM release_info") == [(three,)]

    submit(copy.inbox, OTHER, "수정.csv", as_csv(table(CLASS)), "2020-06-01T09:00:00")
    report = night(copy.inbox, copy.warehouse)
    assert report.publication.outcome == "refused"
    (sentence,) = report.publication.refusals
    for part in (three, two, "가상: 수정본이 맞다고 함", "mart_dsc_summary", "sciculture publish"):
        assert part in sentence
    assert published(copy.warehouse, SESSIONS) == [(32,)]
    assert release_ids(copy.warehouse) == [one, two, three]
    # What came meanwhile is seen by the operator all the same.
    assert operations(copy.warehouse, "SELECT count(*) FROM mart_submission_log") == [(4,)]

    decide(copy.places, number(copy.warehouse, f"{OTHER}/수정.csv"), "가상: 다시 거둬들임")
    assert publish_again(copy.places).publication.outcome == "published"
    assert hashes(copy.warehouse) == as_of_three
    assert release_ids(copy.warehouse)[-1].startswith("00004-")
    assert set(published(copy.warehouse, "SELECT DISTINCT release_id, previous_release_id FROM mart_revision")) == {
        (two, one), (release_ids(copy.warehouse)[-1], two),
    }  # fmt: skip
    entries = [json.loads(line) for line in (copy.places.archive / "releases.jsonl").read_text().splitlines()]
    published_once = ["published"] * 3
    assert [entry["kind"] for entry in entries] == [*published_once, "rolled back", "hold ended", "published"]
    assert [entry.get("reason_code") for entry in entries[:3]] == ["first", "correction", "correction"]
    assert night(copy.inbox, copy.warehouse).publication.outcome == "unchanged"


def test_a_night_whose_figures_are_those_of_the_release_gone_back_to_changes_nothing(copy: History) -> None:
    rollback(copy.places, "1")
    report = night(copy.inbox, copy.warehouse)
    assert (report.publication.outcome, report.publication.release_id) == ("unchanged", release_ids(copy.warehouse)[0])


def test_going_on_to_the_last_release_ends_the_hold(copy: History) -> None:
    rollback(copy.places, "2")
    rollback(copy.places, "1")
    assert list_releases(copy.places)[-1]["hold"]["from_release_id"] == release_ids(copy.warehouse)[2]
    rollback(copy.places, "3")
    assert not any(row["hold"] for row in list_releases(copy.places))


def damage_csv(release: Path) -> None:
    path = release / "csv" / "mart_dsc_summary.csv"
    path.write_bytes(path.read_bytes() + b" ")


def damage_database(release: Path) -> None:
    (release / "sciculture.duckdb").write_bytes(b"no database")


def lose_parquet(release: Path) -> None:
    (release / "parquet" / "mart_dsc_summary.parquet").unlink()


def lose_manifest(release: Path) -> None:
    (release / "manifest.json").write_text("{")


@pytest.mark.parametrize("damage", [damage_csv, damage_database, lose_parquet, lose_manifest])
def test_nobody_goes_back_to_a_release_that_is_not_whole(copy: History, damage: Any) -> None:
    one, _, three = release_ids(copy.warehouse)
    damage(copy.warehouse / "releases" / one)
    with pytest.raises(ReleaseError, match="incomplete or corrupted"):
        rollback(copy.places, "1")
    assert published(copy.warehouse, "SELECT release_id FROM release_info") == [(three,)]
    assert len(list_releases(copy.places)) == 3


@contextmanager
def reading_on(public: Path) -> Iterator[list[str]]:
    """A thread that opens the public file over and over; the list holds what went wrong."""
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                with duckdb.connect(str(public), read_only=True) as connection:
                    connection.execute(SESSIONS).fetchall()
            except duckdb.Error as error:
                wrong.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join()


@pytest.mark.slow
def test_a_rollback_killed_anywhere_ends_in_one_of_the_two_releases(copy: History) -> None:
    ids, moments, killed = release_ids(copy.warehouse), random.Random(6), 0
    with reading_on(copy.warehouse / "sciculture.duckdb") as wrong:
        for turn in range(8):
            before = published(copy.warehouse, "SELECT release_id FROM release_info")[0][0]
            wanted = ids[turn % 3]
            if wanted == before:
                continue
            process = SERVER.Process(target=rollback, args=(copy.places, wanted))
            process.start()
            time.sleep(moments.uniform(0, 2))
            process.kill()
            process.join(20)
            killed += process.exitcode != 0
            found = published(copy.warehouse, "SELECT release_id FROM release_info")[0][0]
            assert found in (before, wanted)
            finish_swap(copy.warehouse)  # what the next run begins with
            current = json.loads((copy.warehouse / "current.json").read_text())
            assert published(copy.warehouse, "SELECT release_id FROM release_info") == [(current["release_id"],)]
    assert wrong == []
    assert killed > 0
    # However it ended, one can go on from there.
    current = published(copy.warehouse, "SELECT release_id FROM release_info")[0][0]
    rollback(copy.places, next(release_id for release_id in ids if release_id != current))


IDS = [f"{n:05d}-202611{n:02d}" for n in range(1, 13)]
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("count", "days", "today", "gone"),
    [
        (10, 30, TODAY, 0),  # young
        (10, 5, TODAY, 2),  # old, but ten are kept
        (1, 15, TODAY, 5),  # many, but young ones are kept
        (1, 0, TODAY, 11),
        (0, 0, TODAY, 12),
        (1, 5, date(2020, 1, 1), 0),  # a clock that went back
        (10, 5, date(2099, 1, 1), 2),  # one that ran ahead takes no more than the count allows
    ],
)
def test_a_release_goes_only_when_it_is_neither_new_nor_young(count: int, days: int, today: date, gone: int) -> None:
    assert removable(IDS, set(), count, days, today) == IDS[:gone]


def test_a_release_built_while_the_clock_was_wrong_is_as_young_as_those_before_it() -> None:
    ids = ["00001-20261119", "00002-20010101", "00003-99999999", "00004-20261120"]
    assert removable(ids, set(), 1, 10, TODAY) == []
    assert removable(ids, set(), 1, 1, TODAY) == ["00001-20261119", "00002-20010101"]


def test_the_current_and_pinned_releases_stay_whatever_their_age(copy: History) -> None:
    one, two, three = release_ids(copy.warehouse)
    short = copy.places.model_copy(update={"keep_releases": 0, "keep_release_days": 0})
    pin(short, "1", "가상: 연보에 실린 수치")
    # What a kill left of an earlier removal goes too.
    (short.releases / ".removing-00000-20200101" / "csv").mkdir(parents=True)
    assert [row["release_id"] for row in list_releases(short) if row["is_removed_next"]] == [two]
    stuck = short.releases / ".removing-00000-20190101"
    stuck.write_bytes(b"no folder")
    (told,) = prune(short)  # what can't be removed stands in the way of nothing
    assert str(stuck) in told
    stuck.unlink()
    assert release_ids(copy.warehouse) == [one, three]
    pin(short, "1", "", undo=True)
    rollback(short, "1")
    prune(short)  # the one gone back from is kept with the current one
    assert release_ids(copy.warehouse) == [one, three]
    with pytest.raises(UserError, match="personal data"):
        pin(short, "1", "담당자 010-0000-7351")
    with pytest.raises(UserError, match="is not pinned"):
        pin(short, "3", "", undo=True)


def test_the_hold_outlives_a_pointer_that_is_lost(copy: History) -> None:
    rollback(copy.places, "2", "가상: 되돌림")
    (copy.warehouse / "current.json").write_text("{")
    assert night(copy.inbox, copy.warehouse).publication.outcome == "refused"
    assert published(copy.warehouse, SESSIONS) == [(32,)]


def test_no_number_is_given_out_twice(copy: History) -> None:
    rollback(copy.places, "2")
    shutil.rmtree(copy.warehouse / "releases" / release_ids(copy.warehouse)[2])
    assert next_release_id(copy.places).startswith("00004-")


def test_nothing_is_published_from_a_build_database_that_has_not_read_everything(copy: History) -> None:
    copy.places.build_database.unlink()
    with pytest.raises(NotReadyError, match="have not been read yet"):
        publish_again(copy.places)
    assert published(copy.warehouse, SESSIONS) == [(36,)]


def test_the_commands_say_it_in_words_and_for_machines(copy: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICULTURE_INBOX", str(copy.inbox))
    monkeypatch.setenv("SCICULTURE_WAREHOUSE", str(copy.warehouse))

    def say(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return done.stdout

    assert "current / 현재" in say("releases")
    assert "no differences / 차이가 없습니다" in say("diff", "1", "3")
    told = say("diff", "1", "2", "--limit", "1")
    assert "session_count: 36 → 32" in say("diff", "1", "2", "--table", "mart_dsc_summary")
    assert f"replaces {copy.first}" in told
    assert "more: --table mart_dsc_by_region --limit 0" in told
    assert "pinned" in say("releases", "pin", "1", "--reason", "가상: 연보")
    assert "on hold" in say("rollback", "2", "--reason", "가상: 되돌림")
    assert json.loads(say("releases", "--json"))[1]["hold"]["reason"] == "가상: 되돌림"
    assert "`sciculture publish` ends it" in say("releases")
    assert "pinned / 고정: 가상: 연보" in say("releases")
