"""Whoever comes to the desk: anyone, an institution, an operator. They talk HTTP to the application in this process."""

from __future__ import annotations

import atexit
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from sciculture_etl.desk.app import Desk, create_app
from sciculture_etl.desk.route import Role
from sciculture_etl.settings import Settings

URL = "https://desk.example.org"


@cache
def portal() -> BlockingPortal:
    """One loop for all requests of this process, and the threads of its handlers."""
    entered = start_blocking_portal()
    made = entered.__enter__()
    atexit.register(entered.__exit__, None, None, None)
    return made


TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


@dataclass
class Visitor:
    """A browser: it keeps cookies, and says from which page it comes."""

    app: Any
    url: str = URL
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def ask(self, method: str, path: str, client: str = "192.0.2.7", **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(client, 40_000), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=self.url, cookies=self.cookies) as browser:
                answer = await browser.request(method, path, **more)
                self.cookies = browser.cookies
                return answer

        return portal().call(asked)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, page: str = "", **more: Any) -> httpx.Response:
        """Posts a form as a browser does.

        Args:
            page: on which the form stands; its token goes with it.
            more: data, files.
        """
        data = dict(more.pop("data", {}))
        if page:
            data = {"token": self.token(page)} | data
        headers = {"origin": self.url, "sec-fetch-site": "same-origin"} | more.pop("headers", {})
        return self.ask("POST", path, data=data, headers=headers, **more)

    def token(self, page: str) -> str:
        found = TOKEN.search(self.get(page).text)
        assert found, f"there is no form on {page}"
        return found[1]


@dataclass
class DeskUnderTest:
    """A desk and its visitors. Its clock stands still until it is set."""

    warehouse: Path
    url: str = URL
    now: float = field(default_factory=time.time)
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The same again after a restart."""
        self.settings = Settings(warehouse=self.warehouse, **self.more)
        self.app = create_app(self.settings, self.url, clock=lambda: self.now)

    @property
    def desk(self) -> Desk:
        found: Desk = self.app.state.desk
        return found

    def visitor(self) -> Visitor:
        return Visitor(self.app, self.url)

    def link(self, name: str, role: Role = Role.institution, days: int = 30) -> str:
        """The path of a new link."""
        _, secret = self.desk.invitations.issue(role, name, days, by="tests")
        return f"/enter/{secret}"

    def enter(self, visitor: Visitor, link: str) -> httpx.Response:
        return visitor.post("/sign-in", page=link, data={"secret": link.rpartition("/")[2]})

    def signed_in(self, name: str, role: Role = Role.institution) -> Visitor:
        visitor = self.visitor()
        assert self.enter(visitor, self.link(name, role)).status_code == 303
        return visitor

    def institution(self, name: str = "가상과학문화센터") -> Visitor:
        return self.signed_in(name)

    def operator(self, name: str = "자료 담당") -> Visitor:
        return self.signed_in(name, Role.operator)
