"""The commands of the desk: a link is shown once, names nobody, and is revoked by id or name."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from sciculture_etl.extract.operator import Operator
from sciculture_etl.settings import Settings
from tests.commands import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "inbox", tmp_path / "warehouse")


def test_a_link_is_shown_once_and_listed_never(places: Places) -> None:
    done = places.command("desk", "invite", "가상과학문화센터", "--base-url", "https://desk.example.org")
    assert done.returncode == 0
    said, link = done.stdout.splitlines()
    assert link.startswith("https://desk.example.org/enter/")
    assert len(link.rpartition("/")[2]) == 43  # 256 bits
    listed = places.command("desk", "invitations", "--json")
    ((row),) = listed.answer
    assert (row["name"], row["role"], row["state"]) == ("가상과학문화센터", "institution", "valid")
    assert row["id"] in said
    assert "secret" not in listed.stdout
    assert "가상과학문화센터" in places.command("desk", "invitations").stdout


def test_a_name_that_was_copied_in_letters_taken_apart_is_the_same_name(places: Places) -> None:
    made = places.command("desk", "invite", unicodedata.normalize("NFD", "가상과학관"), "--json").answer
    assert made["name"] == "가상과학관"
    assert places.command("desk", "revoke", unicodedata.normalize("NFD", "가상과학관")).returncode == 0


def test_an_invitation_is_revoked_by_name_or_id(places: Places) -> None:
    first = places.command("desk", "invite", "가상과학관", "--json").answer
    second = places.command("desk", "invite", "--operator", "자료 담당", "--days", "90", "--json").answer
    assert places.command("desk", "revoke", "가상과학관").returncode == 0
    assert places.command("desk", "revoke", second["id"], "--json").answer[0]["state"] == "revoked"
    again = places.command("desk", "revoke", first["id"])
    assert again.returncode == 2
    assert "no open invitation" in again.stderr
    assert {row["state"] for row in places.command("desk", "invitations", "--json").answer} == {"revoked"}


def test_names_that_look_the_same_are_the_same(places: Places) -> None:
    """Else one operator could be the two whom a decision needs, and an institution would miss what it sent."""
    for role in ((), ("--operator",)):
        apart = unicodedata.normalize("NFD", "가상  과학관")
        assert places.command("desk", "invite", *role, apart, "--json").answer["name"] == "가상 과학관"
    settings = Settings(warehouse=places.warehouse, operator=unicodedata.normalize("NFD", "가상 과학관"))
    assert Operator.from_settings(settings).name == "가상 과학관"
    assert len(places.command("desk", "revoke", unicodedata.normalize("NFD", "가상 과학관"), "--json").answer) == 2


@pytest.mark.parametrize(
    "words",
    [
        (), ("",), ("가상과학관", "--operator", "자료 담당"), ("홍길동 010-9876-5432",), ("../다른기관",), ("가/나",),
        ("가\u202e나",), ("가" * 81,), ("가", "--base-url", "http://desk.example.org"),
        ("가", "--base-url", "https://desk.example.org/path"), ("가", "--base-url", "desk"), ("--operator", "\u200b"),
        ("--operator", "자료 담당\u3164"),
    ],
)  # fmt: skip
def test_what_names_nobody_or_a_person_is_refused(places: Places, words: tuple[str, ...]) -> None:
    done = places.command("desk", "invite", *words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("sciculture: ")
    assert not (places.warehouse / "desk" / "invitations.jsonl").exists()


def test_the_doctor_looks_at_invitations(places: Places) -> None:
    places.inbox.mkdir()
    places.command("desk", "invite", "가상과학관", "--days", "3")
    checks = places.command("doctor", "--quick").stdout
    assert "1 open invitations, 1 of them for less than a week" in checks
    journal = places.warehouse / "desk" / "invitations.jsonl"
    journal.write_text(json.dumps({"kind": "issued"}) + "\n" + journal.read_text())
    journal.chmod(0o644)
    checks = places.command("doctor", "--quick").stdout
    assert f"{journal} is open to other users" in checks
    assert f"line 1 of {journal} is damaged" in checks
