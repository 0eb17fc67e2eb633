"""Who may speak to the server at all, before Prefect asks for the password: callers that name it, and its own pages.

A browser sends a page's request to this machine whatever page it is. What it says of where it comes from decides:
``Host``, so that no foreign name is made to lead here (DNS rebinding), and ``Origin``, which pages can't forge.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI
from prefect.settings import PREFECT_UI_URL
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from sciculture_flows.embedded import LOOPBACK

# What describes the API: Prefect asks no password for it, and nobody needs it here.
DESCRIPTIONS = ("/docs", "/docs/oauth2-redirect", "/openapi.json", "/redoc")


class OwnOrigin:
    """Refuses requests and sockets that a page of another origin opens, whatever they ask for."""

    def __init__(self, app: ASGIApp, public: str) -> None:
        self.app = app
        self.public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc not in (headers.get("host"), self.public):
                await PlainTextResponse("another origin", status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def with_door(app: FastAPI, host: str) -> ASGIApp:
    """Prefect's server behind the door, without what describes it.

    Args:
        host: what it listens on. On this machine alone it is called by the machine's own names or by that of
            ``PREFECT_UI_URL``, where a proxy makes its pages public; in a network by any.
    """
    pages = next(route.app for route in app.routes if isinstance(route, Mount) and route.name == "ui")
    for described in (app, pages):
        assert isinstance(described, FastAPI)
        routes = described.router.routes
        routes[:] = [route for route in routes if getattr(route, "path", "") not in DESCRIPTIONS]
    return behind_door(app, host)


def behind_door(app: ASGIApp, host: str) -> ASGIApp:
    """An application behind the door."""
    public = urlsplit(PREFECT_UI_URL.value() or "")
    names = [*LOOPBACK, "[::1]", public.hostname or host] if host in LOOPBACK else ["*"]
    return TrustedHostMiddleware(OwnOrigin(app, public.netloc), allowed_hosts=names)
