"""``sciculture backfill`` and ``runs``, as an engineer uses them."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from sciculture_sample import DAILY_SCIENCE_CLASS, write_sample
from tests.cli.conftest import COMMAND, Places
from tests.nights import night

WHY = ("--reason", "가상의 사유: 처음부터 다시 읽기")


@pytest.fixture(scope="module")
def places(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """What three institutions told of 2020, after the first night."""
    folder = tmp_path_factory.mktemp("backfill")
    places = Places(folder / "inbox", folder / "warehouse", prefect_home)
    write_sample(places.inbox, institutions=3, datasets=DAILY_SCIENCE_CLASS)
    night(places.inbox, places.warehouse)
    return places


def runs(places: Places) -> list[dict[str, Any]]:
    return list(json.loads(places.command("runs", "--json").stdout))


def test_it_plans_and_does_nothing_before_it_is_told_to(places: Places) -> None:
    before = runs(places)
    done = places.command("backfill", "--years", "2016:2025", "--plan", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert (plan["files"], plan["why"]) == (0, {})
    assert plan["unchanged"] > 10
    nothing = places.command("backfill", "--years", "2020")
    assert nothing.returncode == 0
    assert "nothing to do" in nothing.stdout
    shown = places.command("backfill", "--years", "2020", "--all", "--plan")
    assert "asked for" in shown.stdout
    assert "mart_dsc_summary" in shown.stdout
    mistakes = {
        ("--years", "2020", "--all"): "--reason",
        ("--years", "2020", "--all", *WHY): "--yes",
        ("--years", "2020", "--dataset", "dsc_clas"): "dsc_class",
        ("--resume",): "unfinished",
        ("--years", "2020", "--all", "--yes", "--reason", "담당자 010-0000-0000"): "personal data",
    }
    for words, told in mistakes.items():
        refused = places.command("backfill", *words)
        assert refused.returncode in (2, 5), words
        assert told in refused.stderr, words
        assert "Traceback" not in refused.stderr
    assert runs(places) == before


@pytest.mark.slow
def test_killed_it_is_resumed_with_its_plan_and_reason(places: Places) -> None:
    before = places.hashes()
    backfill = subprocess.Popen(
        [str(COMMAND), "backfill", "--years", "2019:2020", "--all", "--yes", *WHY],
        env=places.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not _planned(places.warehouse) and backfill.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    backfill.kill()
    backfill.wait()
    killed = runs(places)[0]
    assert (killed["kind"], killed["outcome"], killed["reason"]) == ("backfill", "unfinished", WHY[1])
    assert killed["plan"]["files"] > 10
    code, report = places.run("backfill", "--resume", "--yes", "--explain")
    assert (code, report["outcome"]) == (0, "unchanged")
    assert 0 < report["files"]["read"] <= killed["plan"]["files"]
    assert {reason["why"] for reason in report["reasons"] if reason["step"] == "read"} == {"asked for"}
    last = runs(places)[0]
    assert (last["outcome"], last["reason"], last["plan"]["years"]) == ("unchanged", WHY[1], [2019, 2020])
    assert places.hashes() == before


def _planned(warehouse: Path) -> bool:
    journal = (warehouse / "archive" / "runs.jsonl").read_text(encoding="utf-8")
    return '"plan": {"years": [2019, 2020]' in journal
