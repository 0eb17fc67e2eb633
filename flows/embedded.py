"""Prefect's API: one that is there already, or a process beside the run, and no longer than it.

Prefect would start one itself, but only when the flow is already called, on a port that it polls, and a killed run
would leave it behind. Here the socket listens before the server is loaded, so that both load at the same time.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sciculture_etl.errors import RunError, UserError
from sciculture_etl.messages import message
from sciculture_etl.storage.access import OWN_FOLDER, OWN_UMASK, made_for_this_user, make_folder_for_all
from sciculture_etl.storage.atomic import write_atomically
from sciculture_flows.server import GOOD, ONE_RUN, can_be_copied, copied_server

# Nothing is told to anyone outside, and what the tools log never comes onto the operator's screen.
ALWAYS = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_API_REQUEST_TIMEOUT": "180",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
UNLOGGED = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_TO_API_ENABLED": "false"}
# Measured on two cores: without these, many tasks stall on SQLite.
BOTH = {
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "",  # the pages and the API are of one origin, and no other has a part in it
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
}
# For one run: only what that run needs, since each service makes the start longer.
FOR_ONE_RUN = BOTH | {
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
}
# For a server that stays: the scheduler, late runs, events, automations and the UI are Prefect's defaults. Blocks are
# registered, so that they can be made in the UI.
FOR_GOOD = BOTH | {"PREFECT_API_BLOCKS_REGISTER_ON_START": "true", "PREFECT_SERVER_UI_API_URL": "/api"}
MAX_SECONDS_TO_STOP = 10
MAX_SECONDS_TO_ANSWER = 60
ADDRESS, PASSWORD = "serving.json", "password"
# The server lets nobody in without the one, and Prefect's clients show the other.
ASKED_FOR, SHOWN = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Set where the API is embedded for one run: a link to its pages would soon lead nowhere.
ENDS_WITH_THE_RUN = "SCICULTURE_API_ENDS_WITH_THE_RUN"


def prefect_home(warehouse: Path) -> Path:
    """Where Prefect keeps its records, made if missing: ``PREFECT_HOME``, else ``<warehouse>/.prefect``."""
    home = Path(os.environ.setdefault("PREFECT_HOME", str(warehouse / ".prefect")))
    make_folder_for_all(home.parent)
    home.mkdir(exist_ok=True)
    if home.stat().st_mode & OWN_UMASK:
        with suppress(OSError):  # another user's
            home.chmod(OWN_FOLDER)
    return home


def _set(settings: dict[str, str]) -> None:
    for name, value in settings.items():
        os.environ.setdefault(name, value)


@contextmanager
def prefect_api(warehouse: Path) -> Iterator[None]:
    """The API for the flows of this process; to be entered before ``prefect`` is first imported.

    That of ``PREFECT_API_URL`` where it is set, else that of a ``sciculture serve`` of the same warehouse, else one
    that is embedded until the end of this context.
    """
    _set(ALWAYS | UNLOGGED)
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    home = prefect_home(warehouse)
    if url := _served(home):
        with _environment(PREFECT_API_URL=url, **_password_in(home)):
            yield
        return
    with _environment(**{ENDS_WITH_THE_RUN: "1"}), _embedded(home, "127.0.0.1", 0, FOR_ONE_RUN, _new_password()):
        yield


@contextmanager
def permanent_api(warehouse: Path, host: str, port: int) -> Iterator[str]:
    """The API for ``sciculture serve``, and its address.

    That of ``PREFECT_API_URL``, else one that is embedded with everything a server has, on a stable port, and found by
    whoever runs something meanwhile. It lets nobody in without the password that lies in ``PREFECT_HOME`` while it
    serves: a new one each time, or the operator's own.

    Raises RunError where the port is taken or this warehouse is served already, UserError where it is opened to other
    machines without a password that its operator chose.
    """
    _set(ALWAYS | {"PREFECT_LOGGING_TO_API_ENABLED": "true"})
    if url := os.environ.get("PREFECT_API_URL"):
        yield url
        return
    if host not in LOOPBACK and not os.environ.get(ASKED_FOR):
        raise UserError(message("host_needs_password", host=host))
    home = prefect_home(warehouse)
    with made_for_this_user():
        address = (home / ADDRESS).open("a+")
    with address:
        if not _is_held(address):
            address.seek(0)
            raise RunError(message("warehouse_served", url=_url_in(address.read()) or "?"))
        address.truncate(0)
        password = os.environ.get(ASKED_FOR) or _new_password()
        with _embedded(home, host, port, FOR_GOOD, password) as url:
            with made_for_this_user():
                write_atomically(home / PASSWORD, password.encode())
            address.write(json.dumps({"url": url}))
            address.flush()
            # Held as long as it is served: the operating system frees it however that ends.
            try:
                yield url
            finally:
                (home / PASSWORD).unlink(missing_ok=True)


def _is_held(address: IO[str]) -> bool:
    """Whether this process serves from now on; one that only looks holds the file for an instant."""
    for _ in range(10):
        try:
            fcntl.flock(address, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.1)
    return False


def _url_in(text: str) -> str | None:
    try:
        found = json.loads(text)["url"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(found)


def _served(home: Path) -> str | None:
    """The address of the server that serves with these records, if it answers."""
    try:
        with (home / ADDRESS).open() as address:
            try:
                fcntl.flock(address, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None  # nobody holds it: whoever wrote it is gone
            except BlockingIOError:
                url = _url_in(address.read())
        # Never through a proxy: it is this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}/health", timeout=MAX_SECONDS_TO_ANSWER) as answer:
            return url if answer.status == 200 else None
    except (OSError, ValueError):
        return None


def _new_password() -> str:
    return f"sciculture:{secrets.token_urlsafe(24)}"


def _password_in(home: Path) -> dict[str, str]:
    """What a client shows to the server that serves with these records."""
    try:
        return {SHOWN: (home / PASSWORD).read_text(encoding="utf-8")}
    except FileNotFoundError:
        return {}


def password_text(warehouse: Path) -> str:
    """What the operator is told of the password: itself on a terminal, in a log only where it stands."""
    path = prefect_home(warehouse) / PASSWORD
    if not path.exists():
        return "that of the server / 서버의 비밀번호"
    return path.read_text(encoding="utf-8") if sys.stdout.isatty() else str(path)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Sets variables of this process's environment for the time of the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _embedded(home: Path, host: str, port: int, settings: dict[str, str], password: str) -> Iterator[str]:
    with made_for_this_user():
        log = (home / "server.log").open("wb")
    with _listening(host, port) as listening, log:
        at = listening.getsockname()[1]
        reached = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
        url = f"http://{reached}:{at}/api"
        environment = settings | os.environ | {"PREFECT_API_URL": url, ASKED_FOR: password, SHOWN: password}
        if settings is FOR_ONE_RUN and can_be_copied():
            end = _copied(listening, host, log, environment)
        else:
            kind = ONE_RUN if settings is FOR_ONE_RUN else GOOD
            end = _started(listening, host, log, environment, kind)
        listening.close()  # the server's alone: where it is gone, nobody is left to wait for an answer
        try:
            with _environment(PREFECT_API_URL=url, **{SHOWN: password}):
                yield url
        finally:
            end()


def _copied(listening: socket.socket, host: str, log: IO[bytes], environment: dict[str, str]) -> Callable[[], None]:
    server = copied_server(listening, host, log, environment)

    def end() -> None:
        server.terminate()
        server.join(MAX_SECONDS_TO_STOP)
        server.kill()
        server.join()

    return end


def _started(
    listening: socket.socket, host: str, log: IO[bytes], environment: dict[str, str], kind: str
) -> Callable[[], None]:
    server = subprocess.Popen(
        [sys.executable, "-m", "sciculture_flows.server", str(listening.fileno()), kind, host],
        # In a session of its own: Ctrl-C is for the run, which still has to tell how it ended.
        pass_fds=[listening.fileno()], stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
        env=environment, umask=OWN_UMASK,
    )  # fmt: skip

    def end() -> None:
        server.terminate()
        try:
            server.wait(MAX_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    return end


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise RunError(message("port_in_use", port=port)) from None
        text = message("address_not_available", host=host, port=port, error=error.strerror or error)
        raise RunError(text) from None
