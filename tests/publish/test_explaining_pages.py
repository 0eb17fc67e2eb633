"""The pages that explain: data dictionary with lineage, what changed, how figures are made, what is withheld."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.pages.flow_chart import Box, fitting, flow_chart
from tests.nights import manifest
from tests.settled import Settled

HOSTILE = '"onload=alert(1)><script>x</script>&'


def text(page: Path) -> str:
    """What a reader sees of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def site(small: Settled) -> Path:
    return small.warehouse / "releases" / "latest" / "site"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_published_table_and_every_form_has_a_page(site: Path, language: str) -> None:
    tables = {name for name, one in load_table_contracts().items() if one.audience == "public"}
    assert {path.stem for path in (site / language / "dictionary/tables").iterdir()} == tables
    assert {path.stem for path in (site / language / "dictionary/forms").iterdir()} == set(load_contracts())


def test_a_column_is_drawn_from_the_field_of_its_form_and_told_in_words(site: Path) -> None:
    page = (site / "ko/dictionary/tables/mart_dsc_summary.html").read_text(encoding="utf-8")
    drawing = page[page.index('<svg class="lineage"') :]
    assert "운영횟수" in drawing
    assert "fct_dsc_class" in drawing
    row = re.search(r'<tr id="from-session_count">.*?</tr>', page, re.DOTALL)
    assert row is not None
    assert "sum(session_count)" in row[0]
    assert 'forms/dsc_class.html#session_count">운영횟수' in row[0]
    form = (site / "ko/dictionary/forms/dsc_class.html").read_text(encoding="utf-8")
    field = re.search(r'<tr id="session_count">.*?</tr>', form, re.DOTALL)
    assert field is not None
    assert "mart_dsc_summary.html#from-session_count" in field[0]


def test_the_rows_of_the_release_are_accounted_for(small: Settled, site: Path) -> None:
    accounts = manifest(small.warehouse)["accounts"]
    sums = [f"{accounts[name]:,}" for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_left_out")]
    page = text(site / "ko/methods/index.html")
    assert f"{sums[0]} = {sums[1]} + {sums[2]} + {sums[3]}" in page
    assert "수치 92개" in page


def test_what_is_withheld_is_told_by_the_contracts(site: Path) -> None:
    page = text(site / "en/methods/withheld.html")
    protected = [one for one in load_table_contracts().values() if one.audience == "public" and one.disclosure]
    assert all(one.title.en in page for one in protected)
    assert "below the nation once the year is closed" in page


def test_the_release_is_named_where_it_says_what_changed_and_nowhere_else(small: Settled, site: Path) -> None:
    release_id = str(manifest(small.warehouse)["release_id"])
    named = {
        path.relative_to(site).as_posix() for path in site.rglob("*.html") if release_id in path.read_text("utf-8")
    }
    assert {"ko/changes.html", "en/changes.html"} <= named
    assert not [page for page in named if "/dictionary/" in page or "/methods/" in page]


def test_a_name_in_a_drawing_is_a_name_and_nothing_else() -> None:
    boxes = [Box("a", HOSTILE, HOSTILE, {"x": HOSTILE}, HOSTILE), Box("b", "나", "", {"y": "y"})]
    drawing = str(flow_chart(boxes, [(("a", "x"), ("b", "y"), "copied")], "b", HOSTILE))
    assert "<script" not in drawing
    assert '"onload' not in drawing


def test_lines_that_pass_a_table_by_lie_beside_it() -> None:
    boxes = [Box(name, name, "", {"x": "x"}) for name in ("far", "near", "last")]
    links = [
        (("far", "x"), ("near", "x"), "copied"), (("near", "x"), ("last", "x"), "copied"),
        (("far", "x"), ("last", "x"), "copied"),
    ]  # fmt: skip
    drawing = str(flow_chart(boxes, links, "last", "시험"))
    box = [float(number) for number in re.findall(r'<rect x="(\S+)" y="(\S+)" width="\S+" height="(\S+)"', drawing)[1]]
    passing = re.search(r"[ ,](\d+)H", drawing)
    assert passing is not None
    assert not box[1] <= float(passing[1]) <= box[1] + box[2]


def test_a_name_that_is_too_long_is_cut() -> None:
    assert fitting("가" * 30).endswith("…")
    assert fitting("session_count") == "session_count"
