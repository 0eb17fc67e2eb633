"""Which versions count and which wait: cases as data (``walks.yml``), and chance sequences of what may happen."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from versions.walks import CENTRE, OTHER, Log, described, table

from sciculture_etl.versions.fold import Fold

CASES = yaml.safe_load(Path(__file__).with_name("walks.yml").read_text(encoding="utf-8"))


def waiting(walked: Fold) -> list[str]:
    found = []
    for row in walked.waiting.to_dicts():
        values = f"{row['value_before']:.0f} {row['value_after']:.0f}"
        found.append(f"{described([row])[0]} {row['cause']} {row['measure']} {values}")
    return sorted(found)


# One in the suite, beside the cases; more in the slow ring.
SEEDS = [pytest.param(seed, marks=pytest.mark.slow) if seed else seed for seed in range(12)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_counts(case: dict[str, Any]) -> None:
    log = Log()
    for number, line in enumerate(table(case["versions"]), start=1):
        arrival, file, said = int(line.pop("arrival")), line.pop("file"), line.pop("day", str(number))
        day = None if said == "none" else int(said)
        version: dict[str, Any] = line | ({"key": ""} if line.get("key") == "year" else {})
        if "year" in version:
            version["year"] = int(version["year"])
        log.receive(file, arrival, day, **version)
    for decision in case.get("decided", []):
        log.decide(*decision.split())
    for line in table(case.get("years", "kind")):
        log.decide_year(line["kind"], seen=int(line["seen"]), submitter=line.get("submitter"), until=line.get("until"))
    walked = log.walk()
    assert described(walked.counting.to_dicts()) == case["counting"]
    assert waiting(walked) == case.get("waiting", [])


def random_event(log: Log, chance: random.Random, arrival: int, files: list[str]) -> None:
    """Something that a night or a person may do."""
    kind = chance.choice(["receive"] * 6 + ["approved", "rejected", "withdrawn", "undone", "closed", "reopened"])
    if kind == "receive":
        file = f"f{len(files):03}"
        files.append(file)
        submitter = chance.choice([CENTRE, OTHER])
        for key in chance.sample(["", "1", "2"], chance.choice([1, 1, 2])):
            users = chance.choice([0, 5, 200, 3000])
            year = chance.choice([2019, 2020])
            log.receive(
                file, arrival, chance.randint(1, 60), submitter=submitter, key=key, year=year, users=users,
                rows=chance.choice([1, 12, 30, 40]),
            )  # fmt: skip
    elif kind in ("closed", "reopened"):
        only = chance.choice([None, CENTRE]) if kind == "reopened" else None
        until = "2020-04-20" if only and chance.random() < 0.5 else None
        log.decide_year(kind, chance.choice([2019, 2020]), submitter=only, until=until)
    elif files:
        log.decide(kind, chance.choice(files))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_came_night_by_night_counts_as_in_a_rebuild(seed: int) -> None:
    """Walked after every event, and once at the end over tables filled in another order: the same."""
    chance = random.Random(seed)
    log, files = Log(), list[str]()
    for arrival in range(1, 12):
        for _ in range(chance.randint(1, 3)):
            random_event(log, chance, arrival, files)
        before = log.walk()
    again = Log()
    for name, rows in (
        (name, log.connection.execute(f"FROM log.{name}").fetchall())
        for name in ("receipt", "submission", "version", "version_measure", "decided", "withdrawn", "closing")
    ):
        chance.shuffle(rows)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            again.connection.executemany(f"INSERT INTO log.{name} VALUES ({marks})", rows)
    rebuilt = again.walk()
    assert rebuilt.counting.equals(before.counting)
    assert rebuilt.waiting.equals(before.waiting)
    held = set(before.waiting.select("submission_id", "program_year", "submitter", "partition_key").rows())
    counting = set(before.counting.select("submission_id", "program_year", "submitter", "partition_key").rows())
    assert not held & counting
    for _, years in before.counting.group_by("dataset", "submitter", "program_year"):
        keys = years["partition_key"].to_list()
        assert len(keys) == len(set(keys))
        if "" in keys and len(keys) > 1:  # of one file alone
            assert years["submission_id"].n_unique() == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_counts_goes_unapproved_by_more_than_the_guards_allow(seed: int) -> None:
    """Of an institution's year, night by night, where nobody decides anything."""
    chance = random.Random(1000 + seed)
    log = Log()
    before = 0
    for arrival in range(1, 25):
        log.receive(f"f{arrival:03}", arrival, chance.randint(1, 90), key="", rows=chance.choice([1, 5, 12, 30, 40]))
        (count,) = (
            log.connection.execute("FROM log.version")
            .pl()
            .join(log.walk().counting, on=["submission_id", "partition_key"])["row_count"]
            .to_list()
        )
        assert before - count < 10 or 3 * (before - count) <= before
        before = count
