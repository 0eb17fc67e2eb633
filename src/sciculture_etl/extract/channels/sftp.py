"""SFTP as fsspec gives it, made fit for nights without anyone at the console.

Known hosts only, every wait bounded, several threads at once, dropped connections rebuilt, and names that aren't
UTF-8.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.hostkeys import InvalidHostKey
from paramiko.message import Message
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR
from paramiko.sftp_attr import SFTPAttributes

from sciculture_etl.errors import PermanentError
from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.settings import Timeouts

# Faults are told in the run's report; paramiko would write tracebacks of each onto the operator's screen.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
KNOWN_HOSTS = "~/.ssh/known_hosts"


class _OnlyKnown(paramiko.MissingHostKeyPolicy):
    def __init__(self, known_hosts: Path) -> None:
        self._known_hosts = known_hosts

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        fingerprint = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        raise PermanentError(
            f"its host key ({key.get_name()} SHA256:{fingerprint}) isn't known: compare it with what its administrator"
            f" says, then add the line '{hostname} {key.get_name()} {key.get_base64()}' to {self._known_hosts}"
        )


class _Folder(paramiko.SFTPClient):
    _request: Callable[..., Any]  # paramiko's own, which its types leave out

    def names(self, path: bytes) -> Iterator[tuple[bytes, SFTPAttributes]]:
        """Like ``listdir_iter``, which fails where one name isn't UTF-8.

        And asks fifty times for what one answer holds.
        """
        kind, message = self._request(CMD_OPENDIR, path)
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("Expected handle")
        handle = message.get_string()
        try:
            while True:
                kind, message = self._request(CMD_READDIR, handle)
                if kind != CMD_NAME:
                    raise paramiko.SFTPError("Expected names")
                yield from self._entries(message)
        except EOFError:
            self._request(CMD_CLOSE, handle)

    @staticmethod
    def _entries(message: Message) -> Iterator[tuple[bytes, SFTPAttributes]]:
        for _ in range(message.get_int()):
            name, _ = message.get_string(), message.get_string()
            attributes = SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]
            if name not in (b".", b".."):
                yield name, attributes


class _Source:
    """A file being read. After a fault its session is given up: what comes next on it can't be told from the answer."""

    def __init__(self, filesystem: Sftp, file: paramiko.SFTPFile) -> None:
        self._filesystem = filesystem
        self._file = file
        self._broken = False

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except BaseException:
            self._broken = True
            self._filesystem.give_up_session()
            raise

    def __enter__(self) -> _Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._broken:
            self._file.close()


class Sftp(SFTPFileSystem):  # type: ignore[misc]
    """One SSH connection; paramiko's sessions aren't for several threads, so each thread has its own on it."""

    cachable = False

    def __init__(self, channel: Channel, timeouts: Timeouts) -> None:
        address = urlsplit(channel.url)
        options = channel.options
        self._silence = timeouts.silence
        self._known_hosts = Path(options.get("KNOWN_HOSTS", KNOWN_HOSTS)).expanduser()
        self._own = threading.local()
        self._connecting = threading.Lock()
        own_credentials = "PASSWORD" in options or "KEY_FILE" in options
        super().__init__(
            address.hostname,
            host_key_policy=_OnlyKnown(self._known_hosts),
            port=address.port or 22,
            username=unquote(address.username) if address.username else options.get("USERNAME"),
            password=options.get("PASSWORD"),
            key_filename=options.get("KEY_FILE") and str(Path(options["KEY_FILE"]).expanduser()),
            allow_agent=not own_credentials,
            look_for_keys=False,
            timeout=timeouts.silence,
            banner_timeout=timeouts.silence,
            auth_timeout=timeouts.silence,
            channel_timeout=timeouts.silence,
        )

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(self.host_key_policy)
        if self._known_hosts.exists():
            try:
                self.client.load_host_keys(str(self._known_hosts))
            except (paramiko.SSHException, InvalidHostKey):
                raise PermanentError(f"{self._known_hosts} has a line that is no host key") from None
        try:
            self.client.connect(self.host, **self.ssh_kwargs)
        except paramiko.BadHostKeyException as error:
            raise PermanentError(
                "its host key isn't the one that is known: someone may be in between, nothing was sent. If its"
                f" administrator did change it, put the new one into {self._known_hosts}"
                f" ({error.key.get_name()} {error.key.get_base64()})"
            ) from None
        except paramiko.AuthenticationException:
            raise PermanentError("it refuses the user name, password or key") from None
        except FileNotFoundError as error:
            raise PermanentError(f"the key file isn't there: {error.filename}") from None

    def _session(self) -> _Folder:
        with self._connecting:
            transport = self.client.get_transport()
            if transport is None or not transport.is_active():
                self.client.close()
                self._connect()
            session: Any = getattr(self._own, "session", None)
            if session is None or session.get_channel().closed:
                session = _Folder.from_transport(cast(paramiko.Transport, self.client.get_transport()))
                session.get_channel().settimeout(self._silence)
                self._own.session = session
        return cast(_Folder, session)

    def give_up_session(self) -> None:
        """The next request of this thread opens another one."""
        session, self._own.session = getattr(self._own, "session", None), None
        if session is not None:
            session.close()

    @contextmanager
    def _asking(self) -> Iterator[_Folder]:
        try:
            yield self._session()
        except (FileNotFoundError, PermissionError, PermanentError):
            raise  # an answer
        except BaseException:
            self.give_up_session()
            raise

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        with self._asking() as session:
            found = [
                self._decode_stat(attributes) | {"name": f"{path.rstrip('/')}/{os.fsdecode(name)}"}
                for name, attributes in session.names(os.fsencode(path))
            ]
        return found if detail else [info["name"] for info in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        with self._asking() as session:
            return dict(self._decode_stat(session.stat(os.fsencode(path)))) | {"name": path}

    def _open(self, path: str, mode: str = "rb", block_size: int | None = None, **_: Any) -> _Source:
        with self._asking() as session:
            return _Source(self, session.open(os.fsencode(path), mode))

    def close(self) -> None:
        self.client.close()


def open_channel(channel: Channel, timeouts: Timeouts) -> tuple[Sftp, str]:
    return Sftp(channel, timeouts), unquote(urlsplit(channel.url).path) or "/"
