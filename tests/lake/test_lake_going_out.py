"""What becomes current is so for readers of a lake, and they are notified of it, also where the lake is lost then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.cli.app import notified_if_behind
from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.publish.current import swap_to
from sciculture_etl.publish.events import unreported_events
from sciculture_etl.publish.going_out import publish_if_due
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.publish.publications import record_publication
from sciculture_etl.publish.rollback import rollback
from sciculture_etl.settings import Settings
from sciculture_etl.storage.ducklake import RELEASES, open_lake
from tests.flows.serving import receiver
from tests.lake.conftest import GatedLake
from tests.publish.releases_of_no_table import FIRST, HOUR, ID, release, schedule
from tests.waiting import until

# What is asked first of the catalogue once another release is current.
ASKED_AFTERWARDS = b"to_regclass"


@pytest.fixture
def places(gated: GatedLake, tmp_path: Path) -> Settings:
    """A warehouse with one release, which the lake shows and readers know of, and one that goes out at the hour."""
    folder = tmp_path / "warehouse"
    shared = Meant.from_texts(gated.lake.warehouse, gated.lake.data, folder)
    found = Settings(inbox=str(tmp_path / "inbox"), warehouse=folder, lake=shared)
    release(found.releases / FIRST, FIRST)
    swap_to(folder, FIRST)
    record_publication(found)
    follow_releases(found)
    unreported_events(found)
    schedule(found)
    return found


def shown(places: Settings) -> str:
    """What a reader of the lake sees as current."""
    assert places.lake is not None
    with open_lake(places.lake, RELEASES, read_only=True) as connection:
        return str(connection.execute("SELECT release_id FROM release_info").fetchall()[0][0])


@contextmanager
def lost_afterwards(gated: GatedLake) -> Iterator[None]:
    """In the block, PostgreSQL is lost once another release is current; that is told, and it comes back."""
    gated.postgres.closes_at = ASKED_AFTERWARDS
    with pytest.raises(LakeError, match="what is published stays published"):
        yield
    gated.postgres.open()


@pytest.mark.slow
def test_a_lake_shows_a_scheduled_release_once_it_is_out_and_the_earlier_one_after_a_rollback(places: Settings) -> None:
    assert places.lake is not None
    with open_lake(places.lake, RELEASES, read_only=True) as reader:
        with pytest.raises(duckdb.Error):
            reader.execute(f'FROM "{ID}".release_info')
        assert publish_if_due(places, lambda: HOUR) == ID
        assert shown(places) == ID
        # Who had begun before sees it as well, by its next question.
        assert reader.execute("SELECT release_id FROM release_info").fetchall() == [(ID,)]
        assert reader.execute(f'SELECT release_id FROM "{FIRST}".release_info').fetchall() == [(FIRST,)]
        rollback(places, FIRST)
        assert reader.execute("SELECT release_id FROM release_info").fetchall() == [(FIRST,)]


@pytest.mark.slow
def test_readers_are_notified_of_what_became_current_also_where_the_lake_is_lost_then(
    places: Settings, gated: GatedLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCICULTURE_WAREHOUSE_FILES", str(places.warehouse))
    for name, value in gated.lake.environment.items():
        monkeypatch.setenv(name, value)
    with receiver() as readers:
        monkeypatch.setenv("SCICULTURE_SUBSCRIBERS", readers.url)
        with lost_afterwards(gated), notified_if_behind():
            publish_if_due(places, lambda: HOUR)
        until(lambda: readers.about(ID), "the notification")
        assert shown(places) == FIRST
        with lost_afterwards(gated), notified_if_behind():
            rollback(places, FIRST)
        until(lambda: readers.about("taken back"), "the notification")
    rollback(places, ID)
    assert shown(places) == ID
