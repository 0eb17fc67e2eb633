"""The door before every handler: who asks, whether they may, how often, what they posted; and pages for refusals."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sciculture_etl.desk.forms import read_form
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role, Route
from sciculture_etl.desk.visit import Visit
from sciculture_etl.errors import BusyError, SciCultureError, UserError
from sciculture_etl.failures import describe_failure
from sciculture_etl.stopping import print_line
from sciculture_etl.storage.disk import explain

if TYPE_CHECKING:
    from sciculture_etl.desk.app import Desk

Endpoint = Callable[[Request], Awaitable[Response]]
# What the desk's own words can't say better: status by error, the first that fits.
STATUSES: tuple[tuple[type[SciCultureError], int], ...] = ((UserError, 400), (BusyError, 503), (SciCultureError, 503))


def door(route: Route, desk: Desk) -> Endpoint:
    """The endpoint of a route: its handler behind all that keeps others out."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request, desk, route)
        try:
            await run_in_threadpool(_enter, visit, route)
            if not route.takes_file:
                if "POST" in route.methods:
                    visit.form = await read_form(request, visit.is_token, 0, desk.folder)
                    await run_in_threadpool(_identify, visit, route)
                return await run_in_threadpool(route.handler, visit)
            with desk.receiving(visit.identity, visit.client):
                most = desk.settings.desk_max_upload_bytes
                most = min(most, route.max_file_bytes or most)
                visit.form = await read_form(request, visit.is_token, most, desk.restricted)
                await run_in_threadpool(_identify, visit, route)
                return await run_in_threadpool(route.handler, visit)
        except RefusalError as refusal:
            return await run_in_threadpool(refusal_page, visit, refusal)
        except Exception as error:
            return await run_in_threadpool(failure_page, visit, error)
        finally:
            visit.form.close()

    return endpoint


def _identify(visit: Visit, route: Route) -> None:
    """Raises RefusalError for whoever may not ask for this.

    Asked again once a form is read: its sender may take a minute or more, and was revoked or signed out meanwhile.
    """
    visit.identity = visit.desk.sessions.identity_of(visit.request.cookies.get(visit.desk.session_cookie, ""))
    if route.role is not Role.anyone:
        if visit.identity is None:
            raise RefusalError(401)
        if visit.identity.role is not route.role:
            raise RefusalError(403)


def _enter(visit: Visit, route: Route) -> None:
    """Raises RefusalError for whoever may not ask for this, or asks too often."""
    _identify(visit, route)
    if route.rate is not None:
        if visit.desk.rates.is_exceeded(route.name, route.rate, visit.client):
            raise RefusalError(429)
        visit.desk.rates.note(route.name, route.rate, visit.client)


def refusal_page(visit: Visit, refusal: RefusalError) -> Response:
    """The page that says why something isn't answered; what may be an attack is written down."""
    route = visit.route.name if visit.route else ""
    if refusal.status in (403, 421, 429) and refusal.name != "link":  # which says more by itself
        visit.desk.audit.refuse(visit.identity, route or "unknown", refusal.name, visit.client)
    return visit.page("desk/refusal.html", refusal.status, name=refusal.name, text=refusal.text, reference="")


def failure_page(visit: Visit, error: Exception) -> Response:
    """The page of a failure: what a person can be told, and the number under which the log tells more."""
    text = explain(error, visit.desk.settings)
    if isinstance(error, SciCultureError) or text:
        status = next((code for kind, code in STATUSES if isinstance(error, kind)), 503)
        if status < 500:
            return visit.page("desk/refusal.html", status, name="malformed", text=str(error), reference="")
        name = "busy" if isinstance(error, BusyError) else "unavailable"
        reference = _log(visit, error, text or str(error))
        shown = str(error) if isinstance(error, BusyError) else ""
        return visit.page("desk/refusal.html", status, name=name, text=shown, reference=reference)
    reference = _log(visit, error, describe_failure(error))
    return visit.page("desk/refusal.html", 500, name="broken", text="", reference=reference)


def _log(visit: Visit, _error: Exception, text: str) -> str:
    """A line for the operator: never an address, which may hold a secret, but the name of the route."""
    reference = secrets.token_hex(4)
    route = visit.route.name if visit.route else "?"
    print_line(f"sciculture desk: [{reference}] {visit.request.method} {route}: {text}", sys.stderr)
    return reference


def refused(desk: Desk) -> Callable[[Request, Exception], Awaitable[Response]]:
    """For addresses that are none, and methods that they don't have."""

    def made(request: Request, error: Exception) -> Response:
        visit = Visit(request, desk)
        try:
            visit.identity = desk.sessions.identity_of(request.cookies.get(desk.session_cookie, ""))
            page = refusal_page(visit, RefusalError(error.status_code if isinstance(error, HTTPException) else 404))
        except Exception as failure:
            return failure_page(visit, failure)
        if isinstance(error, HTTPException) and error.headers:  # which methods there are
            page.headers.update(error.headers)
        return page

    async def answer(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(made, request, error)

    return answer


def failed(desk: Desk) -> Callable[[Request, Exception], Awaitable[Response]]:
    """For what fails outside of a handler."""

    async def answer(request: Request, error: Exception) -> Response:
        return failure_page(Visit(request, desk), error)

    return answer
