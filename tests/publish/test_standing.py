"""The pages of a release say that there is a newer one, or that it was withdrawn, after whatever became of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sciculture_etl.publish.journal import ROLLED_BACK, WENT_ON, ReleaseJournal
from sciculture_etl.publish.notices import CURRENT, OLDER, SHEETS, STANDING, WITHDRAWN, is_standing
from sciculture_etl.publish.standing import standings_behind, write_standings
from sciculture_etl.settings import Settings
from tests.nights import settings

RELEASES = [f"0000{number}-20260101" for number in (1, 2, 3, 4)]


@pytest.fixture
def kept(tmp_path: Path) -> Settings:
    """A warehouse of four releases; the last is the current one."""
    found = settings(tmp_path / "inbox", tmp_path / "warehouse")
    for release_id in RELEASES:
        (found.releases / release_id / STANDING).parent.mkdir(parents=True)
    point_to(found, RELEASES[3])
    return found


def point_to(kept: Settings, release_id: str) -> None:
    said = json.dumps({"release_id": release_id, "files": {}})
    (kept.warehouse / "current.json").write_text(said, encoding="utf-8")


def go(kept: Settings, kind: str, to: int, published: int) -> None:
    """Back or on to a release, from the one published last."""
    entry = {"kind": kind, "release_id": RELEASES[to], "from_release_id": RELEASES[published], "reason": "시험"}
    ReleaseJournal(kept.archive).add(entry | {"decided_at": "2026-01-02T00:00:00+00:00"})
    point_to(kept, RELEASES[to])


def said(kept: Settings) -> list[str]:
    assert write_standings(kept) == []
    assert list(standings_behind(kept)) == []
    sheets = {text: state for state, text in SHEETS.items()}
    return [sheets[(kept.releases / name / STANDING).read_text(encoding="utf-8")] for name in RELEASES]


def test_what_is_not_current_says_so_and_what_was_gone_back_from_is_withdrawn(kept: Settings) -> None:
    kept.archive.mkdir(parents=True)
    assert said(kept) == [OLDER, OLDER, OLDER, CURRENT]
    go(kept, ROLLED_BACK, 1, published=3)
    assert said(kept) == [OLDER, CURRENT, WITHDRAWN, WITHDRAWN]
    go(kept, WENT_ON, 3, published=3)
    assert said(kept) == [OLDER, OLDER, OLDER, CURRENT]


def test_what_was_withdrawn_stays_so_once_another_is_published(kept: Settings) -> None:
    kept.archive.mkdir(parents=True)
    go(kept, ROLLED_BACK, 1, published=2)
    point_to(kept, RELEASES[3])
    assert said(kept) == [OLDER, OLDER, WITHDRAWN, CURRENT]


def test_where_it_is_not_known_which_is_current_nothing_is_said(kept: Settings) -> None:
    (kept.warehouse / "current.json").unlink()
    assert write_standings(kept) == []
    assert not any((kept.releases / name / STANDING).exists() for name in RELEASES)


def test_a_release_without_pages_gets_none(kept: Settings) -> None:
    (kept.releases / RELEASES[0] / STANDING).parent.rmdir()
    write_standings(kept)
    assert not (kept.releases / RELEASES[0] / STANDING).parent.exists()


@pytest.mark.parametrize(
    "added", ["\n", "@import url(https://example.invalid/x.css);", ".notice-older { color: red; }"]
)
def test_a_style_sheet_that_does_anything_else_is_none(added: str, tmp_path: Path) -> None:
    sheet = tmp_path / "standing.css"
    for text in SHEETS.values():
        sheet.write_text(text, encoding="utf-8")
        assert is_standing(sheet)
        sheet.write_text(text + added, encoding="utf-8")
        assert not is_standing(sheet)
