"""A work pool with its queues and deployments on a Prefect server on PostgreSQL, and workers as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands import Places
from tests.flows.postgres import binaries, postgres, prefect_server
from tests.flows.serving import Api, until
from tests.waiting import free_port

ROOT = Path(__file__).resolve().parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))


@dataclass
class Pool:
    """A server with the work pool of ``prefect.yaml``.

    Attributes:
        folder: where server and workers have their files.
    """

    folder: Path
    database: str
    port: int = field(default_factory=free_port)
    _server: ExitStack = field(default_factory=ExitStack)

    @property
    def api(self) -> Api:
        return Api(f"http://127.0.0.1:{self.port}/api")

    def environment(self, places: Places | None = None) -> dict[str, str]:
        bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return (places.environment if places else dict(os.environ)) | {
            "PREFECT_API_URL": self.api.url, "PREFECT_HOME": str(self.folder / "home"), "PATH": bin_first,
            "PREFECT_WORKER_QUERY_SECONDS": "1", "DO_NOT_TRACK": "1",
        }  # fmt: skip

    def start(self) -> None:
        home = self.folder / "server"
        home.mkdir(exist_ok=True)
        self._server.enter_context(prefect_server(home, self.database, self.port))
        until(lambda: answers(self.api), "the server")

    def stop(self) -> None:
        self._server.close()

    def fill(self) -> None:
        """The pool with its queues, and the deployments, as its operator makes them."""
        for words in (["sh", str(ROOT / "deploy/work_pool.sh")], [PREFECT, "--no-prompt", "deploy", "--all"]):
            done = subprocess.run(
                words, env=self.environment(), cwd=ROOT, capture_output=True, text=True, check=False
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def worker(self, name: str, places: Places, *options: str) -> Iterator[subprocess.Popen[str]]:
        """A worker; it ends as a whole, with all that it runs."""
        with (self.folder / f"{name}.txt").open("w") as said:
            process = subprocess.Popen(
                [PREFECT, "worker", "start", "--pool", "sciculture", "--name", name, *options],
                env=self.environment(places), stdout=said, stderr=said, text=True, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def work_pool(folder: Path) -> Iterator[Pool]:
    """One that is ready for workers; all is gone afterwards."""
    where = binaries()
    assert where
    with postgres(where) as database:
        pool = Pool(folder, database)
        try:
            pool.start()
            pool.fill()
            yield pool
        finally:
            pool.stop()


def answers(api: Api) -> bool:
    try:
        return bool(api.get("/health"))
    except urllib.error.URLError:
        return False


def year_runs(api: Api, backfill: str) -> list[dict[str, object]]:
    """Those that the run of a backfill has started, in the order in which it did."""
    since = {"expected_start_time": {"after_": api.run(backfill)["created"]}, "name": {"like_": "load 20"}}
    found = api.post("/flow_runs/filter", {"flow_runs": since})
    return sorted(found, key=lambda run: str(run["created"]))
