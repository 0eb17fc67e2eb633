"""The desk as an application. What it answers stands in ``routes.py``; ``guard.py`` and ``door.py`` lock it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route as Address

from sciculture_etl.desk.audit import Audit
from sciculture_etl.desk.door import door, failed, refused
from sciculture_etl.desk.folder import make_private_folder
from sciculture_etl.desk.guard import Guard
from sciculture_etl.desk.identity import Identity
from sciculture_etl.desk.invitations import Invitations
from sciculture_etl.desk.origin import DEFAULT_URL, Origin
from sciculture_etl.desk.rates import Rates, client_of
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.routes import ROUTES
from sciculture_etl.desk.sessions import MAX_SECONDS, Sessions
from sciculture_etl.desk.uploads import Uploads
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FOLDER

# Files that are being sent at the same time: of all, and of one institution or one visitor's address.
MAX_UPLOADS_AT_ONCE, MAX_VISITORS_UPLOADS_AT_ONCE = 40, 8
MAX_UPLOADS_OF_ONE, MAX_UPLOADS_OF_VISITOR = 20, 3


class Desk:
    """What all requests share.

    Attributes:
        settings: of the process.
        folder: ``warehouse/desk``.
        origin: the address under which people reach it.
    """

    def __init__(self, settings: Settings, origin: Origin, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.origin = origin
        self.folder = make_private_folder(settings.desk)
        self.invitations = Invitations(self.folder, clock)
        self.sessions = Sessions(self.folder, self.invitations, clock)
        self.audit = Audit(self.folder, clock)
        self.rates = Rates()
        self.uploads = Uploads(settings)
        self._receiving: Counter[tuple[bool, str]] = Counter()

    # ``__Host-``: a browser takes such a cookie from this very host alone, by TLS.

    @property
    def session_cookie(self) -> str:
        return "__Host-desk_session" if self.origin.is_tls else "desk_session"

    @property
    def visitor_cookie(self) -> str:
        return "__Host-desk_visitor" if self.origin.is_tls else "desk_visitor"

    @property
    def restricted(self) -> Path:
        """Where large files are held while they are posted, under no name."""
        self.settings.restricted.mkdir(OWN_FOLDER, parents=True, exist_ok=True)
        return self.settings.restricted

    @contextmanager
    def receiving(self, who: Identity | None, client: str) -> Iterator[None]:
        """A place among those who send a file just now, until it is answered.

        Raises:
            RefusalError: Where all are taken. Those who aren't signed in never take the places of those who are, nor
                does one of them take all.
        """
        is_known = who is not None
        most = MAX_UPLOADS_AT_ONCE if is_known else MAX_VISITORS_UPLOADS_AT_ONCE
        most_of_one = MAX_UPLOADS_OF_ONE if is_known else MAX_UPLOADS_OF_VISITOR
        place = is_known, who.name if who else client_of(client)
        taken = sum(count for (known, _), count in self._receiving.items() if known is is_known)
        if taken >= most or self._receiving[place] >= most_of_one:
            raise RefusalError(503, "crowded")
        self._receiving[place] += 1
        try:
            yield
        finally:
            self._receiving[place] -= 1
            if not self._receiving[place]:
                del self._receiving[place]

    def set_cookie(self, response: Response, name: str, value: str, max_age: int = MAX_SECONDS) -> None:
        """Sets a cookie that no script sees and no other site makes the browser send."""
        response.set_cookie(
            name, value, max_age=max_age, path="/", secure=self.origin.is_tls, httponly=True, samesite="strict"
        )  # fmt: skip

    def close(self) -> None:
        """Ends what the desk started."""
        self.uploads.close()


def create_app(settings: Settings, url: str | None = None, clock: Callable[[], float] = time.time) -> Starlette:
    """The desk of a warehouse.

    Args:
        url: under which people reach it, where that isn't what the settings say. Requests to other names, and from
            pages of other origins, are refused.
        clock: seconds since 1970.

    Raises:
        UserError: Where the url is no origin.
    """
    desk = Desk(settings, Origin.of(url or settings.desk_url or DEFAULT_URL), clock)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(desk.uploads.open)
        yield
        desk.close()

    app = Starlette(
        routes=[Address(one.path, door(one, desk), methods=list(one.methods), name=one.name) for one in ROUTES],
        middleware=[Middleware(Guard, desk=desk)],
        exception_handlers={404: refused(desk), 405: refused(desk), Exception: failed(desk)},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.desk = desk
    return app
