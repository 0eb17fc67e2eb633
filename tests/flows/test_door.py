"""Who gets an answer of Prefect's server: every address it has is asked by those who have no business there."""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.commands import within

PASSWORD = "sciculture:invented"
HERE, ID = "http://127.0.0.1:4200", "00000000-0000-4000-8000-000000000000"
KNOWN = {"Authorization": f"Basic {base64.b64encode(PASSWORD.encode()).decode()}"}
FOREIGN = {"Origin": "http://elsewhere.example"}
# Whether it is up: Prefect's own clients and every monitor ask without a password, and the answer is always the same.
OPEN = {("GET", "/api/health"), ("GET", "/api/ready")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """The application that ``serve`` runs, with the door and without."""
    import prefect.server.api.server as of_prefect

    from sciculture_flows.door import with_door
    from sciculture_flows.embedded import ASKED_FOR, FOR_GOOD

    home = str(tmp_path_factory.mktemp("prefect"))
    address = {"PREFECT_HOME": home, "PREFECT_API_URL": f"{HERE}/api", ASKED_FOR: PASSWORD}
    with within(os.environ | FOR_GOOD | address):
        app = of_prefect.create_app()
        yield with_door(app, "127.0.0.1"), app


def filled(path: str) -> str:
    return re.sub(r"{[^}]+}", ID, path)


def routes_of(app: Any) -> Iterator[Any]:
    """All that Prefect's API answers to, as it is routed, not as it is described."""
    from prefect.server.api.server import API_ROUTERS

    yield from (route for route in app.api_app.routes if hasattr(route, "methods"))
    for router in API_ROUTERS:
        yield from router.routes


@pytest.fixture(scope="module")
def endpoints(server: tuple[Any, Any]) -> list[tuple[str, str]]:
    app = server[1]
    found = {
        (method, filled(f"/api{route.path}"))
        for route in routes_of(app)
        for method in getattr(route, "methods", None) or ()
    }
    described = {
        (method.upper(), filled(f"/api{path}"))
        for path, methods in app.openapi()["paths"].items() for method in methods
    }  # fmt: skip
    assert described <= found
    assert len(found) > 150
    return sorted(found)


def asked(server: tuple[Any, Any], endpoints: list[tuple[str, str]], **headers: str) -> dict[tuple[str, str], int]:
    """The status with which each endpoint answers."""

    async def ask() -> dict[tuple[str, str], int]:
        transport = httpx.ASGITransport(server[0], raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
            return {(method, path): (await client.request(method, path)).status_code for method, path in endpoints}

    return asyncio.run(ask())


def test_nothing_but_whether_it_is_up_is_told_without_the_password(server: Any, endpoints: Any) -> None:
    statuses = asked(server, endpoints)
    assert {endpoint for endpoint, status in statuses.items() if status != 401} == OPEN
    wrong = asked(server, endpoints[:5], Authorization="Basic " + base64.b64encode(b"sciculture:guessed").decode())
    assert set(wrong.values()) == {401}
    assert asked(server, [("GET", "/api/version")], **KNOWN) == {("GET", "/api/version"): 200}


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:4201", "https://localhost"])
def test_a_page_of_another_origin_gets_nothing_though_it_knew_the_password(
    server: Any, endpoints: Any, origin: str
) -> None:
    some = endpoints if origin == FOREIGN["Origin"] else endpoints[:5]
    preflights = [("OPTIONS", path) for _, path in some[:5]]
    assert set(asked(server, [*some, *preflights, ("GET", "/")], **KNOWN, Origin=origin).values()) == {403}


def test_a_foreign_name_that_is_made_to_lead_here_gets_nothing(server: Any, endpoints: Any) -> None:
    rebound = {"Host": "elsewhere.example:4200", "Origin": "http://elsewhere.example:4200"}
    assert set(asked(server, [*endpoints, ("GET", "/")], **KNOWN, **rebound).values()) == {400}


def test_the_pages_own_origin_is_served_by_each_name_of_the_machine(server: Any) -> None:
    for name in ("127.0.0.1:4200", "localhost:4200", "[::1]:4200"):
        own = {"Host": name, "Origin": f"http://{name}"}
        assert asked(server, [("GET", "/api/version"), ("GET", "/")], **KNOWN, **own) == {
            ("GET", "/api/version"): 200, ("GET", "/"): 200,
        }  # fmt: skip


def test_of_the_pages_only_what_is_the_same_everywhere_is_open(server: Any) -> None:
    """The pages are files of Prefect, and their settings say where the API is and that it wants a password."""
    pages = next(route.app for route in server[1].routes if route.name == "ui")
    assert [route.path for route in pages.routes if hasattr(route, "methods")] == ["/ui-settings"]
    assert [route.path for route in server[1].routes if hasattr(route, "methods")] == []
    statuses = asked(
        server, [("GET", "/ui-settings"), ("POST", "/ui-settings"), ("POST", "/"), ("GET", "/openapi.json")]
    )
    assert list(statuses.values()) == [200, 405, 405, 404]
    assert TestClient(server[0], base_url=HERE).get("/ui-settings").json() | {"flags": []} == {
        "api_url": "/api", "auth": "BASIC", "available_uis": ["v1", "v2"], "csrf_enabled": False, "default_ui": "v2",
        "flags": [], "v1_base_url": "/", "v2_base_url": "/v2",
    }  # fmt: skip


def test_no_socket_opens_without_the_password_or_to_another_origin(server: Any) -> None:
    sockets = {filled(f"/api{route.path}") for route in routes_of(server[1]) if not getattr(route, "methods", None)}
    assert {"/api/events/in", "/api/events/out", "/api/logs/out"} < sockets
    client = TestClient(server[0], base_url=HERE)

    def says(path: str, token: str | None, **options: Any) -> str:
        with client.websocket_connect(HERE.replace("http", "ws") + path, **options) as socket:
            if options.get("subprotocols"):
                socket.send_json({"type": "auth", "token": token})
            return str(socket.receive_json()["type"])

    refused: list[Callable[[str], str]] = [
        lambda path: says(path, None),
        lambda path: says(path, None, subprotocols=["prefect"]),
        lambda path: says(path, "sciculture:guessed", subprotocols=["prefect"]),
        lambda path: says(path, PASSWORD, subprotocols=["prefect"], headers=FOREIGN),
    ]
    for path in sorted(sockets):
        for attempt in refused:
            with pytest.raises(WebSocketDisconnect):
                attempt(path)
    assert says("/api/logs/out", PASSWORD, subprotocols=["prefect"]) == "auth_success"
