"""One request to the desk, as handlers see it: who asks, in which language, what was posted; and what they answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sciculture_etl.desk.forms import Form
from sciculture_etl.desk.identity import Identity
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role, Route
from sciculture_etl.pages import LANGUAGES, Language, render

if TYPE_CHECKING:
    from sciculture_etl.desk.app import Desk

GROUP, ASSETS = "desk", "/assets/"
LANGUAGE_COOKIE = "desk_language"
DEFAULT_LANGUAGE: Language = "ko"
SECONDS_OF_A_YEAR = 365 * 24 * 60 * 60


@dataclass
class Visit:
    """A request.

    Attributes:
        route: that was asked for; None where there is none.
        identity: who is signed in.
        form: what was posted; empty unless the route is one of POST. Its token was right.
    """

    request: Request
    desk: Desk
    route: Route | None = None
    identity: Identity | None = None
    form: Form = field(default_factory=Form)
    _visitor: str = ""

    @property
    def language(self) -> Language:
        """By the link that was followed, else by the cookie that an earlier one left, else Korean."""
        asked = self.request.query_params.get("lang"), self.request.cookies.get(LANGUAGE_COOKIE)
        return next((one for name in asked for one in LANGUAGES if one == name), DEFAULT_LANGUAGE)

    @property
    def institution(self) -> str:
        """The name of the institution that is signed in: the only one whose things it may see."""
        return self._name_of(Role.institution)

    @property
    def operator(self) -> str:
        """The name of the operator who is signed in, for journals."""
        return self._name_of(Role.operator)

    def _name_of(self, role: Role) -> str:
        if self.identity is None or self.identity.role is not role:
            raise RefusalError(403)
        return self.identity.name

    @property
    def client(self) -> str:
        """The address of whoever asks; behind a proxy, as that says."""
        return self.request.client.host if self.request.client else ""

    # What proves that a form came from one of our pages. Derived from a secret in a cookie, it is on no disk.

    @property
    def token(self) -> str:
        """For the hidden field ``token``, the first of every form."""
        return _token(self.request.cookies.get(self.desk.session_cookie) or self._own_visitor())

    def is_token(self, given: str) -> bool:
        cookies = self.request.cookies
        secret = cookies.get(self.desk.session_cookie) or cookies.get(self.desk.visitor_cookie) or ""
        return bool(secret) and hmac.compare_digest(_token(secret).encode(), given.encode())

    def _own_visitor(self) -> str:
        """The secret of a visitor who isn't signed in; made with the first form that they see."""
        known = self.request.cookies.get(self.desk.visitor_cookie, "")
        self._visitor = self._visitor or known or secrets.token_urlsafe(32)
        return self._visitor

    # What is answered.

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """A page in the visitor's language.

        Args:
            template: below ``pages/templates``; it extends ``desk/base.html``.
            values: what the template asks for besides ``t``, ``p``, ``visit`` and ``navigation``.
        """
        given = {"visit": self, "assets": ASSETS, "navigation": self._navigation()} | values
        html = render(template, GROUP, self.language, **given)
        response = Response(html, status, media_type="text/html")
        if self._visitor and self._visitor != self.request.cookies.get(self.desk.visitor_cookie):
            self.desk.set_cookie(response, self.desk.visitor_cookie, self._visitor)
        if self.request.query_params.get("lang") in LANGUAGES:
            self.desk.set_cookie(response, LANGUAGE_COOKIE, self.language, SECONDS_OF_A_YEAR)
        return response

    def redirect(self, name: str, **values: str | int) -> Response:
        """To another address of the desk, which the browser asks for by GET: what every POST ends with."""
        return RedirectResponse(self.url(name, **values), 303)

    def attachment(self, data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
        """A file to keep, never to be shown as a page."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        return Response(data, media_type=media_type, headers={"content-disposition": disposition})

    def url(self, name: str, **values: str | int) -> str:
        """The address of a route, below the desk's own."""
        return str(self.request.app.url_path_for(name, **values))

    def audit(self, action: str, outcome: str, file: str = "", sha256: str = "", **more: str | int) -> None:
        """Writes down what was done, and by whom: ``Audit.record``."""
        self.desk.audit.record(self.identity, action, outcome, file, sha256, **more)

    def _navigation(self) -> list[Route]:
        from sciculture_etl.desk.routes import ROUTES

        roles = {Role.anyone, self.identity.role} if self.identity else {Role.anyone}
        return [route for route in ROUTES if route.in_navigation and route.role in roles]


def _token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
