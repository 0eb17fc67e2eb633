"""What every release has shown and withheld of persons: ``archive/disclosure/<release_id>.parquet``, a delta each.

Once a release is out, readers may hold it whatever becomes of its folder, so what it said is kept with the archive: it
is backed up, and a rebuild reads it. A delta is on disk before the swap, as ``<release_id>.pending``, and gets its name
once the release has its own. Where a run was killed in between, the next one tells by the release whether it counts.

The files hold exact numbers of few persons and are this user's alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from sciculture_etl.errors import ArchiveError
from sciculture_etl.messages import message
from sciculture_etl.storage.access import OWN_FILE, OWN_FOLDER
from sciculture_etl.storage.atomic import make_folder, move, write_atomically

FOLDER = "disclosure"
NAME = re.compile(r"^(\d{5,})-\d{8}\.parquet$")
PENDING = ".pending"
# Why a number isn't shown: it is withheld; its year isn't closed.
WITHHELD, NOT_YET = "x", "…"
# What a number is known by. measure: the column, in a long table the measure.
KEY = ("table_name", "row_key", "measure")
# What is said of a number. mark: NULL where it is shown. value: as shown. exact: as it was. groups: of a row of cells
# that are added up, a JSON object of the columns by which they are. is_open: of such a row, whether its year was open.
STATED = pl.Schema(
    [
        ("mark", pl.String()),
        ("value", pl.Float64()),
        ("exact", pl.Float64()),
        ("groups", pl.String()),
        ("is_open", pl.Boolean()),
    ]
)
# The numbers as one release has them.
STATE = pl.Schema([*((name, pl.String()) for name in KEY), *STATED.items()])
# Those of a file; a number that is no more has nothing but NULL.
LINE = pl.Schema([("release_id", pl.String()), *STATE.items()])


def number_of(release_id: str) -> int:
    return int(release_id.partition("-")[0])


def row_key(columns: list[str], alias: str) -> str:
    """SQL of the key of a row: its grain's values as text, a JSON list."""
    values = ", ".join(f'CAST({alias}."{name}" AS VARCHAR)' for name in columns)
    return f"CAST(to_json([{values}]) AS VARCHAR)"


@dataclass(frozen=True)
class History:
    """What releases have shown and withheld, in their order.

    Attributes:
        releases: every one that is told of.
        lines: as ``LINE`` says, with ``number``, that of the release, in the order of the releases.
    """

    releases: tuple[str, ...]
    lines: pl.DataFrame

    def latest(self) -> pl.DataFrame:
        """The numbers as the last release has them, as ``STATE`` says."""
        last = self.lines.group_by(KEY, maintain_order=True).last().drop("release_id", "number")
        return last.filter(~_is_gone()).select(STATE.names())

    def up_to(self, number: int) -> History:
        """The same as after the release of that number."""
        releases = tuple(name for name in self.releases if number_of(name) <= number)
        return History(releases, self.lines.filter(pl.col("number") <= number))

    def alone(self, release_id: str) -> History:
        """As if that release were the only one."""
        state = self.up_to(number_of(release_id)).latest()
        return added(History((), self.lines.clear()), release_id, state)

    def withheld(self) -> pl.DataFrame:
        """``KEY`` of the numbers that a release withheld since their row came."""
        since = self.lines.with_columns(run=_is_gone().cast(pl.Int32).cum_sum().over(KEY))
        was = since.group_by(*KEY, "run").agg(x=(pl.col("mark") == WITHHELD).any(), last=pl.col("number").max())
        newest = since.group_by(KEY).agg(run=pl.col("run").max(), gone=_is_gone().last())
        found = newest.filter(~pl.col("gone")).join(was, on=[*KEY, "run"])
        return found.filter(pl.col("x").fill_null(value=False)).select(KEY).sort(KEY)

    def known(self) -> pl.DataFrame:
        """``KEY`` and ``exact`` of the numbers that were shown, and are as they were in all releases since.

        Whoever holds the earlier release knows them, whatever is withheld now: where ``exact`` is still the same, they
        hide nothing.
        """
        runs = self.lines.with_columns(
            run=(pl.col("exact").ne_missing(pl.col("exact").shift().over(KEY))).cast(pl.Int32).cum_sum().over(KEY)
        )
        newest = runs.filter(pl.col("run") == pl.col("run").max().over(KEY))
        is_shown = pl.col("mark").is_null() & pl.col("value").is_not_null()
        found = newest.group_by(KEY).agg(pl.col("exact").last(), shown=is_shown.any())
        return found.filter("shown").select(*KEY, "exact").sort(KEY)


