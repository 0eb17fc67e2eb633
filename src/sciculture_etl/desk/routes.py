"""Every address of the desk. What isn't listed here isn't answered; what is, says who may ask for it.

``tests/desk/test_locked_doors.py`` walks this list: without credentials, with those of another, from a foreign origin.
To add one: a handler (visit → response), its entry here or in the list of its role, its words in
``expectations/desk.yml``, its template in ``pages/templates/desk``.
"""

from __future__ import annotations

from sciculture_etl.desk import assets, public, sign_in
from sciculture_etl.desk.anyone import CHECK_ROUTES, FORM_ROUTES
from sciculture_etl.desk.institution.routes import INSTITUTION_ROUTES
from sciculture_etl.desk.operators.routes import OPERATOR_ROUTES
from sciculture_etl.desk.route import Role, Route

ROUTES: tuple[Route, ...] = (
    Route("home", "/", ("GET",), Role.anyone, public.home),
    Route("health", "/health", ("GET",), Role.anyone, public.health),
    Route("security", "/.well-known/security.txt", ("GET",), Role.anyone, public.security_contact),
    Route("asset", "/assets/{name:path}", ("GET",), Role.anyone, assets.asset),
    Route("link", "/enter/{secret}", ("GET",), Role.anyone, sign_in.show_link),
    Route("sign_in", "/sign-in", ("POST",), Role.anyone, sign_in.sign_in),
    Route("sign_out", "/leave", ("POST",), Role.anyone, sign_in.sign_out),
    *CHECK_ROUTES,
    *INSTITUTION_ROUTES,
    *FORM_ROUTES,
    *OPERATOR_ROUTES,
)
