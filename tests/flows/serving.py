"""A real ``sciculture serve`` and what its server says, and a receiver that notifications are sent to."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.commands import COMMAND, Places
from tests.waiting import free_port, until

NEVER = "0 0 1 1 *"  # New Year's midnight
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def command_of(pid: int) -> str:
    """Empty for one that is gone, or only waits to be counted."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    try:
        children = [int(found) for task in Path(f"/proc/{pid}/task").iterdir()
                    for found in (task / "children").read_text().split()]  # fmt: skip
    except OSError:
        return []
    return children + [further for child in children for further in descendants(child)]


@dataclass
class Api:
    """Prefect's REST API, asked with the password of who serves it."""

    url: str
    password: str = ""

    @property
    def authorization(self) -> str:
        return f"Basic {base64.b64encode(self.password.encode()).decode()}"

    def post(self, path: str, body: Any) -> Any:
        data = json.dumps(body).encode()
        return self._asked(urllib.request.Request(f"{self.url}{path}", data, {"Content-Type": "application/json"}))

    def get(self, path: str) -> Any:
        return self._asked(urllib.request.Request(f"{self.url}{path}"))

    def _asked(self, request: urllib.request.Request) -> Any:
        if self.password:
            request.add_header("Authorization", self.authorization)
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:  # SQLite is busy: Prefect's own client asks again, too
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{request.full_url} stays busy")

    def deployment(self, name: str) -> dict[str, Any]:
        return dict(self.get(f"/deployments/name/{name}/{name}"))

    def start(self, name: str, **parameters: Any) -> str:
        """A run of a deployment, now; gives its id."""
        made = self.post(f"/deployments/{self.deployment(name)['id']}/create_flow_run", {"parameters": parameters})
        return str(made["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.get(f"/flow_runs/{run_id}"))

    def state(self, run_id: str) -> tuple[str, str, str]:
        state = self.run(run_id)["state"]
        return state["type"], state["name"], state["message"] or ""

    def ended(self, run_id: str) -> tuple[str, str, str]:
        """Type, name and message of the state in which the run ends."""
        return until(lambda: (found := self.state(run_id))[0] in FINAL and found, f"the end of run {run_id}")

    def running(self, run_id: str) -> None:
        until(lambda: self.state(run_id)[0] == "RUNNING", f"the start of run {run_id}")

    def artifacts(self, run_id: str) -> dict[str, dict[str, Any]]:
        found = self.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}})
        return {artifact["key"]: artifact for artifact in found}

    def event_about(self, event: str, asset: str) -> dict[str, Any] | None:
        """That of an asset, once it has arrived."""
        asked = {"event": {"name": [f"prefect.asset.{event}"]}, "resource": {"id": [asset]}}
        return next(iter(self.post("/events/filter", {"filter": asked})["events"]), None)


@dataclass
class Received:
    """What a receiver of Apprise's ``json://`` was sent. url: to be told, with a password that nobody may see. web: the
    same as a plain address."""

    url: str
    web: str
    messages: list[dict[str, Any]] = field(default_factory=list)

    def about(self, words: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if words in message["title"]]


@contextmanager
def receiver() -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        at = f"127.0.0.1:{server.server_port}/"
        told = Received(f"json://desk:s3cret-never-shown@{at}", f"http://{at}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield told
        server.shutdown()


@dataclass
class Served:
    places: Places
    api: Api
    process: subprocess.Popen[str]
    said: Path
    told: Received

    def process_of_run(self) -> int:
        """The process that works on the one run."""
        return until(self._worker, "the process of a run")

    def _worker(self) -> int | None:
        return next((pid for pid in descendants(self.process.pid) if "multiprocessing.spawn" in command_of(pid)), None)

    def left_behind_by(self, sent: int) -> list[str]:
        """Sends the signal, and gives what still runs of it some seconds after its own process ended."""
        family = descendants(self.process.pid)
        self.process.send_signal(sent)
        self.process.wait(60)
        deadline = time.monotonic() + 20
        while (left := [command_of(pid) for pid in family if command_of(pid)]) and time.monotonic() < deadline:
            time.sleep(0.2)
        return left


@contextmanager
def serving(folder: Path, told: Received, **environment: str) -> Iterator[Served]:
    """``sciculture serve`` in places of its own, ready to take runs."""
    places = Places(folder / "inbox", folder / "warehouse", {"PREFECT_HOME": str(folder / "prefect")})
    places.inbox.mkdir(parents=True)
    port = free_port()
    environment = (
        places.environment | {"SCICULTURE_NOTIFY": told.url, "PREFECT_RUNNER_POLL_FREQUENCY": "1"} | environment
    )
    said = folder / "said.txt"
    with said.open("w") as output:
        process = subprocess.Popen(
            [str(COMMAND), "serve", "--cron", NEVER, "--port", str(port)],
            env=os.environ | environment, stdout=output, stderr=output, text=True, umask=0,
        )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or "Ctrl-C" in said.read_text(), "the server")
        assert process.poll() is None, said.read_text()
        url = environment.get("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        password = "" if "PREFECT_API_URL" in environment else (folder / "prefect" / "password").read_text()
        yield Served(places, Api(url, password), process, said, told)
    finally:
        process.terminate()
        process.wait(60)