def _is_gone() -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_null() for name in STATED.names())


def files_of(archive: Path) -> list[Path]:
    """The deltas, the oldest first."""
    found = [path for path in (archive / FOLDER).glob("*.parquet") if NAME.match(path.name)]
    return sorted(found, key=lambda path: (number_of(path.name), path.name))


def read_history(archive: Path) -> History:
    """What the releases of the archive have shown and withheld.

    Raises:
        ArchiveError: Where a file can't be read.
    """
    read = [pl.DataFrame(schema={**LINE, "number": pl.Int64()})]
    releases = []
    for path in files_of(archive):
        number = number_of(path.name)
        releases.append(path.stem)
        try:
            frame = pl.read_parquet(path).select(LINE.names()).cast(LINE)
        except (OSError, pl.exceptions.PolarsError) as error:
            text = message("disclosure_history_damaged", path=path, reason=type(error).__name__)
            raise ArchiveError(text) from None
        read.append(frame.with_columns(number=pl.lit(number, pl.Int64())))
    return History(tuple(releases), pl.concat(read))


def write_history(archive: Path, release_id: str, state: pl.DataFrame, before: History) -> None:
    """What a release says that isn't out yet, on disk when it returns; it counts once ``keep_history`` says so.

    Args:
        state: the numbers as it has them, as ``STATE`` says.
        before: the history of the releases before it.
    """
    folder = archive / FOLDER
    make_folder(folder, OWN_FOLDER)
    lines = delta(state, before).with_columns(release_id=pl.lit(release_id)).select(LINE.names())
    data = BytesIO()
    lines.sort(KEY).write_parquet(data, compression="zstd")
    write_atomically(folder / f"{release_id}{PENDING}", data.getvalue(), OWN_FILE)


def keep_history(archive: Path, is_released: Callable[[str], bool | None]) -> None:
    """Lets what pending releases show count, and removes it of those that never come out.

    Args:
        is_released: whether readers can have a release; None: not yet.
    """
    for path in (archive / FOLDER).glob(f"*{PENDING}"):
        answer = is_released(path.stem)
        if answer:
            move(path, path.with_suffix(".parquet"))
        elif answer is not None:
            path.unlink()


def added(before: History, release_id: str, state: pl.DataFrame) -> History:
    """The history with a release after it."""
    number = pl.lit(number_of(release_id), pl.Int64())
    lines = delta(state, before).with_columns(release_id=pl.lit(release_id), number=number)
    return History((*before.releases, release_id), pl.concat([before.lines, lines.select(before.lines.columns)]))


def delta(state: pl.DataFrame, before: History) -> pl.DataFrame:
    """The numbers of which something is said that the last release didn't say, and those that are no more."""
    latest = before.latest()
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in STATED.names())
    joined = state.join(latest.with_columns(was=True), on=KEY, how="left", suffix="_before", nulls_equal=True)
    new = joined.filter(pl.col("was").is_null() | ~is_same).select(STATE.names())
    gone = latest.join(state, on=KEY, how="anti").select(
        *KEY, *(pl.lit(None, dtype).alias(name) for name, dtype in STATED.items())
    )
    return pl.concat([new, gone])
