"""The power may go at any moment: what a run reported is on the disk, and the next run alone finishes the rest."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from forms import CLASS, INSTITUTION, SUBMITTER, as_csv, table
from nights import ALL, NEEDED, hashes, night, settings, submit
from power import Disk, Moment, left_of, not_on_disk, watched_disk

from sciculture_etl.extract import Archive, Restricted, Verdict
from sciculture_etl.pipeline import Run, RunReport, take_steps
from sciculture_etl.storage.atomic import make_folder, move, put_all_in_place, put_in_place, write_atomically
from sciculture_etl.storage.journal import Journal
from sciculture_etl.storage.lock import writer_lock
from sciculture_etl.submissions import close_years, decide

RESIDENT = "900101" + "-" + "1234567"
DAY = date(2027, 1, 8)  # a week before the last term of 2026 is due
BEFORE = DAY - timedelta(1)
WAYS = ("synced", "names", "zeros", "data", "mixed", "mixed otherwise")
# Of the states that a night can leave, so many are tried each time, spread over the whole night.
SAMPLE = 2
EACH_MOMENT_OR_SOME = [pytest.param("whole", 1, marks=pytest.mark.slow), ("recorded", None)]


@dataclass(frozen=True, repr=False)
class Recorded:
    """A night over an inbox, every moment of it, and what an undisturbed one leaves.

    Attributes:
        outputs: of its release.
    """

    inbox: Path
    root: Path
    moments: list[Moment]
    undisturbed: dict[str, Any]
    outputs: Collection[str] | None

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    def run(self) -> RunReport:
        return night(self.inbox, self.warehouse, today=DAY, outputs=self.outputs)

    def differing(self) -> list[str]:
        """What of the warehouse isn't as an undisturbed night leaves it."""
        left = left_in(self.warehouse)
        found = []
        for what, wanted in self.undisturbed.items():
            if isinstance(wanted, dict):
                names = sorted(wanted.keys() | left[what].keys())
                found += [f"{what}: {name}" for name in names if wanted.get(name) != left[what].get(name)]
            elif wanted != left[what]:
                found.append(f"{what}: {left[what]}")
        return found


def left_in(warehouse: Path) -> dict[str, Any]:
    """All that must be the same however often the power went."""
    journals = ("receipts.jsonl", "decisions.jsonl", "closings.jsonl", "missing_told.json")
    places = [warehouse / name for name in ("current.json", "sciculture.duckdb", "releases", "archive", "outbox")]
    return {
        "public": hashes(warehouse),
        "operator": hashes(warehouse, "operator"),
        # A workbook names the second in which it was made.
        "outbox": {
            path.relative_to(warehouse).as_posix(): path.read_bytes()[: 2 if path.suffix == ".xlsx" else None]
            for path in (warehouse / "outbox").rglob("*")
            if path.is_file()
        },
        "archive": {path.name: path.read_bytes() for path in (warehouse / "archive").glob("??/*")},
        "restricted": {path.name: path.read_bytes() for path in (warehouse / "restricted").glob("*")},
        "journals": [sorted((warehouse / "archive" / name).read_bytes().splitlines()) for name in journals
                     if (warehouse / "archive" / name).exists()],
        "modes": [oct(path.stat().st_mode) for path in places],
    }  # fmt: skip


def preview(inbox: Path, warehouse: Path) -> RunReport:
    clock = partial(datetime.combine, DAY, time(12), ZoneInfo("Asia/Seoul"))
    with Run.open(settings(inbox, warehouse), kind="preview", clock=clock, outputs=ALL) as run:
        return take_steps(run)


