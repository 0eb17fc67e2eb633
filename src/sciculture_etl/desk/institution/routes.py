"""The addresses of institutions."""

from __future__ import annotations

from sciculture_etl.desk.institution import overview
from sciculture_etl.desk.route import Role, Route

INSTITUTION_ROUTES: tuple[Route, ...] = (
    Route("institution", "/institution", ("GET",), Role.institution, overview.show, in_navigation=True),
)
