"""What a served deployment does and says: each test is a run, or the end, of the same ``sciculture serve``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

from forms import CLASS, SUBMITTER, as_csv, table
from nights import published, submit

from sciculture_etl.load.warehouse import writer_lock
from tests.cli.conftest import COMMAND, Places
from tests.flows.serving import Served, until

MARTS = "duckdb://sciculture/"


def test_a_night_with_a_rejected_file_is_completed_and_shown_with_its_lineage(served: Served) -> None:
    submit(served.places.inbox, SUBMITTER, "강좌.csv", as_csv(table(CLASS)))
    submit(served.places.inbox, SUBMITTER, "빈 파일.csv", b"")
    run = served.api.start("nightly")
    kind, name, message = served.api.ended(run)
    assert (kind, name) == ("COMPLETED", "Published")
    assert re.match(r"release 00001-\d{8}; 2 received / 접수; 1 rejected / 반려", message)
    assert re.fullmatch(r"nightly \d{4}-\d\d-\d\d", served.api.run(run)["name"])
    shown = served.api.artifacts(run)
    assert set(shown) == {"reading", "summary", "findings", "figures"}
    assert shown["reading"]["data"] == 100
    assert "R_EMPTY" in shown["findings"]["data"]
    made = until(lambda: served.api.event_about("materialization.succeeded", f"{MARTS}mart_dsc_summary"), "the asset")
    upstream = {related["prefect.resource.id"] for related in made["related"]}
    assert {"sciculture://submissions/dsc_class", f"{MARTS}fct_dsc_class"} <= upstream
    assert not served.told.messages


def test_a_run_at_the_console_uses_the_server_that_serves(served: Served) -> None:
    before = {run["id"] for run in served.api.post("/flow_runs/filter", {})}
    code, report = served.places.run()
    assert (code, report["outcome"]) == (0, "unchanged")
    (run,) = [run for run in served.api.post("/flow_runs/filter", {}) if run["id"] not in before]
    assert (run["state_name"], run["deployment_id"]) == ("Nothing new", None)


def test_a_busy_warehouse_is_waited_for_and_its_holder_named(served: Served) -> None:
    with writer_lock(served.places.warehouse, doing="a test"):
        kind, name, message = served.api.ended(served.api.start("publish", wait_seconds=0.1))
        assert (kind, name) == ("FAILED", "Busy")
        assert f"(a test) holds {served.places.warehouse}: process {os.getpid()}" in message
        waiting = served.api.start("publish")
        served.api.running(waiting)
    assert served.api.ended(waiting)[:2] == ("COMPLETED", "Nothing new")
    assert len(served.told.about("Busy")) == 1


def all_ended(served: Served, deployment: str, before: str) -> dict[str, dict[str, Any]]:
    """The runs that were due before then, by their day; none as long as not all have ended."""
    due = {"deployment_id": {"any_": [deployment]}, "expected_start_time": {"before_": before}}
    runs = served.api.post("/flow_runs/filter", {"flow_runs": due})
    ended = all(run["state_type"] in ("COMPLETED", "CANCELLED") for run in runs)
    return {run["expected_start_time"][:10]: run for run in runs} if ended else {}


def test_of_missed_schedules_the_newest_runs_and_the_others_say_which(served: Served) -> None:
    deployment = served.api.deployment("nightly")["id"]
    served.api.post(
        f"/deployments/{deployment}/schedule",
        {"start_time": "2020-06-01T00:00:00Z", "end_time": "2025-06-01T00:00:00Z", "min_runs": 1, "max_runs": 9},
    )
    ended = until(lambda: all_ended(served, deployment, before="2025-06-01T00:00:00Z"), "the schedules")
    assert len(ended) == 5
    *older, newest = sorted(ended)
    assert ended[newest]["state_name"] == "Nothing new"
    assert {ended[day]["state_name"] for day in older} == {"Skipped"}
    assert {ended[day]["name"] for day in older[1:]} == {f"nightly {year}-01-01" for year in range(2022, 2025)}
    assert all("was due at 2025-01-01 00:00" in ended[day]["state"]["message"] for day in older)


def test_a_killed_run_is_told_as_crashed_and_the_next_one_finishes(served: Served) -> None:
    with writer_lock(served.places.warehouse, doing="a test"):
        run = served.api.start("nightly")
        served.api.running(run)
        os.kill(served.process_of_run(), signal.SIGKILL)
        assert served.api.ended(run)[0] == "CRASHED"
    until(lambda: served.told.about("Crashed"), "the notification")
    assert served.api.ended(served.api.start("nightly"))[0] == "COMPLETED"


def test_a_refusal_is_failed_and_told_in_both_languages_without_personal_data(served: Served, tmp_path: Path) -> None:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse", served.places.prefect_home)
    submit(places.inbox, "홍길동 010-2345-6789", "빈 파일.csv", b"")
    lost = "json://user:hidden@127.0.0.1:9/"
    done = subprocess.run(
        [str(COMMAND), "run", "--json"], env=places.environment | {"SCICULTURE_NOTIFY": f"{lost}, {served.told.url}"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (4, "refused")
    (message,) = served.told.about("Refused")
    assert "공표하지 않았습니다" in message["message"]
    assert "It was not published" in message["message"]
    assert "/runs/flow-run/" in message["message"]
    assert "the notification to json://... of SCICULTURE_NOTIFY wasn't delivered" in done.stderr
    everything = done.stdout + done.stderr + json.dumps(served.told.messages, ensure_ascii=False)
    assert not [secret for secret in ("hidden", "s3cret", "2345-6789") if secret in everything]


def test_a_failure_is_told_with_what_to_mend(served: Served) -> None:
    served.places.inbox.rename(served.places.inbox.with_name("away"))
    try:
        kind, name, message = served.api.ended(served.api.start("nightly"))
    finally:
        served.places.inbox.with_name("away").rename(served.places.inbox)
    assert (kind, name) == ("FAILED", "Failed")
    assert "SCICULTURE_INBOX" in message
    (told,) = served.told.about("Failed")
    assert message in told["message"]


def test_stopped_by_a_kill_it_leaves_no_process_and_the_figures_stand(served: Served) -> None:
    with writer_lock(served.places.warehouse, doing="a test"):
        served.api.running(served.api.start("publish"))
        assert served.process_of_run()
        assert served.left_behind_by(signal.SIGKILL) == []
    assert published(served.places.warehouse, "SELECT count(*) FROM mart_dsc_summary") == [(1,)]
