"""Whatever a file holds, it is answered: no crash, no hang, no lost row, and the same answer each time.

``FUZZED_FILES`` says how many files are made (40 unless set); each is told by its number alone.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType

import polars as pl
import pytest
from forms import CLASS, as_csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import Judged, judge
from mutations import ODD, corpus, mutate

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.check import as_answer, check_file

COUNT = int(os.environ.get("FUZZED_FILES") or 40)
BATCHES = 8
SECONDS = 60  # no file of this size may keep the reader longer; only a hang does
MEBIBYTES = 1024  # that all of them together may add to what the process holds


@contextmanager
def bounded(what: str) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        pytest.fail(f"{what}: no answer within {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def hold(data: bytes, name: str) -> Judged:
    """Fails where a file is not answered as every file must be."""
    judged = judge(data, name)
    crashed = [f.value for f in judged.reading.findings if f.value and "읽는 중 오류" in f.value]
    assert not crashed
    for validated in judged.outcomes.values():
        for account in validated.accounts.to_dicts():
            assert account["read"] == account["loaded"] + account["quarantined"] + account["left_out"]
        key = ["part", "row"]
        rows = validated.quarantine.select("part", pl.col("source_row").alias("row"))
        told = validated.findings.filter(pl.col("severity") == "error").select(key)
        assert rows.join(told, on=key, how="anti").is_empty()
        assert rows.height == validated.accounts["quarantined"].sum()
    tables = {table.frame.height for table in judged.reading.tables}
    assert tables == {account for v in judged.outcomes.values() for account in v.accounts["read"]}
    return judged


def answer(data: bytes, name: str) -> dict[str, object]:
    return as_answer(check_file(data, name, None, load_contracts()))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_file_that_was_tampered_with_is_answered(batch: int) -> None:
    files = corpus()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(batch, COUNT, BATCHES):
        name, data = mutate(files, Random(number))
        with bounded(f"file {number}"):
            try:
                hold(data, name)
                if number % 10 == 0:
                    assert answer(data, name) == answer(data, name)
            except BaseException as error:
                error.add_note(f"file {number}, made of {name}")
                raise
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < MEBIBYTES * 1024


GOOD = [list(CLASS.values())]
CELL = st.one_of(
    st.sampled_from(ODD), st.sampled_from(list(CLASS.values())), st.text(max_size=12), st.integers().map(str)
)
ROW = st.lists(CELL, max_size=len(CLASS) + 1)


@settings(
    max_examples=max(20, COUNT // 4), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
    database=None,
)  # fmt: skip
@given(title=st.lists(ROW, max_size=3), rows=st.lists(ROW, max_size=8))
def test_every_row_below_a_header_is_accounted_for(title: list[list[str]], rows: list[list[str]]) -> None:
    made = [[cell.replace("\x00", "") for cell in row] for row in [*title, list(CLASS), *GOOD, *rows]]
    with bounded(repr(made)):
        judged = hold(as_csv(made), "2020.csv")
    if judged.personal or judged.reading.refused or len(judged.reading.tables) > 1:
        return
    (table,) = judged.reading.tables
    ((validated),) = judged.outcomes.values()
    assert validated.accounts["read"].to_list() == [table.frame["row"].max() - table.frame["row"].min() + 1]
    assert table.frame["row"].to_list()[0] > len(title)
