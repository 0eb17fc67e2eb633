"""Prefect's API as far as one run needs it, and all of it as soon as anything else is asked for.

Prefect's own application loads everything that a server can do, which takes a second of CPU, and a run asks for ten
addresses. What answers there are Prefect's own functions, and so is what writes down how its steps went.
"""

from __future__ import annotations

import base64
import hmac
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI, WebSocket
from prefect.server.api import admin, artifacts, flow_runs, flows
from prefect.server.services import task_run_recorder
from prefect.server.utilities.messaging.memory import MemoryMessage
from prefect.server.utilities.subscriptions import NORMAL_DISCONNECT_EXCEPTIONS, accept_prefect_socket
from prefect.settings import PREFECT_SERVER_API_AUTH_STRING
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from sciculture_etl.loading import PutOff
from sciculture_flows.records import prepare_records

API = "/api"
# The functions of Prefect that answer a run, by the module that routes to them.
NEEDED: dict[ModuleType, tuple[str, ...]] = {
    flows: ("create_flow", "read_flow"),
    flow_runs: ("create_flow_run", "update_flow_run", "read_flow_run", "set_flow_run_state"),
    artifacts: ("create_artifact", "update_artifact"),
    admin: ("read_version", "read_server_default_result_storage"),
}
MAX_EVENTS_AT_ONCE = 100
SECONDS_BETWEEN_WRITES = 1


class OneRun:
    """The application, behind the password of the server's settings."""

    def __init__(self) -> None:
        self._expected = (PREFECT_SERVER_API_AUTH_STRING.value() or "").encode()
        self._all: ASGIApp | None = None
        self._needed = FastAPI(
            lifespan=_ready, openapi_url=None, docs_url=None, redoc_url=None,
            exception_handlers={Exception: _failed},
        )  # fmt: skip
        self._needed.router.routes[:] = _routes()
        self._needed.router.default = self._everything

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != f"{API}/health" and not self._has_password(scope):
            await JSONResponse({"exception_message": "Unauthorized"}, status_code=401)(scope, receive, send)
        elif scope["type"] == "lifespan" or not scope["path"].startswith(f"{API}/"):
            await self._needed(scope, receive, send)
        else:
            await self._needed({**scope, "root_path": API}, receive, send)

    def _has_password(self, scope: Scope) -> bool:
        kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        try:
            return kind == "Basic" and hmac.compare_digest(base64.b64decode(given), self._expected)
        except ValueError:
            return False

    async def _everything(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._all is None:
            from prefect.server.api.server import create_app

            self._all = create_app(ephemeral=True)
        await self._all({**scope, "root_path": ""}, receive, send)


def _routes() -> list[BaseRoute]:
    needed = [
        route for module, names in NEEDED.items() for route in module.router.routes if route.name in names
    ]  # fmt: skip
    return [
        Route("/health", _is_up),
        Route("/csrf-token", _no_token),
        *needed,
        WebSocketRoute("/events/in", _record_events),
    ]


async def _is_up(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("true", media_type="application/json")


async def _no_token(_request: Request) -> JSONResponse:
    """What Prefect's server says where it asks for none."""
    return JSONResponse({"detail": "CSRF protection is disabled."}, status_code=422)


async def _failed(_request: Request, error: Exception) -> JSONResponse:
    """As Prefect's application tells it: what may pass, its client tries again."""
    status, text = (503, "Service Unavailable") if is_transient(error) else (500, "Internal Server Error")
    return JSONResponse({"exception_message": text}, status_code=status)


def is_transient(error: Exception) -> bool:
    """Whether the database is another run's for a moment, or its server is not to be reached."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorname", None) or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return isinstance(error, DBAPIError)


async def _record_events(websocket: WebSocket) -> None:
    """Writes down what the run tells of its steps; all of it as soon as the run says no more."""
    if not await accept_prefect_socket(websocket):
        return
    async with task_run_recorder.consumer(MAX_EVENTS_AT_ONCE, SECONDS_BETWEEN_WRITES) as record:
        try:
            async for text in websocket.iter_text():
                await record(MemoryMessage(data=text, attributes={}))
        except NORMAL_DISCONNECT_EXCEPTIONS:
            pass


def _put_off_application() -> None:
    """What changes states asks Prefect's application for one function, and would load all of it for that."""
    name = "prefect.server.api.server"
    if name not in sys.modules:
        sys.modules[name] = application = PutOff(name)
        application.__path__ = []  # asked for by whoever imports something from it
        application.is_client_retryable_exception = is_transient  # type: ignore[attr-defined]


_put_off_application()


@asynccontextmanager
async def _ready(_app: FastAPI) -> AsyncIterator[None]:
    await prepare_records()
    yield
