"""What anyone may see: the first page, and whether the desk is up."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from sciculture_etl.desk.route import Role
from sciculture_etl.desk.visit import Visit


def home(visit: Visit) -> Response:
    """Whoever is signed in goes on to their own first page."""
    if visit.identity is not None and visit.identity.role is not Role.anyone:
        return visit.redirect(visit.identity.role.value)
    return visit.page("desk/home.html")


def health(_visit: Visit) -> Response:
    """For monitors; says nothing else, and may be asked under any host name."""
    return PlainTextResponse("ok")
