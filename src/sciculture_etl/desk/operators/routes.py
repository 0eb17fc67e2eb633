"""The addresses of operators."""

from __future__ import annotations

from sciculture_etl.desk.operators import overview
from sciculture_etl.desk.route import Role, Route

OPERATOR_ROUTES: tuple[Route, ...] = (
    Route("operator", "/operator", ("GET",), Role.operator, overview.show, in_navigation=True),
)
