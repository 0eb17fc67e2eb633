"""Signing in by a link: by the button alone, as long as the link is valid, and out again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sciculture_etl.desk.invitations import SECONDS_OF_A_DAY
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.sessions import MAX_IDLE_SECONDS, MAX_SECONDS
from sciculture_etl.desk.sign_in import FAILURES
from tests.desk.visitors import DeskUnderTest

NAME = "가상과학문화센터"


def lines(desk: DeskUnderTest) -> list[dict[str, str]]:
    return [json.loads(line) for line in (desk.settings.desk / "audit.jsonl").read_text().splitlines()]


def test_a_link_shows_a_button_and_the_button_signs_in(desk: DeskUnderTest) -> None:
    visitor, link = desk.visitor(), desk.link(NAME)
    for _ in range(3):  # a scanner of mail, a preview, the person
        page = visitor.get(link)
        assert page.status_code == 200
        assert "session" not in str(page.headers)
        assert NAME not in page.text
    assert visitor.get("/institution").status_code == 401
    answer = desk.enter(visitor, link)
    assert answer.status_code == 303
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "session" in value).lower()
    for wanted in ("__host-desk_session=", "secure", "httponly", "samesite=strict", "path=/"):
        assert wanted in cookie
    assert NAME in visitor.get("/institution").text
    assert visitor.get("/").headers["location"] == "/institution"
    assert visitor.get("/operator").status_code == 403


def test_the_page_of_a_link_says_nothing_of_it(desk: DeskUnderTest) -> None:
    right, wrong = desk.link(NAME), "/enter/" + "x" * 43
    pages = [desk.visitor().get(link).text.replace(link.rpartition("/")[2], "") for link in (right, wrong)]
    tokens = [page.split('name="token" value="')[1][:64] for page in pages]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")


@pytest.mark.parametrize(
    "secret", ["", "x", "<script>alert(1)</script>", '"onload="', "가" * 10_000, "../../etc/passwd", "\u202e"]
)
def test_what_is_no_link_signs_nobody_in(desk: DeskUnderTest, secret: str) -> None:
    visitor = desk.visitor()
    answer = visitor.post("/sign-in", page=desk.link(NAME), data={"secret": secret})
    assert answer.status_code == 403 if len(secret) < 5_000 else answer.status_code in (403, 413)
    assert "<script>" not in answer.text
    assert visitor.get("/institution").status_code == 401


def test_what_stands_in_a_link_is_no_markup(desk: DeskUnderTest) -> None:
    page = desk.visitor().get("/enter/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<script" not in page.text


def test_a_link_works_until_it_expires(desk: DeskUnderTest) -> None:
    link = desk.link(NAME, days=2)
    desk.now += 2 * SECONDS_OF_A_DAY - 60
    visitor = desk.visitor()
    assert desk.enter(visitor, link).status_code == 303
    desk.now += 61
    assert desk.enter(desk.visitor(), link).status_code == 403
    assert visitor.get("/institution").status_code == 401, "with the link end the sessions that it began"


def test_a_revoked_invitation_ends_its_sessions_at_once_and_no_others(desk: DeskUnderTest) -> None:
    first, second, other = desk.institution(NAME), desk.institution(NAME), desk.institution("가상과학관")
    elsewhere = DeskUnderTest(desk.warehouse, now=desk.now)  # another process
    elsewhere.desk.invitations.revoke(NAME, by="tests")
    assert [visitor.get("/institution").status_code for visitor in (first, second, other)] == [401, 401, 200]


@pytest.mark.parametrize("path", ["/institution/check", "/institution/checks/x/send"])
def test_whoever_is_revoked_while_they_send_has_sent_nothing(desk: DeskUnderTest, path: str) -> None:
    """Whoever sends slowly would else keep what was taken away from them for as long as it takes."""
    visitor = desk.institution(NAME)
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("token", visitor.token("/institution")), ('file"; filename="a.csv', "a,b"))
    )
    kind = "multipart/form-data; boundary=x" if path.endswith("check") else "application/x-www-form-urlencoded"
    sent = f"{body}--x--".encode() if path.endswith("check") else f"token={visitor.token('/institution')}".encode()

    async def slowly() -> AsyncIterator[bytes]:
        yield sent[:9]
        desk.desk.invitations.revoke(NAME, by="tests")
        yield sent[9:]

    headers = {"origin": desk.url, "content-type": kind}
    assert visitor.ask("POST", path, content=slowly(), headers=headers).status_code == 401


def test_a_session_ends_when_nothing_is_done_and_at_the_latest_after_half_a_day(desk: DeskUnderTest) -> None:
    visitor = desk.institution()
    for _ in range(MAX_SECONDS // (MAX_IDLE_SECONDS - 60)):
        desk.now += MAX_IDLE_SECONDS - 60
        assert visitor.get("/institution").status_code == 200
    desk.now += MAX_IDLE_SECONDS - 60
    assert visitor.get("/institution").status_code == 401
    visitor = desk.institution()
    desk.now += MAX_IDLE_SECONDS + 1
    assert visitor.get("/institution").status_code == 401


@pytest.mark.parametrize("leap", [-SECONDS_OF_A_DAY, -3650 * SECONDS_OF_A_DAY, 3650 * SECONDS_OF_A_DAY])
def test_a_clock_that_leaps_lets_nobody_in_longer(desk: DeskUnderTest, leap: int) -> None:
    visitor, link = desk.institution(), desk.link("가상과학관")
    desk.now += leap
    assert visitor.get("/institution").status_code == 401
    assert desk.enter(desk.visitor(), link).status_code == 403
    desk.now -= leap
    assert desk.enter(desk.visitor(), link).status_code == 303


def test_sessions_outlast_a_restart(desk: DeskUnderTest) -> None:
    visitor = desk.institution()
    desk.start()
    visitor.app = desk.app
    assert visitor.get("/institution").status_code == 200
    assert visitor.post("/leave", page="/institution").status_code == 303


def test_whoever_signs_out_is_signed_out_and_their_cookie_is_worth_nothing(desk: DeskUnderTest) -> None:
    visitor, thief = desk.institution(), desk.visitor()
    thief.cookies.update(visitor.cookies)
    assert visitor.post("/leave", page="/institution").status_code == 303
    assert visitor.get("/institution").status_code == 401
    assert thief.get("/institution").status_code == 401


def test_signing_in_gives_a_new_session_whatever_the_browser_brought(desk: DeskUnderTest) -> None:
    visitor = desk.visitor()
    visitor.cookies.set("__Host-desk_session", "planted", domain="desk.example.org")
    desk.enter(visitor, desk.link(NAME))
    assert visitor.cookies.get("__Host-desk_session", domain="desk.example.org") != "planted"
    before = visitor.cookies["__Host-desk_session"]
    desk.enter(visitor, desk.link("가상과학관"))
    assert visitor.cookies["__Host-desk_session"] != before
    assert "가상과학관" in visitor.get("/institution").text
    visitor.cookies.set("__Host-desk_session", before)
    assert visitor.get("/institution").status_code == 401


def test_whoever_guesses_has_to_wait_and_keeps_nobody_else_out(desk: DeskUnderTest) -> None:
    def guess(client: str) -> int:
        return desk.visitor().post("/sign-in", page=link, data={"secret": "x"}, client=client).status_code

    link = desk.link(NAME)
    assert [guess("203.0.113.1") for _ in range(FAILURES.per_client + 1)] == [403] * FAILURES.per_client + [429]
    answer = desk.visitor().post("/sign-in", page=link, data={"secret": link.rpartition("/")[2]}, client="203.0.113.1")
    assert answer.status_code == 429, "nor is the right one looked up"
    for number in range(FAILURES.in_all):
        desk.desk.rates.note("sign_in", FAILURES, f"198.51.100.{number}")
    assert guess("198.51.100.1") == 429, "all together failed too often: who failed before has to wait"
    answer = desk.visitor().post("/sign-in", page=link, data={"secret": link.rpartition("/")[2]}, client="203.0.113.9")
    assert answer.status_code == 303, "who didn't may still enter"


def test_only_hashes_are_kept_and_only_for_this_user(desk: DeskUnderTest) -> None:
    link = desk.link(NAME, Role.operator)
    visitor = desk.visitor()
    desk.enter(visitor, link)
    secrets = [link.rpartition("/")[2], visitor.cookies["__Host-desk_session"], visitor.token("/operator")]
    kept = [path for path in desk.settings.desk.rglob("*") if path.is_file()]
    assert len(kept) >= 3
    for path in kept:
        assert not any(secret in path.read_text() or secret in path.name for secret in secrets), path
    modes = {path: oct(path.stat().st_mode & 0o777) for path in [desk.settings.desk, *desk.settings.desk.rglob("*")]}
    assert modes == {path: "0o700" if path.is_dir() else "0o600" for path in modes}


def test_audit_lines_say_who_did_what_and_how_it_ended(desk: DeskUnderTest) -> None:
    visitor = desk.institution()
    visitor.post("/leave", page="/institution")
    for _ in range(5):
        desk.visitor().post("/sign-in", page=desk.link(NAME), data={"secret": "x"}, client="203.0.113.77")
    found = [(line["action"], line["who"], line["outcome"]) for line in lines(desk)]
    assert found == [("sign_in", NAME, "signed in"), ("sign_out", NAME, "signed out"), ("sign_in", "", "unknown")]
    assert "203.0.113.77" not in str(lines(desk))
    assert lines(desk)[-1]["network"] == "203.0.113.0/24"


def test_a_language_is_chosen_by_a_link_and_kept(desk: DeskUnderTest) -> None:
    visitor = desk.visitor()
    assert '<html lang="ko">' in visitor.get("/").text
    assert '<html lang="en">' in visitor.get("/?lang=en").text
    assert '<html lang="en">' in visitor.get("/nowhere").text
    assert '<html lang="en">' in visitor.get("/?lang=%3Cscript%3E").text


def test_a_journal_that_is_damaged_lets_nobody_in_and_says_so(
    desk: DeskUnderTest, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor = desk.institution()
    journal: Path = desk.settings.desk / "invitations.jsonl"
    journal.write_bytes(b'{"kind": "issued"}\n' + journal.read_bytes())
    answer = visitor.get("/institution")
    assert answer.status_code == 503
    reference = answer.text.split('class="reference">')[1].split("<")[0].split()[-1]
    said = capfd.readouterr().err
    assert f"[{reference}] GET institution: " in said
    assert "Traceback" not in answer.text + said
