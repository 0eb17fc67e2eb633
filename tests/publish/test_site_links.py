"""Every link of the site leads to a page, a place in it, or a file of the release; and what is not ours is text."""

import re
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote

from tests.nights import manifest
from tests.publish.site_tables import site_content, written
from tests.settled import Settled

LINK = re.compile(r'(?:href|src)="([^"]*)"')
PLACE = re.compile(r' id="([^"]*)"')
HOSTILE = "<script>alert(1)</script>\"onload='x' \u202e가나 " + "긴" * 300


def test_every_link_leads_somewhere(small: Settled) -> None:
    release = small.warehouse / "releases" / "latest"
    pages = {
        page: (release / "site" / page).read_text("utf-8")
        for page in manifest(small.warehouse)["pages"]
        if page.endswith(".html")
    }
    places = {page: set(PLACE.findall(text)) for page, text in pages.items()}
    dead = set()
    for page, text in pages.items():
        for link in map(unescape, LINK.findall(text)):
            if link.startswith(("https:", "data:")):
                continue
            path, _, place = unquote(link).partition("#")
            there = normpath(f"site/{dirname(page)}/{path}") if path else f"site/{page}"
            known = places.get(there.removeprefix("site/"), set())
            if not (release / there).exists() or (place and place not in known and not place.startswith("sql=")):
                dead.add((page, link))
    assert dead == set()
    # Without it a page can't say that its release was withdrawn.
    assert [page for page, text in pages.items() if "assets/standing.css" not in text] == []


def test_hostile_names_stand_as_text(tmp_path: Path) -> None:
    quoted = HOSTILE.replace("'", "''")
    both = f"'{quoted}', '{quoted}'"
    changes = (
        f"UPDATE published.mart_program_catalog SET name_ko = '{quoted}', name_en = '{quoted}', agency = '{quoted}', "
        f"strategy_code = 's', strategy_name_ko = '{quoted}', strategy_name_en = '{quoted}'",
        f"UPDATE published.dim_region SET name_ko = '{quoted}', name_en = '{quoted}'",
        f"UPDATE published.mart_program_level_year SET unit = '{quoted}', region_name = '{quoted}'",
        f"UPDATE published.mart_cooperation_summary SET record_type_name_ko = '{quoted}', record_type_name_en = NULL",
        f"INSERT INTO published.mart_do_dream_by_stop (program_year, stop_name, sido_name) VALUES (2025, {both})",
    )
    found = written(
        site_content(*changes, publisher={"ko": HOSTILE, "en": HOSTILE}), tmp_path, ("programs/", "sido/", "index")
    )
    assert "ko/programs/stars.html" in found
    for path, (_, text) in found.items():
        assert "<script" not in text.replace('<script src="', ""), path
        assert not re.search(r"<[^>]*\sonload=", text), path
        assert "&lt;script&gt;" in text, path
