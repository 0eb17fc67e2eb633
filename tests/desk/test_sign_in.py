"""Signing in by a link: by the button alone, as long as the link is valid, and out again."""

from __future__ import annotations

from tests.desk.visitors import DeskUnderTest


def test_a_link_shows_a_button_and_the_button_signs_in(desk: DeskUnderTest) -> None:
    visitor, link = desk.visitor(), desk.link("가상과학문화센터")
    page = visitor.get(link)
    assert page.status_code == 200
    assert "desk_session" not in str(page.headers)
    assert visitor.get("/institution").status_code == 401
    assert desk.enter(visitor, link).status_code == 303
    assert "가상과학문화센터" in visitor.get("/institution").text
    assert visitor.get("/operator").status_code == 403


def test_whoever_signs_out_is_signed_out(desk: DeskUnderTest) -> None:
    visitor = desk.institution()
    assert visitor.post("/leave", page="/institution").status_code == 303
    assert visitor.get("/institution").status_code == 401
