"""A Dask cluster on loopback: a scheduler and workers as processes, in folders of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import free_port, until

DASK = Path(sys.executable).with_name("dask")
# What a test session that was killed leaves ends by itself, too.
ENDS_ALONE = {"scheduler": ["--idle-timeout", "300"], "worker": ["--death-timeout", "30"]}
READY = "Starting established connection to t"


@dataclass
class Node:
    """A process of Dask's with all that it starts."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """To all processes of this node."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def end(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait()


@dataclass
class Dask:
    """A cluster as it is tried.

    Attributes:
        address: of its scheduler.
    """

    folder: Path
    address: str
    environment: Mapping[str, str]
    scheduler: Node
    workers: list[Node] = field(default_factory=list)

    @property
    def scheme(self) -> str:
        return "tls" if "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION" in self.environment else "tcp"

    @property
    def setting(self) -> str:
        """As ``SCICULTURE_WORKERS`` takes it."""
        return f"dask://{self.address}"

    def add_worker(self, *options: str, environment: Mapping[str, str] | None = None) -> Node:
        """Starts a worker with one thread; it is connected when this returns."""
        name = f"worker-{len(self.workers)}"
        started = _start(
            self.folder, name, self.environment | (environment or {}), "worker", f"{self.scheme}://{self.address}",
            "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", *options,
        )  # fmt: skip
        self.workers.append(started)
        until(lambda: READY in started.said(), name, 0.05)
        return started


def _start(folder: Path, name: str, environment: Mapping[str, str], *command: str) -> Node:
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [str(DASK), command[0], *ENDS_ALONE[command[0]], *command[1:]], cwd=folder,
            env=os.environ | environment, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
    return Node(process, log)


@contextmanager
def dask_cluster(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Dask]:
    """A scheduler without workers yet; all is gone afterwards.

    Args:
        environment: of all its processes, beside that of the tests.
    """
    folder.mkdir(exist_ok=True)
    given = {"DASK_TEMPORARY_DIRECTORY": str(folder / "scratch"), **(environment or {})}
    address = f"127.0.0.1:{free_port()}"
    host, _, port = address.partition(":")
    scheduler = _start(folder, "scheduler", given, "scheduler", "--host", host, "--port", port, "--no-dashboard")
    made = Dask(folder, address, given, scheduler)
    try:
        until(lambda: "Scheduler at:" in scheduler.said(), "the scheduler", 0.05)
        yield made
    finally:
        for node in (*made.workers, scheduler):
            node.end()
