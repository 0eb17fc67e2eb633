"""A release that goes out at a set time: nothing of it, and nothing newer, is out before; nothing stops it at the hour.

One warehouse of one centre serves all: a release, then a newer report that was read and is scheduled for nine o'clock.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from forms import CLASS, as_csv, table
from nights import NEEDED, night, operations, published, release_ids, settings, submit
from typer.testing import CliRunner

from sciculture_etl.cli import app
from sciculture_etl.doctor import Case, Status, examine
from sciculture_etl.errors import NotReadyError, ReleaseError, UserError
from sciculture_etl.pipeline import Run, RunReport, take_steps
from sciculture_etl.publish import NOTHING, Announcement
from sciculture_etl.publish.going_out import publish_if_due, withdraw_scheduled
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.publish.publications import note_left
from sciculture_etl.publish.releases import compare_releases, list_releases
from sciculture_etl.publish.retention import next_release_id
from sciculture_etl.publish.rollback import current_hold, rollback
from sciculture_etl.publish.scheduled import find_scheduled, parse_time
from sciculture_etl.settings import Settings

CENTRE = "가상시험센터"
SESSIONS = "SELECT session_count FROM mart_dsc_summary"
REASON = "가상: 아직 공표할 수 없음"
NOTE = Announcement("correction", "정정했습니다", "corrected", "가상: 센터가 확인함")
NINE = datetime(2099, 12, 1, 0, 0, tzinfo=UTC)  # nine o'clock in Seoul
AFTER = NINE + timedelta(seconds=1)
BEFORE = NINE - timedelta(seconds=1)
ANY_NUMBER = "00002"


def clock_at(time: datetime) -> Callable[[], datetime]:
    return lambda: time


def publish(places: Settings, now: datetime, at: datetime | None = None, said: Announcement = NOTE) -> RunReport:
    """What has been read so far."""
    clock = clock_at(now)
    with Run.open(places, kind="publish", outputs=NEEDED, clock=clock, announcement=said, at=at) as run:
        return take_steps(run)


def night_at(places: Settings, now: datetime) -> RunReport:
    with Run.open(places, outputs=NEEDED, clock=clock_at(now)) as run:
        return take_steps(run)


def report_sessions(inbox: Path, name: str, count: str) -> None:
    day = {"14": "2020-05-01", "20": "2020-06-01"}[count]
    submit(inbox, CENTRE, name, as_csv(table(CLASS | {"운영횟수": count})), f"{day}T09:00:00")


@pytest.fixture(scope="module")
def embargoed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("embargo")
    inbox, warehouse = folder / "inbox", folder / "warehouse"
    submit(inbox, CENTRE, "실적.csv", as_csv(table(CLASS)))
    night(inbox, warehouse)
    report_sessions(inbox, "수정.csv", "14")
    places = settings(inbox, warehouse)
    clock = clock_at(BEFORE - timedelta(days=1))
    with Run.open(places, outputs=NEEDED, clock=clock, announcement=NOTE, at=NINE) as run:
        publication = take_steps(run).publication
    assert (publication.outcome, publication.refusals) == ("scheduled", [])
    return places


@pytest.fixture
def places(embargoed: Settings, tmp_path: Path) -> Settings:
    """A copy to be changed."""
    shutil.copytree(embargoed.warehouse, tmp_path / "warehouse")
    shutil.copytree(embargoed.inbox, tmp_path / "inbox")
    return settings(tmp_path / "inbox", tmp_path / "warehouse")


def kinds(places: Settings) -> list[str]:
    return [entry["kind"] for entry in ReleaseJournal(places.archive).entries()]


def numbers(places: Settings) -> list[str]:
    return [name[:5] for name in release_ids(places.warehouse)]


def test_before_the_hour_nobody_but_the_operator_sees_anything_of_it(embargoed: Settings) -> None:
    warehouse = embargoed.warehouse
    assert published(warehouse, SESSIONS) == [(12,)]
    assert numbers(embargoed) == ["00001"]
    assert ANY_NUMBER not in (warehouse / "current.json").read_text(encoding="utf-8")
    assert stat.S_IMODE(embargoed.scheduled.stat().st_mode) == 0o700
    assert not embargoed.candidate.exists()
    newest = list_releases(embargoed)[0]
    assert newest["scheduled_at"] == "2099-12-01T09:00:00+09:00"
    assert (newest["release_id"][:5], newest["reason"], newest["note_en"]) == (ANY_NUMBER, "correction", "corrected")
    lines = compare_releases(embargoed, "current", "scheduled", "mart_dsc_summary")["lines"]
    assert [(line["old_value"], line["new_value"]) for line in lines if line["column_name"] == "session_count"] == [
        ("12", "14")
    ]
    checks = [check for check in examine(Case(embargoed)) if check.area in ("scheduled release", "modes", "leftovers")]
    assert [check.verdict for check in checks] == [Status.ok] * 3


def test_at_the_hour_it_goes_out_as_it_was_checked(places: Settings) -> None:
    assert publish_if_due(places, clock_at(BEFORE)) is None
    assert published(places.warehouse, SESSIONS) == [(12,)]
    released = publish_if_due(places, clock_at(NINE))
    assert released is not None
    assert published(places.warehouse, SESSIONS) == [(14,)]
    assert published(places.warehouse, "SELECT release_id, reason, note_ko FROM release_info") == [
        (released, "correction", "정정했습니다")
    ]
    assert find_scheduled(places) is None
    assert not places.scheduled.exists()
    for path in (places.releases / released).rglob("*.parquet"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE((places.releases / released / "manifest.json").stat().st_mode) == 0o600
    entry = ReleaseJournal(places.archive).entries()[-1]
    assert (entry["kind"], entry["release_id"], entry["decided_at"]) == (
        "published", released, "2099-12-01T00:00:00+00:00"
    )  # fmt: skip
    # A clock that is set back takes nothing back.
    assert publish_if_due(places, clock_at(BEFORE - timedelta(days=300))) is None
    assert published(places.warehouse, SESSIONS) == [(14,)]


@pytest.mark.slow
def test_the_night_after_it_finds_nothing_new_whatever_the_clock_says(places: Settings) -> None:
    publish_if_due(places, clock_at(NINE))
    assert night_at(places, BEFORE - timedelta(days=300)).publication.outcome == "unchanged"
    assert published(places.warehouse, SESSIONS) == [(14,)]


@pytest.mark.slow
def test_nights_before_the_hour_receive_and_publish_nothing_newer(places: Settings) -> None:
    report_sessions(Path(places.inbox), "재수정.csv", "20")
    report = night_at(places, BEFORE)
    assert (report.publication.outcome, report.publication.refusals) == ("scheduled", [])
    assert report.answers > 0
    assert published(places.warehouse, SESSIONS) == [(12,)]
    assert operations(places.warehouse, "SELECT count(*) FROM mart_submission_log") == [(3,)]
    assert publish_if_due(places, clock_at(AFTER)) is not None
    assert published(places.warehouse, SESSIONS) == [(14,)]


@pytest.mark.slow
def test_the_night_after_the_hour_lets_it_out_first_and_then_what_came_since(places: Settings) -> None:
    report_sessions(Path(places.inbox), "재수정.csv", "20")
    report = night_at(places, AFTER)
    assert report.went_out == release_ids(places.warehouse)[1]
    assert report.publication.outcome == "published"
    assert published(places.warehouse, SESSIONS) == [(20,)]
    assert numbers(places) == ["00001", "00002", "00003"]
    assert kinds(places) == ["published", "scheduled", "published", "published"]
    assert set(published(places.warehouse, "SELECT DISTINCT release_id, previous_release_id FROM mart_revision")) == {
        (release_ids(places.warehouse)[1], release_ids(places.warehouse)[0]),
        (release_ids(places.warehouse)[2], release_ids(places.warehouse)[1]),
    }


@pytest.mark.slow
def test_one_thing_after_the_other(places: Settings) -> None:
    for again in (
        lambda: publish(places, BEFORE),
        lambda: publish(places, BEFORE, AFTER),
        lambda: rollback(places, "1"),
    ):
        with pytest.raises(NotReadyError, match="is scheduled for 2099-12-01 09:00"):
            again()
    assert numbers(places) == ["00001"]


def test_it_is_withdrawn_before_the_hour_and_no_number_is_given_twice(places: Settings) -> None:
    with pytest.raises(UserError, match="is not scheduled"):
        withdraw_scheduled(places, "1", REASON)
    with pytest.raises(UserError, match="personal data"):
        withdraw_scheduled(places, "2", "010-" + "2345-6789 asked", clock_at(BEFORE))
    withdraw_scheduled(places, "2", REASON, clock_at(BEFORE))
    assert not places.scheduled.exists()
    assert publish_if_due(places, clock_at(AFTER)) is None
    assert published(places.warehouse, SESSIONS) == [(12,)]
    assert kinds(places) == ["published", "scheduled", "withdrawn"]
    assert next_release_id(places).startswith("00003-")
    assert note_left(places) == NOTHING  # what was given with the command was nobody's note


@pytest.mark.slow
def test_a_time_that_has_passed_is_now(places: Settings) -> None:
    withdraw_scheduled(places, "2", REASON, clock_at(BEFORE))
    assert publish(places, AFTER, at=NINE).publication.outcome == "published"
    assert numbers(places) == ["00001", "00003"]


def test_what_went_out_is_not_withdrawn(places: Settings) -> None:
    with pytest.raises(UserError, match="went out at 2099-12-01 09:00"):
        withdraw_scheduled(places, "2", REASON, clock_at(AFTER))
    assert published(places.warehouse, SESSIONS) == [(14,)]


@pytest.mark.slow
def test_damage_stops_it_and_what_is_newer_and_says_what_to_do(places: Settings) -> None:
    path = places.scheduled / "parquet" / "mart_dsc_summary.parquet"
    path.write_bytes(b"no table")
    with pytest.raises(ReleaseError, match=r"mart_dsc_summary.*sciculture releases withdraw"):
        publish_if_due(places, clock_at(AFTER))
    assert published(places.warehouse, SESSIONS) == [(12,)]
    assert [c.verdict for c in examine(Case(places)) if c.area == "scheduled release"] == [Status.fault]
    shutil.rmtree(places.scheduled)
    assert "its folder is lost" in list_releases(places)[0]["fault"]
    withdraw_scheduled(places, "scheduled", REASON, clock_at(AFTER))
    assert find_scheduled(places) is None


@pytest.mark.slow
def test_nights_are_refused_while_a_damaged_one_is_scheduled(places: Settings) -> None:
    (places.scheduled / "parquet" / "mart_dsc_summary.parquet").write_bytes(b"no table")
    report = night_at(places, AFTER)
    assert report.publication.outcome == "refused"
    assert "releases withdraw" in report.publication.refusals[0]
    shutil.rmtree(places.scheduled)
    assert "its folder is lost" in night_at(places, BEFORE).publication.refusals[0]
    withdraw_scheduled(places, "scheduled", REASON, clock_at(AFTER))
    assert night_at(places, AFTER).publication.outcome == "published"
    assert published(places.warehouse, SESSIONS) == [(14,)]


@pytest.mark.slow
def test_a_journal_that_was_lost_learns_of_it_again(places: Settings) -> None:
    (places.archive / "releases.jsonl").unlink()
    assert night_at(places, BEFORE).publication.outcome == "scheduled"
    assert kinds(places) == ["scheduled", "published"]
    assert publish_if_due(places, clock_at(AFTER)) is not None


@pytest.mark.slow
def test_after_a_rollback_it_ends_the_hold_only_when_it_goes_out(places: Settings) -> None:
    publish_if_due(places, clock_at(AFTER))
    report_sessions(Path(places.inbox), "재수정.csv", "20")
    rollback(places, "1", REASON)
    night_at(places, AFTER)
    later = AFTER + timedelta(days=1)
    assert publish(places, AFTER, at=later).publication.outcome == "scheduled"
    assert current_hold(places)
    withdraw_scheduled(places, "3", REASON, clock_at(AFTER))
    assert night_at(places, AFTER).publication.outcome == "refused"
    publish(places, AFTER, at=later)
    assert publish_if_due(places, clock_at(later)) is not None
    assert current_hold(places) is None
    assert published(places.warehouse, SESSIONS) == [(20,)]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-01T09:00", "2026-12-01T00:00:00+00:00"),
        ("2026-12-01 09:00:30", "2026-12-01T00:00:30+00:00"),
        ("2026-12-01", "2026-11-30T15:00:00+00:00"),
        ("2026-12-01T09:00Z", "2026-12-01T09:00:00+00:00"),
        ("2026-12-01T09:00-05:00", "2026-12-01T14:00:00+00:00"),
    ],
)
def test_a_time_is_korean_unless_it_says_otherwise(text: str, utc: str) -> None:
    assert parse_time(text).isoformat() == utc


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-13-01T09:00", "0001-01-01T00:00", "9999-12-31T23:59-12:00", "", "9"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is no time"):
        parse_time(text)


def test_commands_look_at_the_clock_before_they_look_at_the_release(
    places: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCICULTURE_WAREHOUSE", str(places.warehouse))

    def say(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "공표 예약 2099-12-01 09:00" in say("releases")
    assert "goes out at / 공표 예약: 2099-12-01 09:00" in say("publish", "--due")
    manifest = json.loads((places.scheduled / "manifest.json").read_bytes())
    manifest["scheduled_at"] = "2026-01-01T00:00:00+00:00"
    (places.scheduled / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert json.loads(say("releases", "--json"))[0]["is_current"]
    assert published(places.warehouse, SESSIONS) == [(14,)]
    assert "no release is scheduled" in say("publish", "--due")
