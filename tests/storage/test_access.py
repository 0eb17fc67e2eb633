"""Whoever writes into a warehouse makes nothing that others can look into, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sciculture_etl.cli.app import write_asked
from sciculture_etl.publish.releases import pin
from sciculture_etl.storage.access import open_to_others
from sciculture_etl.storage.lock import writer_lock
from tests.nights import settings
from tests.settled import Settled


@pytest.fixture
def careless() -> Iterator[None]:
    """A shell that lets everyone read and change what is made in it."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("careless")
def test_what_is_made_under_the_lock_is_its_users_alone(tmp_path: Path) -> None:
    warehouse = tmp_path / "above" / "warehouse"
    with writer_lock(warehouse):
        (warehouse / "made").mkdir()
        (warehouse / "made" / "inside").write_text("")
    (warehouse / "after").write_text("")
    assert [mode(warehouse / name) for name in (".lock", "made", "made/inside", "after")] == [
        0o600, 0o700, 0o600, 0o666,
    ]  # fmt: skip
    assert {mode(warehouse), mode(warehouse.parent)} == {0o755}, "readers come through to what is released"


@pytest.mark.usefixtures("careless")
def test_a_warehouse_that_was_left_open_is_closed_by_the_next_writer(small: Settled, tmp_path: Path) -> None:
    warehouse = small.copy(tmp_path)
    for path in (warehouse, *warehouse.rglob("*")):
        path.chmod(mode(path) | (0o077 if path.is_dir() else 0o066))
    (release,) = (warehouse / "releases").iterdir()
    pin(settings(small.inbox, warehouse), release.name, "kept for the yearbook")
    assert open_to_others(warehouse) == {}
    journals = list((warehouse / "archive").glob("*.jsonl"))
    assert {"receipts.jsonl", "releases.jsonl", "runs.jsonl"} <= {path.name for path in journals}
    assert {mode(path) for path in [warehouse / "warehouse.duckdb", *journals]} == {0o600}
    assert {mode(warehouse / name) for name in ("archive", "outbox", "staging") if (warehouse / name).exists()} == {
        0o700
    }
    assert mode(warehouse / "sciculture.duckdb") & 0o044 == 0o044


@pytest.mark.usefixtures("careless")
def test_what_a_command_writes_of_findings_is_its_users_alone(tmp_path: Path) -> None:
    write_asked(tmp_path / "findings.html", b"1", is_private=True)
    write_asked(tmp_path / "template.xlsx", b"1")
    assert [mode(tmp_path / name) for name in ("findings.html", "template.xlsx")] == [0o600, 0o666]
