"""Real servers on loopback, each over a folder or bucket, with the faults that a test asks for. All keys, names and
passwords are made up for the test that runs."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "etl-test", "p4ss-never-shown"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Faults:
    """What goes wrong, file by file (by the end of its path). drop: so many transfers break off in the middle. cut: so
    many end early as if that were all. stall: so many say nothing more. refuse: so many connections are closed at once.
    closed: folders that nobody may list. opened: files opened, in order. on_open: what else happens then. on_list: what
    happens when that folder is listed."""

    drop: dict[str, int] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    stall: dict[str, int] = field(default_factory=dict)
    refuse: int = 0
    closed: tuple[str, ...] = ()
    connections: int = 0
    opened: list[str] = field(default_factory=list)
    on_open: dict[str, Callable[[], None]] = field(default_factory=dict)
    on_list: dict[str, Callable[[], None]] = field(default_factory=dict)

    def due(self, kind: str, path: str) -> bool:
        left: dict[str, int] = getattr(self, kind)
        for end in left:
            if path.endswith(end) and left[end] > 0:
                left[end] -= 1
                return True
        return False

    def note(self, path: str) -> None:
        self.opened.append(path)
        for end, action in self.on_open.items():
            if path.endswith(end):
                action()


class _SftpServer(asyncssh.SFTPServer):  # type: ignore[misc]
    faults: Faults

    def __init__(self, chan: Any, root: Path, faults: Faults) -> None:
        self.faults = faults
        self._paths: dict[int, str] = {}
        super().__init__(chan, chroot=str(root).encode())

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        name = path.decode("utf-8", "surrogateescape")
        self.faults.note(name)
        file = super().open(path, pflags, attrs)
        self._paths[id(file)] = name
        return file

    def scandir(self, path: bytes) -> Any:
        if path.decode("utf-8", "surrogateescape").endswith(self.faults.closed):
            raise asyncssh.SFTPPermissionDenied("closed")
        if action := self.faults.on_list.get(path.decode("utf-8", "surrogateescape").strip("/")):
            action()
        return super().scandir(path)

    async def read(self, file_obj: Any, offset: int, size: int) -> Any:
        name = self._paths[id(file_obj)]
        if offset > 0 or size == 0:
            if self.faults.due("drop", name):
                self.connection.abort()
                return b""
            if self.faults.due("cut", name):
                return b""
            if self.faults.due("stall", name):
                await asyncio.sleep(60)
        return super().read(file_obj, offset, size)


class _Account(asyncssh.SSHServer):  # type: ignore[misc]
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def connection_made(self, conn: Any) -> None:
        self._faults.connections += 1
        if self._faults.refuse > 0:
            self._faults.refuse -= 1
            conn.abort()

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@dataclass
class SftpDoor:
    port: int
    known_hosts: Path
    faults: Faults

    @property
    def url(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/"

    def options(self, name: str = "KOFST") -> dict[str, str]:
        return {
            name: self.url,
            f"{name}_PASSWORD": PASSWORD,
            f"{name}_KNOWN_HOSTS": str(self.known_hosts),
        }


@contextmanager
def sftp_server(root: Path, place: Path, authorized_keys: str | None = None) -> Iterator[SftpDoor]:
    """An SFTP server whose ``/`` is root. place: where its known_hosts file is put."""
    faults, loop = Faults(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> Any:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[HOST_KEY], server_factory=lambda: _Account(faults),
            sftp_factory=lambda chan: _SftpServer(chan, root, faults), authorized_client_keys=authorized_keys,
            line_editor=False,
        )  # fmt: skip

    async def stop(server: Any) -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    port = server.get_port()
    known_hosts = place / f"known_hosts_{port}"
    known_hosts.write_text(f"[127.0.0.1]:{port} {HOST_KEY.export_public_key().decode()}")
    try:
        yield SftpDoor(port, known_hosts, faults)
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@dataclass
class Authority:
    """An own certificate authority and a certificate of it for loopback.

    Attributes:
        server_file: the certificate with its key.
    """

    ca_file: Path
    server_file: Path
    context: ssl.SSLContext


def authority(place: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented authority for a test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    ca_file, both = place / "ca.pem", place / "server.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    ca_file.write_bytes(pem)
    both.write_bytes(
        pem + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Authority(ca_file, both, context)


class Pages(SimpleHTTPRequestHandler):
    """Python's own listing of a folder, with faults; a test's subclass answers some paths in its own way."""

    faults: Faults
    authorization: str | None = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_HEAD(self) -> None:
        if self.allowed():
            super().do_HEAD()

    def do_GET(self) -> None:
        if self.allowed():
            super().do_GET()

    def allowed(self) -> bool:
        if self.faults.refuse > 0:
            self.faults.refuse -= 1
            self.send_error(503)
            return False
        if self.authorization not in (None, self.headers.get("Authorization")):
            self.send_error(401)
            return False
        return True

    def copyfile(self, source: Any, outputfile: Any) -> None:
        path = unquote(self.path)
        self.faults.note(path)
        data = source.read()
        if self.faults.due("drop", path):
            outputfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        if self.faults.due("stall", path):
            outputfile.write(data[: len(data) // 2])
            outputfile.flush()
            time.sleep(5)
            return
        outputfile.write(data)


@dataclass
class WebDoor:
    url: str
    ca_file: Path
    faults: Faults

    def options(self, name: str = "PORTAL") -> dict[str, str]:
        return {name: self.url, f"{name}_CA_FILE": str(self.ca_file)}


@contextmanager
def web_server(root: Path, place: Path, pages: type[Pages] = Pages, tls: bool = True) -> Iterator[WebDoor]:
    """An HTTPS server that lists root."""
    own, faults = authority(place), Faults()
    handler = type("Pages", (pages,), {"faults": faults})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root)))
    server.daemon_threads = True
    if tls:
        server.socket = own.context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield WebDoor(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/", own.ca_file, faults)
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class S3Door:
    endpoint: str
    faults: Faults
    client: Any

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket="submissions", Key=key, Body=data)

    def options(self, name: str = "CLOUD", prefix: str = "") -> dict[str, str]:
        return {
            name: f"s3://submissions{prefix}", f"{name}_ENDPOINT_URL": self.endpoint,
            f"{name}_ACCESS_KEY_ID": "key-never-shown", f"{name}_SECRET_ACCESS_KEY": "s3cret-never-shown",
            f"{name}_REGION": "us-east-1",
        }  # fmt: skip


@contextmanager
def s3_server() -> Iterator[S3Door]:
    """moto's S3 with one empty bucket, ``submissions``, behind faults."""
    import boto3
    from moto.backends import get_backend
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    faults, s3 = Faults(), DomainDispatcherApplication(create_backend_app)

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
            pass

    def broken(path: str, chunks: Any) -> Iterator[bytes]:
        data = b"".join(chunks)
        yield data[: len(data) // 2]
        if faults.due("stall", path):
            time.sleep(5)
        raise ConnectionResetError

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"].encode("latin-1").decode()
        if faults.refuse > 0:
            faults.refuse -= 1
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"]
        chunks = s3(environ, start_response)
        if environ["REQUEST_METHOD"] != "GET" or path.count("/") < 2:
            return chunks
        faults.note(path)
        if faults.due("drop", path) or any(path.endswith(end) and left for end, left in faults.stall.items()):
            return broken(path, chunks)
        return chunks

    get_backend("s3")["123456789012"]["aws"].reset()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1"
    )
    client.create_bucket(Bucket="submissions")
    try:
        yield S3Door(endpoint, faults, client)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
