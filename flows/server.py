"""The process of the embedded API, which serves while its parent lives, however that ends: no run leaves it behind.

For a server that stays it is started: ``python -m sciculture_flows.server FD KIND HOST`` serves on the socket FD, which
listens on HOST already; KIND is ``for-one-run`` (the API alone) or ``for-good`` (with the UI and all services). Its
standard input is a pipe that only the parent writes to, and closes as it ends.

For one run it is a copy of the run's own process, made as soon as that has imported what both need of Prefect, which
takes a second of CPU.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO

from sciculture_etl.loading import many_modules
from sciculture_etl.stopping import SIGNALS
from sciculture_etl.storage.access import OWN_UMASK

ONE_RUN, GOOD = "for-one-run", "for-good"
# The main one, and the one that hears signals: neither holds anything that a copy would wait for.
MAX_THREADS = 2


def can_be_copied() -> bool:
    """Whether this process can be copied: its threads are known, and Prefect hasn't read its settings yet."""
    return "prefect" not in sys.modules and len(sys._current_frames()) <= MAX_THREADS


def copied_server(
    listening: socket.socket, host: str, log: IO[bytes], environment: Mapping[str, str]
) -> multiprocessing.Process:
    """Imports Prefect and has a copy of this process serve for one run.

    Args:
        environment: what the server is set by; this process reads it, too, since the settings are read only once.
    """
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        with many_modules():
            import prefect.main  # noqa: F401
        server = multiprocessing.get_context("fork").Process(
            target=_serve_as_copy, args=(listening.fileno(), host, log.fileno()), daemon=True
        )
        server.start()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return server  # type: ignore[return-value]


def _serve_as_copy(descriptor: int, host: str, log: int) -> None:
    os.setsid()  # Ctrl-C is for the run, which still has to tell how it ended
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.umask(OWN_UMASK)
    for stream in (1, 2):
        os.dup2(log, stream)
    parent = multiprocessing.parent_process()
    assert parent is not None
    _end_with_parent(parent.join)
    _serve(descriptor, ONE_RUN, host)


def _end_with_parent(wait: Callable[[], object]) -> None:
    def wait_and_end() -> None:
        wait()
        os._exit(0)

    threading.Thread(target=wait_and_end, daemon=True).start()


def _read_to_end() -> None:
    while os.read(0, 1):
        pass


def _serve(descriptor: int, kind: str, host: str) -> None:
    with many_modules():
        import uvicorn
        from prefect.server.api.server import create_app

        # "Final" would look for garbage among all that was imported, which takes 0.3 s of CPU and finds nothing.
        app = create_app(ephemeral=kind == ONE_RUN, final=kind == GOOD)

    from sciculture_flows.door import with_door

    config = uvicorn.Config(with_door(app, host=host), log_level="critical", lifespan="on", timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def main() -> None:
    _end_with_parent(_read_to_end)
    _serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
