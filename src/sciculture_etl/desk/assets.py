"""Style sheets, fonts and images of the pages."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from starlette.responses import Response

from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.visit import Visit
from sciculture_etl.project import PAGES

# By ending, what is served; anything else in the folder is none of the desk's.
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8", "woff2": "font/woff2", "svg": "image/svg+xml", "png": "image/png",
    "ico": "image/x-icon",
}  # fmt: skip
CACHED = "public, max-age=3600"


@lru_cache
def _loaded(name: str) -> tuple[bytes, str] | None:
    """Bytes and etag of an asset, by its name below ``pages/assets``; None for what is none."""
    if name.rpartition(".")[2] not in MEDIA_TYPES:
        return None
    path = PAGES.files("assets/**/*").get(f"assets/{name}")
    if path is None:
        return None
    data = path.read_bytes()
    return data, f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def asset(visit: Visit) -> Response:
    name = str(visit.request.path_params["name"])
    found = _loaded(name) if len(name) < 200 else None
    if found is None:
        raise RefusalError(404)
    data, etag = found
    headers = {"etag": etag, "cache-control": CACHED}
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)
