"""The process of the embedded API, which serves while its parent lives, however that ends: no run leaves it behind.

For a server that stays it is started: ``python -m sciculture_flows.server FD KIND HOST`` serves on the socket FD, which
listens on HOST already; KIND is ``for-one-run`` (the API alone) or ``for-good`` (with the UI and all services). Its
standard input is a pipe that only the parent writes to, and closes as it ends.

For one run it is a copy of the run's own process, made as soon as that has imported what both need of Prefect, which
takes a second of CPU; and it loads no more of Prefect's server than a run asks for (``one_run``).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from sciculture_etl.loading import leave_out, many_modules
from sciculture_etl.stopping import SIGNALS
from sciculture_etl.storage.access import OWN_UMASK

if TYPE_CHECKING:
    from starlette.types import ASGIApp

ONE_RUN, GOOD = "for-one-run", "for-good"
# The main one, and the one that hears signals: neither holds anything that a copy would wait for.
MAX_THREADS = 2
# Another kind of loop than Prefect's, and the command of its HTTP client.
UNNEEDED = ("trio", "httpx._main")
DOCKET = ("docket", "docket.dependencies", "docket.execution")


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
        leave_out(*UNNEEDED)
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

        from sciculture_flows.door import behind_door, with_door

        if kind == ONE_RUN:
            with _without_docket():
                from sciculture_flows.one_run import OneRun

            app: ASGIApp = behind_door(OneRun(), host)
        else:
            from prefect.server.api.server import create_app

            from sciculture_flows.records import begin_records

            begin_records()
            app = with_door(create_app(final=True), host)
    config = uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


class _Named(type):
    """A class of which only the name is wanted, whatever it is made with."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Docket(ModuleType):
    """Stands for the queue of what a server does later, as far as Prefect's functions name it in their signatures."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Named(name, (), {"__init__": lambda *_, **__: None})


@contextmanager
def _without_docket() -> Iterator[None]:
    """What is imported in the block does without that queue, which takes a quarter of a second of CPU to load."""
    if any(name in sys.modules for name in DOCKET):
        yield
        return
    sys.modules |= {name: _Docket(name) for name in DOCKET}
    try:
        yield
    finally:
        for name in DOCKET:
            del sys.modules[name]


def main() -> None:
    _end_with_parent(_read_to_end)
    _serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
