"""A gate before a server: closed, the server is gone for whoever comes this way, and stays for all others."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

PIECE = 65_536


@dataclass
class Gate:
    """Passes on what comes to ``port``.

    Attributes:
        closes_at: what a client says that closes the gate, so often as ``passes`` says before; empty: it stays open.
        loses: what is lost then: ``request``, so that the server never gets it, or ``answer``, so that the server does
            what it was asked and the client doesn't know.
    """

    port: int = 0
    closes_at: bytes = b""
    passes: int = 0
    loses: str = "request"
    is_closed: bool = False
    has_closed: threading.Event = field(default_factory=threading.Event)
    _ends: set[socket.socket] = field(default_factory=set)

    def close(self) -> None:
        """Ends what goes on, and lets nobody in."""
        self.is_closed = True
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.has_closed.set()

    def open(self) -> None:
        self.is_closed, self.closes_at = False, b""
        self.has_closed.clear()

    def pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """Until one of the two ends it, or the gate closes."""
        if self.is_closed:
            return
        self._ends |= {client, server}
        is_lost = threading.Event()
        back = threading.Thread(target=self._answer, args=(server, client, is_lost), daemon=True)
        back.start()
        with suppress(OSError):
            while piece := client.recv(PIECE):
                if self._is_time(piece):
                    if self.loses == "answer":
                        is_lost.set()
                        server.sendall(piece)
                        server.shutdown(socket.SHUT_WR)
                        back.join()  # the server has done it and ends
                    self.close()
                    break
                server.sendall(piece)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)
        back.join()
        self._ends -= {client, server}

    def _answer(self, server: socket.socket, client: socket.socket, is_lost: threading.Event) -> None:
        with suppress(OSError):
            while piece := server.recv(PIECE):
                if not is_lost.is_set():
                    client.sendall(piece)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _is_time(self, piece: bytes) -> bool:
        if not self.closes_at or self.closes_at not in piece or self.is_closed:
            return False
        self.passes -= 1
        return self.passes < 0


@contextmanager
def in_background(server: Any) -> Iterator[None]:
    """Serves while the block lasts."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def gate_before(port: int) -> Iterator[Gate]:
    """An open gate before a server of this machine."""
    gate = Gate()

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
                gate.pass_on(self.request, server)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads, server.block_on_close = True, False
    gate.port = server.server_address[1]
    with in_background(server):
        try:
            yield gate
        finally:
            gate.close()
