"""The desk as it is served, by a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sciculture_etl.desk.server import Listening, server_on
from sciculture_etl.settings import Settings


@contextmanager
def serving(warehouse: Path, **more: str | Path) -> Iterator[str]:
    """A desk on loopback, served by a thread; its address."""
    listening = Listening(**more)  # type: ignore[arg-type]
    listening.check()
    ready = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = server_on(bound, Settings(warehouse=warehouse), listening, lambda _url: ready.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        assert ready.wait(20)
        try:
            yield f"{'https' if listening.is_tls else 'http'}://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
