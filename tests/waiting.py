"""Waiting for what other processes do, by a sign of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 300  # of a bound, not of a promise: what is waited for takes seconds on a machine that does nothing else


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def until(happened: Callable[[], Any], what: str, pause: float = 0.2) -> Any:
    """What it gives once that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(pause)
    return found
