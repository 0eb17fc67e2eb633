"""The addresses that need no invitation: the check of a file, of which nothing is kept, and the forms."""

from __future__ import annotations

from sciculture_etl.desk import checking, form_pages
from sciculture_etl.desk.route import Rate, Role, Route

CHECK_ROUTES: tuple[Route, ...] = (
    Route("public_check", "/check", ("GET",), Role.anyone, checking.show_upload),
    Route(
        "public_upload", "/check/file", ("POST",), Role.anyone, checking.upload, Rate(20, 200), takes_file=True,
        max_file_bytes=checking.PUBLIC_FILE_BYTES,
    ),
    Route("public_result", "/check/{check}", ("GET",), Role.anyone, checking.result),
    Route("public_workbook", "/check/{check}/workbook", ("GET",), Role.anyone, checking.workbook),
    Route("public_forget", "/check/{check}/forget", ("POST",), Role.anyone, checking.forget),
)  # fmt: skip
FORM_ROUTES: tuple[Route, ...] = (
    Route("forms", "/forms", ("GET",), Role.anyone, form_pages.show, Rate(300, 3_000), in_navigation=True),
    Route("form", "/forms/{dataset}/{year:int}", ("GET",), Role.anyone, form_pages.download, Rate(100, 600)),
)
