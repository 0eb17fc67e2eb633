"""What one takes of the desk is not taken from the others: places in the queue, what is held, connections, workers."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.responses import PlainTextResponse
from uvicorn import Config
from uvicorn.server import ServerState

from sciculture_etl.desk import app, checks, connection
from sciculture_etl.desk.checks import Check, Checks, QueueFullError
from sciculture_etl.desk.connection import connection_class
from sciculture_etl.desk.identity import Identity
from sciculture_etl.desk.judging import FileToJudge, Judged, Judges
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role
from tests.desk.visitors import DeskUnderTest

ONE, OTHER = "가상과학관", "가상과학문화센터"


class Queue:
    """Checks whose files are judged when the test says so."""

    def __init__(self) -> None:
        self.futures: list[Future[Judged]] = []
        self.checks = Checks(cast(Judges, self))

    def judge(self, _load: Callable[[], FileToJudge], is_public: bool) -> Future[Judged]:
        self.futures.append(Future())
        return self.futures[-1]

    def close(self) -> None:
        """Nothing was started."""

    def begin(self, owner: str, is_public: bool = False, size: int = 10) -> Check:
        return self.checks.begin(owner, "실적.csv", io.BytesIO(b"data"), size, "0" * 64, is_public)

    def judged(self, owner: str, is_public: bool = False, size: int = 10) -> Check:
        check = self.begin(owner, is_public, size)
        self.futures[-1].set_result(Judged("실적.csv", "accepted", False, {}))
        return check

    def are_known(self, found: list[Check]) -> bool:
        self.checks._sweep()
        return all(self.checks.get(check.owner, check.id) is check for check in found)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.setattr(checks, "MAX_OF_ALL", checks.Most(6, 6, 600))
    monkeypatch.setattr(checks, "MAX_OF_ONE", checks.Most(3, 3, 300))
    monkeypatch.setattr(checks, "MAX_OF_PUBLIC", checks.Most(4, 4, 200))
    return Queue()


def test_strangers_who_fill_the_queue_keep_no_institution_out(queue: Queue) -> None:
    for number in range(4):  # each with a cookie of their own
        queue.begin(f"visitor {number}", is_public=True)
    with pytest.raises(QueueFullError):
        queue.begin("visitor 99", is_public=True)
    first = queue.begin(ONE)
    assert queue.checks.place_of(first) == 1


def test_an_institution_that_fills_the_queue_keeps_no_other_out(queue: Queue) -> None:
    for _ in range(3):
        queue.begin(ONE)
    with pytest.raises(QueueFullError):
        queue.begin(ONE)
    with pytest.raises(QueueFullError):
        queue.begin(OTHER, size=301)
    queue.begin(OTHER)
    queue.begin("visitor", is_public=True)


@pytest.mark.parametrize("size", [10, 90])
def test_what_others_have_checked_makes_nobodys_file_go(queue: Queue, size: int) -> None:
    own = [queue.judged(ONE, size=size) for _ in range(3)]
    for number in range(20):
        queue.judged(f"visitor {number}", is_public=True, size=size)
        queue.judged(OTHER, size=size)
    assert queue.are_known(own)
    assert all(check.read() == b"data" for check in own)
    further = queue.judged(ONE, size=size)
    assert queue.are_known([*own[1:], further])
    assert not queue.are_known(own[:1])


def test_strangers_have_one_worker_and_institutions_the_other(tmp_path: Path) -> None:
    desk = DeskUnderTest(tmp_path / "warehouse")
    judges = desk.desk.uploads.checks._judges
    assert (judges._public._max_workers, judges._threads._max_workers) == (1, 2)
    desk.desk.close()


def test_nobody_takes_all_places_to_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_UPLOADS_OF_ONE", 1)
    monkeypatch.setattr(app, "MAX_UPLOADS_OF_VISITOR", 1)
    desk = DeskUnderTest(tmp_path / "warehouse").desk
    one, other = (Identity(Role.institution, name, "0a1b2c3d", "") for name in (ONE, OTHER))
    for who, client, elsewhere, further in (
        (one, "192.0.2.1", "192.0.2.2", (other, "192.0.2.1")),
        (None, "2001:db8::1", "2001:db8::2", (None, "2001:db8:1::1")),  # whoever has one address of a network has all
    ):
        with desk.receiving(who, client):
            with pytest.raises(RefusalError), desk.receiving(who, elsewhere):
                pass
            with desk.receiving(*further):
                pass
    with desk.receiving(None, "2001:db8::1"):
        pass
    assert not desk._receiving


def test_a_network_of_one_client_has_the_connections_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS_OF_CLIENT", 1)
    kind, aborted = connection_class([]), []

    async def connect() -> None:
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:1::1"):
            made = made_connection(kind)
            transport = SimpleNamespace(
                get_extra_info=lambda name, address=address: (address, 1) if name == "peername" else None,
                abort=lambda address=address: aborted.append(address),
                get_write_buffer_size=lambda: 0,
            )
            made.connection_made(cast(Any, transport))

    asyncio.run(connect())
    assert aborted == ["2001:db8::2"]


def made_connection(kind: type[connection.Connection]) -> connection.Connection:
    config = Config(PlainTextResponse("ok"), log_config=None)
    config.load()
    return kind(config, ServerState(), {})
