"""Waiting for what other processes do, by a sign of it."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

PATIENCE = 300  # of a bound, not of a promise: what is waited for takes seconds on a machine that does nothing else
FIRST_PORT, PORTS, MAX_WORKERS = 20_000, 500, 24  # of each worker, all below 32,768


@cache
def _ports() -> Iterator[int]:
    """Those of this worker, in any order: another run of the tests may have begun with some of them."""
    first = FIRST_PORT + PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % MAX_WORKERS)
    return iter(random.sample(range(first, first + PORTS), PORTS))


def free_port() -> int:
    """One that nobody else gets: no other worker, and no connection, which the system gives higher ones."""
    for port in _ports():
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports of this worker were given away")


def until(happened: Callable[[], Any], what: str, pause: float = 0.2) -> Any:
    """What it gives once that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(pause)
    return found
