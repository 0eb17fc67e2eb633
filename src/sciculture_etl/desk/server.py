"""``sciculture desk``: the application behind uvicorn, on loopback, by TLS files of its own, or behind a proxy."""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from sciculture_etl.desk.app import create_app
from sciculture_etl.desk.connection import MAX_HEAD_BYTES, connection_class
from sciculture_etl.desk.origin import is_loopback
from sciculture_etl.errors import RunError, UserError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_UMASK

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 4280
MAX_SECONDS_TO_END, SECONDS_OF_IDLE_CONNECTION = 20, 5
MAX_WAITING_CONNECTIONS = 256


@dataclass(frozen=True)
class Listening:
    """Where and how the desk listens.

    Attributes:
        url: under which people reach it; empty: where it listens.
        certificate, key: TLS files; None: none.
        proxy: addresses of the reverse proxy, separated by commas, whose word on who asks is taken; empty: nobody's is.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    url: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    @property
    def is_tls(self) -> bool:
        return self.certificate is not None

    def check(self) -> None:
        """Raises UserError for what would let others read along, or believe anybody."""
        if (self.certificate is None) != (self.key is None):
            raise UserError(message("desk_tls_half"))
        if not is_loopback(self.host) and not self.is_tls and not self.proxy:
            raise UserError(message("desk_open_unencrypted", host=self.host))
        if self.proxy and not self.url:
            raise UserError(message("desk_proxy_without_url"))
        if self.url and self.url.startswith("https://") and not self.is_tls and not self.proxy:
            raise UserError(message("desk_url_without_tls", url=self.url))
        if self.url and self.url.startswith("http://") and self.is_tls:
            raise UserError(message("desk_url_not_encrypted", url=self.url))
        for address in self.proxies:
            try:
                ipaddress.ip_network(address)
            except ValueError:
                raise UserError(message("desk_proxy_impossible", proxy=address)) from None

    @property
    def proxies(self) -> list[str]:
        return [address.strip() for address in self.proxy.split(",") if address.strip()]

    def tls_context(self) -> ssl.SSLContext | None:
        """Of the TLS files.

        Raises:
            UserError: Where they can't be read, or don't belong together.
        """
        if self.certificate is None or self.key is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or type(error).__name__
            raise UserError(message("desk_tls_unreadable", path=self.certificate, reason=reason)) from None
        return context


def serve(settings: Settings, listening: Listening, ready: Callable[[str], None]) -> None:
    """Serves until a signal comes; what is being answered then is finished first.

    Args:
        ready: called with the desk's address as soon as it can be asked.

    Raises:
        UserError: For what can't be meant; RunError where the port is taken.
    """
    listening.check()
    listening.tls_context()
    os.umask(OWN_UMASK)  # for all threads at once: what is for everyone is opened by name
    with _bound(listening.host, listening.port) as bound:
        server_on(bound, settings, listening, ready).run(sockets=[bound])


def server_on(bound: socket.socket, settings: Settings, listening: Listening, ready: Callable[[str], None]) -> Server:
    """The server of a socket that listens already; it ends once ``should_exit`` is set."""
    context, proxies = listening.tls_context(), listening.proxies
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    url = listening.url or f"{'https' if context else 'http'}://{host}:{bound.getsockname()[1]}"
    app = create_app(settings, url)
    config = uvicorn.Config(
        app, lifespan="on", ws="none", http=connection_class(proxies), log_config=None, log_level="critical",
        access_log=False, server_header=False, proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
        timeout_keep_alive=SECONDS_OF_IDLE_CONNECTION, timeout_graceful_shutdown=MAX_SECONDS_TO_END,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES, ssl_certfile=listening.certificate, ssl_keyfile=listening.key,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )  # fmt: skip
    return Server(config, lambda: ready(app.state.desk.origin.url))


class Server(uvicorn.Server):
    """Ends in order on each of the signals that other commands end on, and says when it can be asked."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup does
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.force_exit or self.should_exit
        self.should_exit = True


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there; before anything else is loaded, so that a port that is taken is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(MAX_WAITING_CONNECTIONS)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise RunError(message("desk_port_taken", port=port)) from None
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise UserError(message("desk_host_impossible", host=host, port=port, reason=reason)) from None
        yield bound


def _no_password() -> str:
    """A key that is locked can't be asked for at night."""
    raise OSError(errno.EACCES, "the key has a password")
