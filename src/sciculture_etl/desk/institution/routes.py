"""The addresses of institutions."""

from __future__ import annotations

from sciculture_etl.desk import checking
from sciculture_etl.desk.institution import overview, received
from sciculture_etl.desk.route import Rate, Role, Route

INSTITUTION_ROUTES: tuple[Route, ...] = (
    Route("institution", "/institution", ("GET",), Role.institution, overview.show, in_navigation=True),
    Route(
        "check", "/institution/check", ("POST",), Role.institution, checking.upload, Rate(200, 3_000), takes_file=True
    ),
    Route("check_result", "/institution/checks/{check}", ("GET",), Role.institution, checking.result),
    Route("check_workbook", "/institution/checks/{check}/workbook", ("GET",), Role.institution, checking.workbook),
    Route("check_send", "/institution/checks/{check}/send", ("POST",), Role.institution, checking.send),
    Route("check_forget", "/institution/checks/{check}/forget", ("POST",), Role.institution, checking.forget),
    Route("received", "/institution/received/{receipt:int}", ("GET",), Role.institution, received.show),
    Route(
        "received_workbook", "/institution/received/{receipt:int}/workbook", ("GET",), Role.institution,
        received.workbook,
    ),
)  # fmt: skip
