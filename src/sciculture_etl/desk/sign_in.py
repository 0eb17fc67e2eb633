"""Signing in by a link, and out.

The link itself signs nobody in: scanners of mail and previews of messengers open every link. It shows a page with a
button, and only what the button posts is looked up. So the page says nothing of the secret either.
"""

from __future__ import annotations

from starlette.responses import Response

from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Rate
from sciculture_etl.desk.visit import Visit

# Tries that fail. Where all together fail too often, only those who failed before have to wait.
FAILURES = Rate(per_client=10, in_all=200)
MAX_SECRET_CHARACTERS = 100


def show_link(visit: Visit) -> Response:
    """The page with the button."""
    return visit.page("desk/enter.html", secret=str(visit.request.path_params["secret"])[:MAX_SECRET_CHARACTERS])


def sign_in(visit: Visit) -> Response:
    """What the button posts: a session for whoever holds a valid link."""
    desk = visit.desk
    if desk.rates.is_exceeded("sign_in", FAILURES, visit.client):
        raise RefusalError(429)
    found = desk.invitations.of_secret(visit.form.text("secret")[:MAX_SECRET_CHARACTERS])
    if found is None or desk.invitations.valid(found.id) is None:
        desk.rates.note("sign_in", FAILURES, visit.client)
        desk.audit.refuse(None, "sign_in", found.id if found else "unknown", visit.client)
        raise RefusalError(403, "link")
    if visit.identity is not None:
        desk.sessions.end(visit.identity.session)
    secret = desk.sessions.begin(found)
    visit.identity = desk.sessions.identity_of(secret)
    visit.audit("sign_in", "signed in")
    response = visit.redirect("home")
    desk.set_cookie(response, desk.session_cookie, secret)
    response.delete_cookie(desk.visitor_cookie, secure=desk.origin.is_tls, httponly=True, samesite="strict")
    return response


def sign_out(visit: Visit) -> Response:
    """Ends the session here and on no other machine."""
    if visit.identity is not None:
        visit.desk.sessions.end(visit.identity.session)
        visit.audit("sign_out", "signed out")
    response = visit.redirect("home")
    desk = visit.desk
    response.delete_cookie(desk.session_cookie, secure=desk.origin.is_tls, httponly=True, samesite="strict")
    return response
