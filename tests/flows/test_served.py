"""What a served deployment does and says: each test is a run, or the end, of the same ``sciculture serve``."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from forms import CLASS, SUBMITTER, as_csv, table
from nights import published, submit

from sciculture_etl.load import writer_lock
from sciculture_etl.publish.outputs import OUTPUTS
from tests.commands import COMMAND, Places
from tests.flows.serving import Served, command_of, descendants
from tests.waiting import until

MARTS = "duckdb://sciculture/"


def test_a_night_with_a_rejected_file_is_completed_and_shown_with_its_lineage(served: Served) -> None:
    submit(served.places.inbox, SUBMITTER, "강좌.csv", as_csv(table(CLASS)))
    submit(served.places.inbox, SUBMITTER, "빈 파일.csv", b"")
    run = served.api.start("nightly")
    kind, name, message = served.api.ended(run)
    assert (kind, name) == ("COMPLETED", "Published")
    assert re.match(r"release 00001-\d{8} \(1\.0\.0\); 2 received / 접수; 1 rejected / 반려", message)
    assert re.fullmatch(r"nightly \d{4}-\d\d-\d\d", served.api.run(run)["name"])
    shown = served.api.artifacts(run)
    assert {"reading", "summary", "findings", "figures"} <= set(shown)
    assert shown["reading"]["data"] == 100
    assert "R_EMPTY" in shown["findings"]["data"]
    made = until(lambda: served.api.event_about("materialization.succeeded", f"{MARTS}mart_dsc_summary"), "the asset")
    upstream = {related["prefect.resource.id"] for related in made["related"]}
    assert {"sciculture://submissions/dsc_class", f"{MARTS}fct_dsc_class"} <= upstream
    # The year was reported for once, so what else was due of it is known now.
    (told,) = until(lambda: served.told.messages, "the notification")
    assert re.fullmatch(r"sciculture: (\d+) missing / 미제출 \1건", told["title"])
    assert f"{SUBMITTER}: dsc_class" in told["message"]


def all_ended(served: Served, deployment: str, before: str) -> dict[str, dict[str, Any]]:
    """The runs that were due before then, by their day; none as long as not all have ended."""
    due = {"deployment_id": {"any_": [deployment]}, "expected_start_time": {"before_": before}}
    runs = served.api.post("/flow_runs/filter", {"flow_runs": due})
    ended = all(run["state_type"] in ("COMPLETED", "FAILED", "CANCELLED") for run in runs)
    return {run["expected_start_time"]: run for run in runs} if ended else {}


@pytest.mark.slow
def test_of_missed_schedules_the_newest_runs_and_the_others_say_which(served: Served) -> None:
    deployment = served.api.deployment("nightly")["id"]
    away = served.places.inbox.with_name("away")
    served.places.inbox.rename(away)
    try:
        served.api.post(
            f"/deployments/{deployment}/schedule",
            {"start_time": "2021-06-01T00:00:00Z", "end_time": "2025-06-01T00:00:00Z", "min_runs": 9, "max_runs": 9},
        )
        ended = until(lambda: all_ended(served, deployment, before="2025-06-01T00:00:00Z"), "the schedules")
    finally:
        away.rename(served.places.inbox)
    *older, newest = [run for _, run in sorted(ended.items())]
    assert [run["name"] for run in older] == [f"nightly {year}-01-01" for year in (2022, 2023, 2024)]
    assert {(run["state_type"], run["state_name"]) for run in older} == {("CANCELLED", "Skipped")}
    assert all("was due at 2025-01-01 00:00" in run["state"]["message"] for run in older)
    # The newest did try: what it failed of is told with what to mend.
    assert (newest["state_name"], newest["name"]) == ("Failed", "nightly 2025-01-01")
    assert "SCICULTURE_INBOX" in newest["state"]["message"]
    (told,) = until(lambda: served.told.about("Failed"), "the notification")
    assert newest["state"]["message"] in told["message"]


def test_a_run_waits_for_the_warehouse_and_is_told_as_crashed_when_killed(served: Served) -> None:
    with writer_lock(served.places.warehouse, doing="a test"):
        run = served.api.start("publish")
        served.api.running(run)
        os.kill(served.process_of_run(), signal.SIGKILL)
        assert served.api.ended(run)[0] == "CRASHED"
    until(lambda: served.told.about("Crashed"), "the notification")


@pytest.mark.slow
def test_a_refusal_at_the_console_shows_where_it_is_served_and_is_told_without_secrets(
    served: Served, tmp_path: Path
) -> None:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse", served.places.prefect)
    submit(places.inbox, "홍길동 010-2345-6789", "빈 파일.csv", b"")
    lost = "json://user:hidden@127.0.0.1:9/"
    done = subprocess.run(
        [str(COMMAND), "run", "--json"], env=places.environment | {"SCICULTURE_NOTIFY": f"{lost}, {served.told.url}"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (4, "refused")
    (run,) = served.api.post("/flow_runs/filter", {"flow_runs": {"state": {"name": {"any_": ["Refused"]}}}})
    assert run["deployment_id"] is None
    (told,) = served.told.about("Refused")
    assert "공표하지 않았습니다" in told["message"]
    assert "The release was refused; the last good one stays" in told["message"]
    assert f"/runs/flow-run/{run['id']}" in told["message"]
    assert "the notification to json://... of SCICULTURE_NOTIFY wasn't delivered" in done.stderr
    everything = done.stdout + done.stderr + json.dumps(served.told.messages, ensure_ascii=False)
    assert not [secret for secret in ("hidden", "s3cret", "2345-6789") if secret in everything]


def asked(served: Served, path: str, body: str, kind: str = "application/json", **headers: str) -> int:
    """The status that someone without the password gets, who sends what a page can send."""
    request = urllib.request.Request(f"{served.api.url}{path}", body.encode(), {"Content-Type": kind, **headers})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    return refused.value.code


def test_no_page_and_no_other_user_of_the_machine_starts_a_run(served: Served) -> None:
    runs = served.api.post("/flow_runs/count", {})
    create = f"/deployments/{served.api.deployment('publish')['id']}/create_flow_run"
    foreign, known = {"Origin": "http://elsewhere.example"}, {"Authorization": served.api.authorization}
    assert asked(served, create, "{}") == 401
    assert asked(served, create, "{}", **foreign, **known) == 403
    assert asked(served, create, "{}", kind="text/plain", **foreign, **known) == 403
    assert asked(served, create, "{}", Host="elsewhere.example", **known) == 400
    assert served.api.post("/flow_runs/count", {}) == runs


def test_the_password_is_shown_nowhere_but_in_its_file(served: Served) -> None:
    process, home = served.process.pid, Path(served.places.prefect["PREFECT_HOME"])
    secret = served.api.password.removeprefix("sciculture:")
    assert len(secret) >= 32
    commands = [command_of(pid) for pid in (process, *descendants(process))]
    assert any("sciculture_flows.server" in command for command in commands)
    assert not [command for command in commands if secret in command]
    holding = [path for path in (*home.rglob("*"), *served.places.warehouse.rglob("*"), served.said)
               if path.is_file() and secret.encode() in path.read_bytes()]  # fmt: skip
    assert holding == [home / "password"]


def test_what_it_makes_is_its_users_alone_but_for_what_is_released(served: Served) -> None:
    """Its shell lets everyone read and change all (``umask 000``)."""
    warehouse, home = served.places.warehouse, Path(served.places.prefect["PREFECT_HOME"])
    releases = warehouse / "releases"
    public = {warehouse / "sciculture.duckdb", warehouse / "current.json", releases, *releases.rglob("*")}
    public -= {
        path for output in OUTPUTS if output.audience == "operator" for path in releases.glob(f"*/{output.path}")
    }
    modes = {path: stat.S_IMODE(path.stat().st_mode) for place in (warehouse, home) for path in place.rglob("*")}
    opened = {path for path, mode in modes.items() if mode & 0o077}
    assert opened == public
    assert {modes[path] for path in opened} == {0o644, 0o755}
    made = {path.name for path in modes.keys() - opened}
    assert {"prefect.db", "server.log", "serving.json", "password", "warehouse.duckdb", "receipts.jsonl"} <= made


def test_stopped_by_a_kill_it_leaves_no_process_and_the_figures_stand(served: Served) -> None:
    with writer_lock(served.places.warehouse, doing="a test"):
        served.api.running(served.api.start("publish"))
        assert served.process_of_run()
        assert served.left_behind_by(signal.SIGKILL) == []
    assert published(served.places.warehouse, "SELECT count(*) FROM mart_dsc_summary") == [(1,)]
