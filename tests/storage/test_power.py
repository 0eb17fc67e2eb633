"""What a night says it has done is on the disk: whatever gets a name had its bytes there before, and its name after."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from forms import CLASS, INSTITUTION, SUBMITTER, as_csv, table
from nights import ALL, night, submit

from sciculture_etl.storage.atomic import make_folder, move, put_all_in_place, put_in_place, write_atomically

# Kept by the engines, or rebuilt by whoever finds them missing.
NOT_OURS = (".lock", "warehouse.duckdb", "warehouse.duckdb.wal", "prefect.db")
RESIDENT = "900101" + "-" + "1234567"


@dataclass
class Disk:
    """What would be left without power. synced: numbers of the files and folders whose bytes or names are on the disk.
    renamed: what was given a name before its bytes were there. unnamed: folders in which something was given a name
    since they were last on the disk."""

    root: Path
    synced: set[int] = field(default_factory=set)
    renamed: list[str] = field(default_factory=list)
    unnamed: set[str] = field(default_factory=set)

    def saw_sync(self, descriptor: int) -> None:
        self.synced.add(os.fstat(descriptor).st_ino)
        self.unnamed.discard(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    def saw_all(self) -> None:
        self.synced |= {path.stat().st_ino for path in self.root.rglob("*")}
        self.unnamed.clear()

    def saw_rename(self, source: str, target: str) -> None:
        # What is still being built counts once its folder is given its name.
        if not target.startswith(f"{self.root}/") or ".prefect" in target or "/.building-" in target:
            return
        moved = [Path(source), *Path(source).rglob("*")]
        self.renamed += [str(path) for path in moved if path.is_file() and path.stat().st_ino not in self.synced]
        self.unnamed.add(str(Path(target).parent))

    def lost(self) -> list[str]:
        """Files and folders of ours whose bytes or names are nowhere but in memory."""
        kept = (path for path in self.root.rglob("*") if path.name not in NOT_OURS and ".prefect" not in path.parts)
        return [path.relative_to(self.root).as_posix() for path in kept if path.stat().st_ino not in self.synced]


watched: list[Disk] = []


def _audit(event: str, values: tuple[Any, ...]) -> None:
    if event == "os.rename" and watched:
        watched[0].saw_rename(os.fspath(values[0]), os.fspath(values[1]))


sys.addaudithook(_audit)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """The disk below a folder, watched: every call goes on to the system."""
    seen, fsync, sync = Disk(tmp_path / "disk"), os.fsync, os.sync
    seen.root.mkdir()

    def watching(descriptor: int) -> None:
        fsync(descriptor)
        seen.saw_sync(descriptor)

    def watching_all() -> None:
        sync()
        seen.saw_all()

    monkeypatch.setattr(os, "fsync", watching)
    monkeypatch.setattr(os, "sync", watching_all)
    watched.append(seen)
    yield seen
    watched.remove(seen)


@pytest.mark.night
def test_all_that_a_night_leaves_is_on_the_disk(disk: Disk, tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", disk.root / "warehouse"
    submit(inbox, "한국과학창의재단", "등록부.csv", as_csv(table(INSTITUTION)))
    submit(inbox, SUBMITTER, "강좌.csv", as_csv(table(CLASS, {}, {"기수": "2"})))
    submit(inbox, SUBMITTER, "개인정보.csv", as_csv(table(CLASS, {"강좌명": RESIDENT})))
    night(inbox, warehouse, outputs=ALL)
    newer = table(CLASS, {"운영횟수": "20"}, {"기수": "2"}, {"기수": "3"})
    submit(inbox, SUBMITTER, "강좌 고침.csv", as_csv(newer), "2020-05-01T09:00:00")
    night(inbox, warehouse, outputs=ALL)
    assert len(list((warehouse / "releases").iterdir())) == 2
    assert list((warehouse / "restricted").iterdir())
    assert list((warehouse / "outbox").rglob("answer.json"))
    assert (disk.renamed, sorted(disk.unnamed), disk.lost()) == ([], [], [])


def test_a_file_written_aside_is_whole_before_it_has_its_name(disk: Disk) -> None:
    write_atomically(disk.root / "told.json", b"{}")
    assert (disk.root / "told.json").read_bytes() == b"{}"
    assert [path.name for path in disk.root.iterdir()] == ["told.json"]
    assert (disk.renamed, disk.unnamed, disk.lost()) == ([], set(), [])


def test_a_folder_gets_its_name_when_all_in_it_is_on_the_disk(disk: Disk) -> None:
    make_folder(disk.root / "a" / "b")
    aside = disk.root / "a" / ".aside"
    (aside / "within").mkdir(parents=True)
    (aside / "within" / "one").write_text("1", encoding="utf-8")
    put_in_place(aside, disk.root / "a" / "b" / "folder")
    move(disk.root / "a" / "b" / "folder" / "within" / "one", disk.root / "a" / "two")
    assert (disk.renamed, disk.unnamed, disk.lost()) == ([], set(), [])


def test_many_folders_get_their_names_when_all_in_them_is_on_the_disk(disk: Disk) -> None:
    pairs = []
    for number in range(3):
        aside = disk.root / f".aside-{number}"
        aside.mkdir()
        (aside / "one").write_text("1", encoding="utf-8")
        pairs.append((aside, disk.root / "a" / f"folder {number}"))
    put_all_in_place(pairs)
    assert [path.name for path in sorted((disk.root / "a").iterdir())] == ["folder 0", "folder 1", "folder 2"]
    assert (disk.renamed, disk.unnamed, disk.lost()) == ([], set(), [])


def test_what_only_has_a_name_is_seen_to_be_lost(disk: Disk) -> None:
    (disk.root / "aside").write_text("1", encoding="utf-8")
    (disk.root / "aside").replace(disk.root / "told")
    assert disk.renamed == [str(disk.root / "aside")]
    assert disk.unnamed == {str(disk.root)}
    assert disk.lost() == ["told"]
