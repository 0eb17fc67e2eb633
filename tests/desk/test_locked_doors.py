"""Every address of the desk, asked by those who may not: the list itself is walked, so that a new one is asked as well.

An address of institutions with a part that names something (``/received/{submission}``) stands in ``OF_ANOTHER``, with
something of another institution to ask for.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from starlette.routing import Route as Address

from sciculture_etl.desk.checks import Check
from sciculture_etl.desk.guard import ANY_HOST, HEADERS
from sciculture_etl.desk.route import MAX_FORM_BYTES, Role, Route
from sciculture_etl.desk.routes import ROUTES
from tests.desk.visitors import URL, DeskUnderTest, Visitor

GETS = [route for route in ROUTES if "GET" in route.methods]
POSTS = [route for route in ROUTES if "POST" in route.methods]
NAMED_THINGS = [route for route in ROUTES if route.role is Role.institution and "{" in route.path]
CLOSED = [route for route in ROUTES if route.role is not Role.anyone]
# Name of the address → the desk → the path of something that belongs to another than ``Others.institution``.
OF_ANOTHER: dict[str, Callable[[DeskUnderTest], str]] = {
    "check_result": lambda desk: f"/institution/checks/{another_check(desk)}",
    "check_workbook": lambda desk: f"/institution/checks/{another_check(desk)}/workbook",
    "check_send": lambda desk: f"/institution/checks/{another_check(desk)}/send",
    "check_forget": lambda desk: f"/institution/checks/{another_check(desk)}/forget",
    "received": lambda _desk: "/institution/received/1",
    "received_workbook": lambda _desk: "/institution/received/1/workbook",
}
# What anyone may post as often as they like: it limits itself, or changes nothing of anybody else's.
UNLIMITED = {
    "sign_in": "counts what fails", "sign_out": "ends one's own session", "public_forget": "forgets one's own check",
}  # fmt: skip
FOREIGN = {
    "none": {}, "null": {"origin": "null"}, "another site": {"origin": "https://evil.example"},
    "a name that begins so": {"origin": f"{URL}.evil.example"}, "a name below": {"origin": "https://x.desk.example.org"},
    "unencrypted": {"origin": URL.replace("https", "http")}, "another port": {"origin": f"{URL}:8443"},
    "two": {"origin": f"{URL}, {URL}"}, "another page, by the browser": {"origin": URL, "sec-fetch-site": "cross-site"},
}  # fmt: skip
FOREIGN_HOSTS = ("evil.example", "desk.example.org.evil.example", "127.0.0.1", "desk.example.org:8443", "")
REFUSED_BY_POLICY = re.compile(r"<script|\son\w+=|\sstyle=|javascript:|(?:src|href|action)=\"(?:https?:)?//")
clients = (f"198.51.{first}.{second}" for first, second in itertools.product(range(256), range(256)))


def another_check(desk: DeskUnderTest) -> str:
    """A file that another institution is having checked."""
    check = Check("of-another", "가상과학관", "실적.csv", 4, "0" * 64, 600, BytesIO(b"data"), 0, 1)
    return desk.desk.uploads.checks._checks.setdefault(check.id, check).id


class Others:
    """One desk for all tests here, and those who are signed in there."""

    def __init__(self, warehouse: Path) -> None:
        self.desk = DeskUnderTest(warehouse)
        self.signed_in = {
            Role.anyone: self.desk.visitor(),
            Role.institution: self.desk.institution("가상과학문화센터"),
            Role.operator: self.desk.operator(),
        }
        self.link = self.desk.link("가상과학관")
        self._tokens: dict[int, str] = {}

    def may(self, route: Route) -> Visitor:
        return self.signed_in[route.role]

    def token(self, visitor: Visitor) -> str:
        """A token that is right for the visitor: every page of who is signed in has a form."""
        if visitor not in self.signed_in.values():
            return visitor.token(self.link)
        return self._tokens.setdefault(id(visitor), self._tokens.get(id(visitor)) or visitor.token(self.link))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Others]:
    made = Others(tmp_path_factory.mktemp("locked doors") / "warehouse")
    yield made
    made.desk.desk.close()


def path_of(route: Route) -> str:
    return re.sub(r"\{[^}]+\}", "1", route.path)


def named(route: Route) -> str:
    return route.name


def ask(visitor: Visitor, route: Route, **more: object) -> int:
    """The status of what is answered to a request that is right but for what is tried."""
    client = next(clients)
    if "GET" in route.methods:
        return visitor.get(path_of(route), client=client, **more).status_code
    return visitor.post(path_of(route), client=client, **more).status_code


def test_every_address_that_is_answered_is_on_the_list(others: Others) -> None:
    answered = {(one.path, one.name) for one in others.desk.app.routes if isinstance(one, Address)}
    assert len(answered) == len(others.desk.app.routes), "something is mounted past the list"
    assert answered == {(route.path, route.name) for route in ROUTES}
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_an_address_that_does_not_say_who_may_ask_is_none() -> None:
    with pytest.raises(TypeError, match="role"):
        Route("new", "/new", ("GET",), handler=lambda visit: visit.page("desk/home.html"))  # type: ignore[call-arg]


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_an_address_either_shows_or_changes(route: Route) -> None:
    assert route.methods in (("GET",), ("POST",))
    assert route.methods == ("POST",) or not route.takes_file


@pytest.mark.parametrize("route", POSTS, ids=named)
def test_what_anyone_may_post_is_limited(route: Route) -> None:
    assert route.role is not Role.anyone or route.rate is not None or route.name in UNLIMITED


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_nobody_gets_in_without_credentials(others: Others, route: Route) -> None:
    visitor = others.desk.visitor()
    more = {"data": {"token": others.token(visitor)}} if route in POSTS else {}
    assert ask(visitor, route, **more) == 401
    for cookie in ("", "x", "../sign", "a" * 5000, visitor.cookies.get("__Host-desk_visitor")):
        visitor.cookies.set("__Host-desk_session", str(cookie))
        assert ask(visitor, route, **more) == 401, cookie


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_nobody_gets_in_by_the_credentials_of_another_role(others: Others, route: Route) -> None:
    other = Role.operator if route.role is Role.institution else Role.institution
    visitor = others.signed_in[other]
    more = {"data": {"token": others.token(visitor)}} if route in POSTS else {}
    assert ask(visitor, route, **more) == 403


@pytest.mark.parametrize(
    "route", [one for one in CLOSED if one.role is Role.institution and "{" in one.path], ids=named
)
def test_no_institution_sees_what_is_of_another(others: Others, route: Route) -> None:
    assert route.name in OF_ANOTHER, "say there what of another institution is asked for"
    visitor, path = others.may(route), OF_ANOTHER[route.name](others.desk)
    answer = visitor.get(path) if route in GETS else visitor.post(path, data={"token": others.token(visitor)})
    assert answer.status_code in (403, 404) or answer.headers["location"] == "/institution"
    held = others.desk.desk.uploads.checks._checks.get("of-another")
    assert held is None or held.read() == b"data", "nothing was sent or forgotten"


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("route", POSTS, ids=named)
def test_nothing_is_taken_from_a_page_of_another_origin(others: Others, route: Route, origin: str) -> None:
    visitor = others.may(route)
    answer = visitor.ask("POST", path_of(route), data={"token": others.token(visitor)}, headers=FOREIGN[origin])
    assert answer.status_code == 403


@pytest.mark.parametrize("route", POSTS, ids=named)
def test_nothing_is_taken_with_a_wrong_token(others: Others, route: Route) -> None:
    visitor = others.may(route)
    of_others = [others.token(others.desk.institution("가상과학관")), others.token(others.desk.visitor())]
    for token in ("", "x", "가", *of_others):
        assert ask(visitor, route, data={"token": token}) == 403, token
        files = {"file": ("실적.csv", b"a,b\n1,2\n")}
        assert ask(visitor, route, data={"token": token}, files=files) == (403 if route.takes_file else 415), token
    assert ask(visitor, route) == 415  # nothing posted at all


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_no_address_is_asked_by_another_method(others: Others, route: Route, method: str) -> None:
    if method in route.methods:
        return
    answer = others.may(route).ask(method, path_of(route), headers={"origin": URL})
    shared = [one.path_regex for one in others.desk.app.routes if isinstance(one, Address) and method in one.methods]
    assert answer.status_code == 405 or any(path.match(path_of(route)) for path in shared)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_no_address_is_asked_by_another_name(others: Others, host: str) -> None:
    for route in ROUTES:
        answer = others.may(route).ask(route.methods[0], path_of(route), headers={"host": host, "origin": URL})
        assert answer.status_code == (200 if route.path == ANY_HOST else 421)
        assert host == "" or host not in answer.text


@pytest.mark.parametrize("route", POSTS, ids=named)
def test_nothing_is_read_that_is_larger_than_may_be(others: Others, route: Route) -> None:
    visitor = others.may(route)
    most = others.desk.settings.desk_max_upload_bytes if route.takes_file else 0
    kind = "multipart/form-data; boundary=x" if route.takes_file else "application/x-www-form-urlencoded"
    declared = {"content-type": kind, "content-length": str(most + MAX_FORM_BYTES + 1)}
    assert ask(visitor, route, headers=declared, content=b"") == 413


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_every_answer_has_the_headers_that_lock_it(others: Others, route: Route) -> None:
    for visitor in (others.desk.visitor(), others.may(route)):
        answer = visitor.ask(route.methods[0], path_of(route), client=next(clients))
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "max-age" in answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"] == "no-store" or route.name == "asset"
        assert "server" not in answer.headers
        assert not {"access-control-allow-origin", "x-powered-by"} & set(answer.headers)


def test_no_page_has_anything_that_its_policy_would_refuse(others: Others) -> None:
    for visitor in others.signed_in.values():
        for route in GETS:
            answer = visitor.get(path_of(route), client=next(clients))
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert (found := REFUSED_BY_POLICY.search(answer.text)) is None, f"{route.name}: {found}"
