"""Prefect's API for runs that have no server of their own: a process beside the run, and no longer than it.

Prefect would start one itself, but only when the flow is already called, on a port that it polls, and a killed run
would leave it behind. Here the socket listens before the server is loaded, so that both load at the same time.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing is told to anyone outside.
ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
}
# Measured on two cores: without these, many tasks stall on SQLite and the start takes longer. What the tools log goes
# to a file or nowhere, never onto the operator's screen.
EMBEDDED = {
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_API_REQUEST_TIMEOUT": "180",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
}
SECONDS_TO_STOP = 10


@contextmanager
def prefect_api(warehouse: Path) -> Iterator[None]:
    """The API that the flows of this process use; to be entered before ``prefect`` is first imported.

    With ``PREFECT_API_URL`` set, that server is used. Else one is embedded, with its records in
    ``<warehouse>/.prefect`` unless ``PREFECT_HOME`` says otherwise.
    """
    for name, value in ALWAYS.items():
        os.environ.setdefault(name, value)
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    home = Path(os.environ.setdefault("PREFECT_HOME", str(warehouse / ".prefect")))
    home.mkdir(parents=True, exist_ok=True)
    for name, value in EMBEDDED.items():
        os.environ.setdefault(name, value)
    with socket.create_server(("127.0.0.1", 0)) as listening, (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.server", str(listening.fileno())],
            pass_fds=[listening.fileno()], stdin=subprocess.PIPE, stdout=log, stderr=log,
            start_new_session=True,  # a Ctrl-C is for the run, which still has to tell the server of it
        )  # fmt: skip
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]
            server.terminate()
            try:
                server.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
