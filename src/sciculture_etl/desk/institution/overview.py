"""The first page of an institution."""

from __future__ import annotations

from starlette.responses import Response

from sciculture_etl.desk.visit import Visit


def show(visit: Visit) -> Response:
    return visit.page("desk/institution/overview.html")
