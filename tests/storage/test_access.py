"""Whoever writes into a warehouse makes nothing that others can look into, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sciculture_etl.cli.app import write_asked
from sciculture_etl.publish.releases import pin
from sciculture_etl.storage.access import let_this_user_use_what_it_makes, open_to_others
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
    (release,) = (warehouse / "releases").glob("0*")
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
    (tmp_path / "findings.html").chmod(0o644)  # by an earlier version
    write_asked(tmp_path / "findings.html", b"", is_private=True)
    assert ((tmp_path / "findings.html").read_bytes(), mode(tmp_path / "findings.html")) == (b"", 0o600)
    write_asked(Path("/dev/null"), b"1", is_private=True)
    assert mode(Path("/dev/null")) == 0o666


@pytest.mark.parametrize(
    ("umask", "file", "folder"),
    [(0o777, 0o600, 0o700), (0o277, 0o600, 0o700), (0o022, 0o644, 0o755), (0, 0o666, 0o777)],
)
@pytest.mark.usefixtures("careless")
def test_no_umask_bars_this_user_from_what_it_makes(tmp_path: Path, umask: int, file: int, folder: int) -> None:
    os.umask(umask)
    let_this_user_use_what_it_makes()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("")
    assert (mode(tmp_path / "folder" / "file"), mode(tmp_path / "folder")) == (file, folder)
