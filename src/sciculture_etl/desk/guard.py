"""What is looked at before anything else is: by which name, from which page; and the headers of every answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sciculture_etl.desk.door import refusal_page
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.visit import Visit

if TYPE_CHECKING:
    from sciculture_etl.desk.app import Desk

# Nothing is loaded from elsewhere, no script runs, no page frames these, and forms go nowhere else.
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# ``same-origin``, not ``no-referrer``: with that, browsers send ``Origin: null`` with our own forms, too.
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
}
NOT_STORED = "no-store"
STRICT_TRANSPORT = "max-age=31536000"
SAFE_METHODS = ("GET", "HEAD")
ANY_HOST = "/health"
MAX_PATH_BYTES = 2_000


class Guard:
    """Stands before the whole application."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", NOT_STORED)
                if self._desk.origin.is_tls:
                    headers["strict-transport-security"] = STRICT_TRANSPORT
            await send(message)

        if refusal := self._refusal(scope):
            visit = Visit(Request(scope, receive), self._desk)
            answer = await asyncio.to_thread(refusal_page, visit, refusal)
            if refusal.status == 400:
                answer.headers["connection"] = "close"
            await answer(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> RefusalError | None:
        """Why a request is not looked at any further."""
        headers = Headers(scope=scope)
        if len(scope["path"].encode("utf-8", "replace")) > MAX_PATH_BYTES:
            return RefusalError(404)
        if "content-length" in headers and "transfer-encoding" in headers:
            return RefusalError(400)  # a proxy may take the one and we the other: what follows is another's request
        names = headers.getlist("host")
        if scope["path"] != ANY_HOST and (len(names) != 1 or names[0].lower() not in self._desk.origin.hosts):
            return RefusalError(421)
        if scope["method"] in SAFE_METHODS:
            return None
        if scope["method"] != "POST":
            return RefusalError(405)
        # A browser says where a form comes from; whoever doesn't is no browser, and nobody the desk is for.
        if headers.getlist("origin") not in [[origin] for origin in self._desk.origin.origins]:
            return RefusalError(403, "origin")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return RefusalError(403, "origin")
        return None
