"""The summary at the end of a run: what this run did, and what stands after all of them, each by its name."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from sciculture_etl.cli.views.console import show_summary
from sciculture_etl.pipeline import RunReport
from tests.nights import settings


def test_this_run_and_all_so_far_are_told_apart(tmp_path: Path) -> None:
    report = RunReport(verdicts={"accepted": 2593, "rejected": 15}, new_verdicts={"accepted": 4}, missing=7)
    shown = StringIO()
    show_summary(Console(file=shown, width=120), settings(tmp_path, tmp_path), report, {"work": 1.0})
    lines = [line.split() for line in shown.getvalue().splitlines()]
    (heads,) = [line for line in lines if "누계" in line]
    assert heads == ["this", "run", "/", "이번", "all", "so", "far", "/", "누계"]
    told = {line[0]: line[-2:] for line in lines if line[:1] in (["accepted"], ["rejected"])}
    assert told == {"accepted": ["4", "2,593"], "rejected": ["0", "15"]}
    assert "Rows of all submissions so far" in shown.getvalue()
