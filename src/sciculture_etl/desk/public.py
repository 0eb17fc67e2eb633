"""What anyone may see: the first page, and whether the desk is up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import PlainTextResponse, Response

from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.visit import Visit

DAYS_OF_CONTACT = 30


def home(visit: Visit) -> Response:
    """Whoever is signed in goes on to their own first page."""
    if visit.identity is not None and visit.identity.role is not Role.anyone:
        return visit.redirect(visit.identity.role.value)
    return visit.page("desk/home.html")


def health(_visit: Visit) -> Response:
    """For monitors; says nothing else, and may be asked under any host name."""
    return PlainTextResponse("ok")


def security_contact(visit: Visit) -> Response:
    """Where a weakness is reported, as RFC 9116 has it; nothing where the settings name nobody."""
    contact = " ".join(visit.desk.settings.security_contact.split())
    if not contact:
        raise RefusalError(404)
    expires = (datetime.now(UTC) + timedelta(days=DAYS_OF_CONTACT)).isoformat(timespec="seconds")
    return PlainTextResponse(f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: ko, en\n")
