"""Mistakes of whoever gives a command: exit code 2, words that help, and nothing started, made or changed."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest

from tests.commands import Places

WHY = ("--reason", "가상의 사유입니다")
# Words of the command → what it must say. None of them needs a warehouse.
WRONG = {
    "backfill --years 2020:2016 --yes": "2020:2016",
    "backfill --years 1900": "1900",
    "backfill --years 2020 --dataset dsc_clas": "dsc_class",
    "backfill --years 2020 --reason x": "--reason",
    "backfill --resume": "no unfinished backfill",
    "serve --cron nonsense": "five fields",
    "serve --cron 61 25 * * *": "five fields",
    "serve --host 0.0.0.0": "PREFECT_SERVER_API_AUTH_STRING",
    "run --wait -1": "number of seconds",
    "run --wait nan": "number of seconds",
    "runs --kind nightl": "known are nightly",
    "runs --last 0": "--last",
    "releases pin 7 --reason x": "--reason",
    "rollback 7": "no release '7'",
    "diff 1 2": "no release '1'",
    "withdraw abcdef --reason x": "--reason",
    "template dsc_clas --year 2020": "dsc_class",
    "template dsc_class --year 1999": "2010",
    "template dsc_class --year 2020 --out /nowhere/form.xlsx": "cannot be written",
    "check /nowhere.csv": "cannot be read",
    "sample --out /nowhere.d/inbox --year 2025:2020": "no years",
    "region 서울 --on 2020-13-01": "YYYY-MM-DD",
    "submissions --status due --state accepted": "what is owed",
}


def said(text: str) -> str:
    """Without the frame that is drawn around a wrong option."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_command_is_told_before_anything_is_started(words: str, places: Places, tmp_path: Path) -> None:
    arguments = words.split(" ", 2 if "cron" in words else -1)
    done = places.command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert WRONG[words] in said(done.stderr)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "prefect").exists()
    assert not places.warehouse.exists()


SETTINGS = {
    "no number": ({"SCICULTURE_MAX_CELLS": "many"}, 2, "SCICULTURE_MAX_CELLS"),
    "no such option of a channel": ({"SCICULTURE_INBOX_A_B": "x"}, 2, "SCICULTURE_INBOX_A_B"),
    "no such inbox": ({"SCICULTURE_INBOX": "/nowhere"}, 5, "/nowhere"),
    "no such kind of inbox": ({"SCICULTURE_INBOX": "gopher://x/y"}, 5, "gopher"),
    "a file for a warehouse": ({"SCICULTURE_WAREHOUSE": __file__}, 2, "is not a folder"),
    "a warehouse in a file": ({"SCICULTURE_WAREHOUSE": f"{__file__}/warehouse"}, 2, "is not a folder"),
    "a warehouse where nothing can be": ({"SCICULTURE_WAREHOUSE": "/proc/warehouse"}, 2, "nothing can be stored"),
    "a file for Prefect's records": ({"PREFECT_HOME": __file__}, 2, "PREFECT_HOME"),
}


# What is served waits for a channel that comes back.
CASES = [
    (command, case) for command in ("run", "serve") for case in SETTINGS if command == "run" or SETTINGS[case][1] == 2
]


@pytest.mark.parametrize(("command", "case"), CASES)
def test_a_wrong_setting_is_told_before_anything_is_started(
    command: str, case: str, places: Places, tmp_path: Path
) -> None:
    environment, code, told = SETTINGS[case]
    done = places.command(command, **environment)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "disk" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "prefect").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_is_read_only_is_told_as_such(places: Places, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        done = places.command("run")
    finally:
        tmp_path.chmod(0o700)
    assert done.returncode == 5
    assert "cannot be written" in done.stderr


def test_a_limit_of_the_size_of_files_is_no_full_disk(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process itself isn't limited here: a limit once lowered stays."""
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1024, resource.RLIM_INFINITY))
    done = places.command("run")
    assert done.returncode == 5
    assert "may not grow beyond 1024 bytes" in done.stderr
    assert "ulimit" in done.stderr
    assert "full" not in done.stderr


@pytest.mark.parametrize("command", ["publish", "rebuild"])
def test_without_a_submission_there_is_nothing_to_make(command: str, places: Places, tmp_path: Path) -> None:
    done = places.command(command)
    assert (done.returncode, done.stdout) == (5, "")
    assert "no submission has been received yet" in done.stderr
    assert not (tmp_path / "prefect").exists()


FILTERS = {
    ("--dataset", "dsc_clas"): "dsc_class",
    ("--submitter", "없는기관"): "known are ",
    ("--year", "1850"): "2020",
    ("--missing", "--dataset", "dsc_clas"): "dsc_class",
    ("--status", "due", "--year", "1850"): "2020",
    ("--state", "acepted"): "accepted",
    ("--since", "2020-02-30"): "YYYY-MM-DD",
}


def test_a_name_that_fits_nothing_is_no_empty_answer(small_night: Places) -> None:
    for words, told in FILTERS.items():
        done = small_night.command("submissions", *words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert told in said(done.stderr), words
    done = small_night.command("diff", "1", "1", "--table", "mart_dsc_sumary")
    assert done.returncode == 2
    assert "mart_dsc_summary" in done.stderr
    # What may come but hasn't is none: an empty list is the answer.
    assert small_night.command("submissions", "--year", "2025", "--json").answer == []
    assert small_night.command("submissions", "--dataset", "voucher_usage", "--json").answer == []


def test_a_failure_is_told_to_machines_too(places: Places) -> None:
    done = places.command("backfill", "--years", "2020:2016", "--json")
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["exit_code"] == 2
    assert told["error"] in done.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_korean_passes_whatever_the_locale(locale: dict[str, str], places: Places) -> None:
    done = places.process("template", "--list", **locale)
    assert (done.returncode, done.stderr) == (0, "")
    assert "dsc_class" in done.stdout
