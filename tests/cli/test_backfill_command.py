"""``sciculture backfill`` and ``runs``, as an engineer uses them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.commands import COMMAND, Places

WHY = ("--reason", "가상의 사유: 처음부터 다시 읽기")


def runs(places: Places) -> list[dict[str, Any]]:
    return list(places.command("runs", "--json").answer)


def test_it_plans_and_does_nothing_before_it_is_told_to(small_night: Places) -> None:
    places, before = small_night, runs(small_night)
    done = places.command("backfill", "--years", "2016:2025", "--plan", "--json")
    assert done.returncode == 0, done.stderr
    plan = done.answer
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
        assert refused.returncode == 2, words
        assert told in refused.stderr, words
        assert "Traceback" not in refused.stderr
    assert runs(places) == before


@pytest.mark.slow
def test_killed_it_is_resumed_with_its_plan_and_reason(small_night: Places) -> None:
    places, before = small_night, small_night.hashes()
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
