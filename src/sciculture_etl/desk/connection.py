"""A connection as the desk bears it: whoever says nothing, or says it drop by drop, is hung up on.

uvicorn itself waits for a request as long as its sender likes.
"""

from __future__ import annotations

import asyncio
import contextvars
import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sciculture_etl.desk.rates import client_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# For the head of a request to come whole, and for the rest of a body that was refused to be sent into the void, so that
# its sender gets to read why.
MAX_SECONDS_FOR_HEAD, MAX_SECONDS_TO_DRAIN = 10.0, 30.0
# In which whoever is sent something has to take at least some of it.
MAX_SECONDS_WITHOUT_READING = 30.0
MAX_HEAD_BYTES = 16 * 1024
MAX_CONNECTIONS, MAX_CONNECTIONS_OF_CLIENT = 400, 60
HEAD, BODY_REFUSED, ANSWERING = "head", "body refused", "answering"
SECONDS = {HEAD: MAX_SECONDS_FOR_HEAD, BODY_REFUSED: MAX_SECONDS_TO_DRAIN}


class Connection(H11Protocol):
    """One connection. ``trusted`` are the networks that may hold as many as there are: those of a proxy."""

    trusted: tuple[Network, ...] = ()
    _of_client: ClassVar[Counter[str]] = Counter()
    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _phase = ""
    _host = ""
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._host = self.client[0] if self.client else ""
        self._of_client[client_of(self._host)] += 1
        is_greedy = self._of_client[client_of(self._host)] > MAX_CONNECTIONS_OF_CLIENT and not self._is_trusted()
        if is_greedy or len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        self._stop_reading()
        client = client_of(self._host)
        self._of_client[client] -= 1
        if self._of_client[client] <= 0:
            del self._of_client[client]
        super().connection_lost(exc)

    def _is_trusted(self) -> bool:
        try:
            address = ipaddress.ip_address(self._host)
        except ValueError:
            return False
        return any(address in network for network in self.trusted)

    def _watch(self) -> None:
        phase = self._current_phase()
        if phase == self._phase:
            return
        self._stop()
        self._phase = phase
        if phase in SECONDS:
            self._timer = self._later(SECONDS[phase], self._hang_up)

    def _current_phase(self) -> str:
        if self.cycle is None:
            return HEAD
        if not self.cycle.response_complete:
            return ANSWERING
        return BODY_REFUSED if self.conn.their_state is h11.SEND_BODY else HEAD

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._phase = None, ""

    def _hang_up(self) -> None:
        """Once all that was answered has gone out; who doesn't take it is seen to below."""
        if self.flow.write_paused:
            self._timer = self._later(SECONDS[HEAD], self._hang_up)
        elif not self.transport.is_closing():
            self.transport.close()

    def _watch_reading(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._reading = self._later(MAX_SECONDS_WITHOUT_READING, self._judge_reading)

    def _judge_reading(self) -> None:
        if self.transport.get_write_buffer_size() >= self._unread:
            self.transport.abort()
        else:
            self._watch_reading()

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None

    def _later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, call, context=contextvars.Context())


def connection_class(proxies: list[str]) -> type[Connection]:
    """The class of connections to one server.

    Args:
        proxies: addresses and networks of the reverse proxy, which brings all connections.
    """
    networks = tuple(ipaddress.ip_network(proxy) for proxy in proxies)
    return type("ConnectionToDesk", (Connection,), {"trusted": networks, "_of_client": Counter()})