def record(folder: Path, work: Callable[[Path, Path], Any], outputs: Collection[str] | None) -> Recorded:
    """Some work after a first night with decisions, over an inbox to which something came since."""
    inbox, root = folder / "inbox", folder / "disk"
    root.mkdir()
    submit(inbox, "한국과학창의재단", "등록부.csv", as_csv(table(INSTITUTION)))
    submit(inbox, SUBMITTER, "강좌.csv", as_csv(table(CLASS, {}, {"기수": "2"}, {"사업연도": "2026"})))
    night(inbox, root / "warehouse", today=BEFORE, outputs=outputs)
    places = settings(inbox, root / "warehouse")
    decide(places, "등록부", "가상 사유: 시험")
    decide(places, "등록부", "가상 사유: 시험", reinstate=True)
    close_years(places, "dsc_class", [2019], "가상 사유: 시험")
    submit(inbox, SUBMITTER, "개인정보.csv", as_csv(table(CLASS, {"강좌명": RESIDENT})))
    newer = table(CLASS, {"운영횟수": "20"}, {"기수": "2"}, {"기수": "3"})
    submit(inbox, SUBMITTER, "강좌 고침.csv", as_csv(newer), "2020-05-01T09:00:00")
    with watched_disk(Disk(root)) as disk:
        work(inbox, root / "warehouse")
    different = {moment.signature: moment for moment in reversed(disk.moments)}
    night(inbox, root / "warehouse", today=DAY, outputs=outputs)
    return Recorded(inbox, root, list(reversed(different.values())), left_in(root / "warehouse"), outputs)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("power"), partial(night, today=DAY), NEEDED)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The same with every output: of all moments, for the slow tests."""
    return record(tmp_path_factory.mktemp("power of all"), partial(night, today=DAY, outputs=ALL), ALL)


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("power of a preview"), preview, ALL)


@pytest.mark.night
def test_all_that_a_night_leaves_is_on_the_disk(recorded: Recorded) -> None:
    assert len(recorded.moments) > 30
    left = recorded.undisturbed
    assert left["restricted"]
    assert len([name for name in left["outbox"] if name.endswith("answer.json")]) == 4
    assert len([name for name in left["outbox"] if name.endswith("reminder.json")]) == 1
    assert len(left["journals"]) >= 3
    # The folder of the lock is the one that holds all; what was swept from the staging area needs no disk.
    assert [name for name in not_on_disk(recorded.moments[-1]) if "staging" not in name] == []


@pytest.mark.night
@pytest.mark.parametrize(("kind", "every"), EACH_MOMENT_OR_SOME)
def test_wherever_the_power_goes_the_next_run_alone_ends_as_if_it_had_not(
    request: pytest.FixtureRequest, kind: str, every: int | None
) -> None:
    recorded: Recorded = request.getfixturevalue(kind)
    states = [(number, way) for number in range(len(recorded.moments)) for way in WAYS]
    for number, way in states[:: every or len(states) // SAMPLE]:
        left_of(recorded.moments[number], way, random.Random(f"{number} {way}"), recorded.root)
        recorded.run()
        assert recorded.differing() == [], (recorded.moments[number].what, way)


@pytest.mark.night
@pytest.mark.slow
@pytest.mark.parametrize("every", [1, None])
def test_wherever_the_power_goes_in_a_preview_the_next_run_alone_publishes_as_if_it_had_not(
    previewed: Recorded, every: int | None
) -> None:
    states = [(number, way) for number in range(len(previewed.moments)) for way in WAYS]
    for number, way in states[1 :: every or len(states) // 2]:
        left_of(previewed.moments[number], way, random.Random(f"{number} {way}"), previewed.root)
        previewed.run()
        assert previewed.differing() == [], (previewed.moments[number].what, way)


@pytest.mark.slow
@pytest.mark.night
@pytest.mark.parametrize(("kind", "every"), EACH_MOMENT_OR_SOME)
def test_a_killed_run_and_a_finished_one_leave_nothing_that_the_power_could_take(
    request: pytest.FixtureRequest, kind: str, every: int | None
) -> None:
    """The second run finds names that the first had given and not yet synced."""
    recorded: Recorded = request.getfixturevalue(kind)
    last = len(recorded.moments)
    for number in range(1, last, 1) if every else (last // 2,):
        on_disk = left_of(recorded.moments[number], "kill", random.Random(0), recorded.root)
        with watched_disk(Disk(recorded.root, on_disk)) as disk:
            recorded.run()
        left_of(disk.moments[-1], "synced", random.Random(0), recorded.root)
        assert recorded.differing() == [], recorded.moments[number].what


def end_of(recorded: Recorded) -> Path:
    """The warehouse after the night, with all that was said to be on the disk."""
    left_of(recorded.moments[-1], "kill", random.Random(0), recorded.root)
    return recorded.warehouse


@pytest.mark.night
def test_what_a_disk_lost_although_it_said_otherwise_is_fetched_again_and_reported(recorded: Recorded) -> None:
    warehouse = end_of(recorded)
    lost, *_ = sorted((warehouse / "archive").glob("??/*"))
    lost.unlink()
    for path in (warehouse / "outbox").glob("*/*_000000[34]_*/mail.*"):  # of the last run
        path.write_bytes(b"")
    (warehouse / "current.json").unlink()
    (warehouse / "sciculture.duckdb").unlink()
    report = recorded.run()
    assert (len(report.extraction.restored), report.extraction.lost) == (1, {})
    assert recorded.differing() == []


@pytest.mark.night
def test_after_a_restart_files_that_lost_their_bytes_are_found_by_their_size(recorded: Recorded) -> None:
    warehouse = end_of(recorded)
    runs = warehouse / "archive" / "runs.jsonl"
    lines = [json.loads(line) for line in runs.read_text(encoding="utf-8").splitlines()]
    runs.write_text(
        "".join(json.dumps(line | ({"boot": "an earlier one"} if "boot" in line else {})) + "\n" for line in lines),
        encoding="utf-8",
    )
    for path in (warehouse / "archive").glob("??/*"):
        path.chmod(0o600)
        path.write_bytes(b"")
    for path in (warehouse / "outbox").rglob("answer.json"):
        path.write_bytes(b"\0" * 100)
    report = recorded.run()
    assert len(report.extraction.restored) == len(recorded.undisturbed["archive"])
    left = left_in(warehouse)
    assert [left[what] == recorded.undisturbed[what] for what in ("public", "archive", "journals")] == [True] * 3
    assert left["outbox"].keys() == recorded.undisturbed["outbox"].keys()
    assert all(left["outbox"].values())


@pytest.mark.night
def test_what_is_lost_and_lies_in_no_channel_any_more_is_reported(recorded: Recorded, tmp_path: Path) -> None:
    warehouse = end_of(recorded)
    receipt = Archive(warehouse / "archive").receipts()[0]
    (warehouse / "archive" / receipt.sha256[:2] / receipt.sha256).unlink()
    (tmp_path / "empty inbox").mkdir()
    report = night(tmp_path / "empty inbox", warehouse, today=DAY)
    assert (report.extraction.restored, report.extraction.lost) == ([], {receipt.path: "lost"})


def write_file(root: Path) -> None:
    write_atomically(root / "told.json", b"{}", 0o644)


def write_again(root: Path) -> None:
    write_atomically(root / "told.json", b"{}", 0o644)
    write_atomically(root / "told.json", b"[]", 0o644)


def name_folder(root: Path) -> None:
    make_folder(root / "a" / "b")
    aside = root / "a" / ".aside"
    (aside / "within").mkdir(parents=True)
    (aside / "within" / "one").write_text("1", encoding="utf-8")
    put_in_place(aside, root / "a" / "b" / "folder")


def name_many(root: Path) -> None:
    pairs = []
    for number in range(3):
        aside = root / f".aside-{number}"
        aside.mkdir()
        (aside / "one").write_text("1", encoding="utf-8")
        pairs.append((aside, root / "a" / f"folder {number}"))
    put_all_in_place(pairs)


def move_file(root: Path) -> None:
    write_atomically(root / "here", b"1")
    make_folder(root / "there")
    move(root / "here", root / "there" / "moved")


def add_lines(root: Path) -> None:
    for number in range(3):
        Journal(root / "a" / "journal.jsonl").add([{"number": number}, {"number": number}])


FOUND: dict[Callable[[Path], None], Callable[[Path], bool]] = {
    write_file: lambda root: not (root / "told.json").exists() or (root / "told.json").read_bytes() == b"{}",
    write_again: lambda root: not (root / "told.json").exists() or (root / "told.json").read_bytes() in (b"{}", b"[]"),
    name_folder: lambda root: all(
        (folder / "within" / "one").read_bytes() == b"1" for folder in root.glob("a/b/folder")
    ),
    name_many: lambda root: all((folder / "one").read_bytes() == b"1" for folder in root.glob("a/folder*")),
    move_file: lambda root: all(path.read_bytes() == b"1" for path in root.glob("there/moved")),
    add_lines: lambda root: (
        [line["number"] for line in Journal(root / "a" / "journal.jsonl").lines()]
        in [[0, 0, 1, 1, 2, 2][:end] for end in (0, 2, 4, 6)]
    ),
}  # fmt: skip


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with watched_disk(Disk(tmp_path / "disk")) as watched:
        yield watched


@pytest.mark.parametrize("write", FOUND)
def test_what_has_a_name_has_its_bytes(disk: Disk, write: Callable[[Path], None], tmp_path: Path) -> None:
    write(disk.root)
    disk.take("the end")
    assert not_on_disk(disk.moments[-1]) == []
    for number, moment in enumerate(disk.moments):
        for way in WAYS:
            left_of(moment, way, random.Random(f"{number} {way}"), tmp_path / "left")
            assert FOUND[write](tmp_path / "left"), (moment.what, way)


def test_what_only_has_a_name_is_seen_to_be_lost(disk: Disk, tmp_path: Path) -> None:
    (disk.root / "aside").write_text("1", encoding="utf-8")
    (disk.root / "aside").replace(disk.root / "told")
    disk.take("the end")
    assert not_on_disk(disk.moments[-1]) == ["/told (its name)", "told"]
    left_of(disk.moments[-1], "names", random.Random(0), tmp_path / "left")
    assert (tmp_path / "left" / "told").read_bytes() == b""


def test_a_file_that_has_both_names_after_a_move_is_moved(tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(b"1")
    os.link(tmp_path / "here", tmp_path / "there")
    move(tmp_path / "here", tmp_path / "there")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_file_with_personal_data_that_came_back_with_the_power_is_deleted_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    restricted = Restricted(tmp_path / "restricted", archive)
    sha256, _ = archive.store((tmp_path / "archive-source").open("wb+"))
    restricted.restrict(sha256, Verdict(None, []))
    restricted.resume_pending(retention_days=0)
    assert restricted.deleted(sha256)
    restricted.path_of(sha256).write_bytes(b"")
    Restricted(tmp_path / "restricted", archive).resume_pending(retention_days=0)
    assert list((tmp_path / "restricted").iterdir()) == []


def test_a_writer_syncs_what_a_killed_one_left(disk: Disk) -> None:
    with writer_lock(disk.root):
        pass
    (disk.root / "left").write_text("1", encoding="utf-8")
    with writer_lock(disk.root):
        disk.take("nobody was killed")
    assert "left" in str(not_on_disk(disk.moments[-1]))
    (disk.root / ".lock").write_text('{"pid": 1, "doing": "nightly"}', encoding="utf-8")
    with writer_lock(disk.root):
        disk.take("one was killed")
    assert "left" not in str(not_on_disk(disk.moments[-1]))
