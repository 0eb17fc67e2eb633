"""What releases have shown and withheld is kept with the archive, one delta a release."""

from __future__ import annotations

import stat
from pathlib import Path

import polars as pl
import pytest

from sciculture_etl.disclosure.history import STATE, keep_history, read_history, write_history
from sciculture_etl.errors import ArchiveError


def state(**numbers: tuple[str | None, float | None, float | None]) -> pl.DataFrame:
    """Row → mark, value as shown, exact."""
    rows = [("mart", f'["{name}"]', "persons", *said, None, None) for name, said in numbers.items()]
    return pl.DataFrame(rows, STATE, orient="row")


def released(archive: Path, *states: pl.DataFrame) -> None:
    for number, one in enumerate(states, start=1):
        write_history(archive, f"{number:05d}-20260101", one, read_history(archive))
        keep_history(archive, lambda _: True)


def rows_of(frame: pl.DataFrame) -> list[str]:
    return [key.strip('[]"') for key in frame["row_key"].sort()]


def test_a_release_adds_what_it_says_otherwise_alone(tmp_path: Path) -> None:
    first = state(a=(None, 5, 5), b=("x", None, 2), c=(None, 9, 9))
    second = state(a=(None, 5, 5), b=("x", None, 1))
    released(tmp_path, first, second, second)
    read = read_history(tmp_path)
    assert read.releases == ("00001-20260101", "00002-20260101", "00003-20260101")
    assert [len(group) for _, group in read.lines.group_by("number", maintain_order=True)] == [3, 2]
    assert read.latest().sort("row_key").equals(second.sort("row_key"))


def test_it_is_for_this_user_alone(tmp_path: Path) -> None:
    released(tmp_path, state(a=(None, 5, 5)))
    folder = tmp_path / "disclosure"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_what_was_withheld_counts_as_long_as_its_row_is_there(tmp_path: Path) -> None:
    hidden, shown = state(a=("x", None, 2), b=("x", None, 1), c=(None, 7, 7)), (None, 7, 7)
    released(tmp_path, hidden, state(a=shown, c=shown), state(a=shown, b=shown, c=shown))
    assert rows_of(read_history(tmp_path).withheld()) == ["a"]


def test_a_number_is_known_once_it_was_shown_and_until_it_changes(tmp_path: Path) -> None:
    released(
        tmp_path,
        state(a=(None, 5, 5), b=(None, 6, 6), c=("x", None, 2), d=(None, 8, 8)),
        state(a=("x", None, 5), b=("x", None, 7), c=("x", None, 2), d=(None, 8, 8)),
        state(a=("x", None, 5), b=("x", None, 7), c=("x", None, 2)),
    )
    assert read_history(tmp_path).known().select("row_key", "exact").rows() == [('["a"]', 5)]


def test_what_a_run_that_was_killed_would_have_shown_counts_where_its_release_is_there(tmp_path: Path) -> None:
    first, pending = state(a=(None, 5, 5)), state(a=(None, 6, 6))
    released(tmp_path, first)
    for is_released, value in ((False, 5), (True, 6)):
        write_history(tmp_path, "00002-20260101", pending, read_history(tmp_path))
        assert read_history(tmp_path).latest()["value"].to_list() == [5]
        keep_history(tmp_path, lambda name, answer=is_released: answer and name == "00002-20260101")
        assert read_history(tmp_path).latest()["value"].to_list() == [value]
    assert sorted(path.name for path in (tmp_path / "disclosure").iterdir()) == [
        "00001-20260101.parquet",
        "00002-20260101.parquet",
    ]


def test_a_damaged_delta_is_named(tmp_path: Path) -> None:
    released(tmp_path, state(a=(None, 5, 5)))
    path = tmp_path / "disclosure" / "00001-20260101.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArchiveError, match="00001-20260101"):
        read_history(tmp_path)
