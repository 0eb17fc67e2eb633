"""Pages of the site in a real browser: no word in the console, no request elsewhere, nothing wider than a telephone,
and nothing that axe-core finds. One page of each kind here; all pages, languages and widths among the slow tests."""

import re

import pytest

from sciculture_etl.publish.site.kinds import KINDS, PageKind
from tests.browser.chromium import DESK, PHONE, Chromium, served
from tests.nights import manifest
from tests.settled import Settled

PAGES = [kind for kind in KINDS if kind.path.endswith(".html")]
LATEST = "releases/latest/site"


def pages(site: Settled) -> list[str]:
    return [page for page in manifest(site.warehouse)["pages"] if page.endswith(".html")]


def one_page(site: Settled, kind: PageKind) -> str:
    """One in the language whose turn it is, so that kinds beside one another share the languages between them."""
    language = ("ko", "en")[PAGES.index(kind) % 2]
    pattern = re.escape(kind.path).replace(r"\{language\}", language).replace(r"\{name\}", "[^/]+")
    return next(page for page in pages(site) if re.fullmatch(pattern, page))


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.name)
def test_a_page_of_each_kind_is_sound_at_both_widths(chromium: Chromium, small: Settled, kind: PageKind) -> None:
    page = small.warehouse / LATEST / one_page(small, kind)
    assert chromium.look(page, PHONE).faults == []
    assert chromium.look(page, DESK, axe=False).faults == []


def test_a_web_server_is_no_different(chromium: Chromium, small: Settled) -> None:
    with served(small.warehouse) as address:
        for kind in PAGES[:2]:
            assert chromium.look(f"{address}/{LATEST}/{one_page(small, kind)}", DESK, axe=False).faults == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_of_ten_years_is_sound(chromium: Chromium, ten_years: Settled, width: int) -> None:
    """All programs, all places, in both languages."""
    folder = ten_years.warehouse / LATEST
    found = {page: faults for page in pages(ten_years) if (faults := chromium.look(folder / page, width).faults)}
    assert found == {}
