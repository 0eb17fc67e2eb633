"""The desk in a real browser: an institution's pages are sound, and whoever follows them gets a file accepted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nights import night, settings
from selenium.webdriver.common.by import By

from sciculture_etl.desk.invitations import Invitations
from sciculture_etl.desk.route import Role
from sciculture_etl.extract import Spool
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.desk.test_desk_nights import served

pytestmark = pytest.mark.night

CENTRE = "가상과학문화센터"
MENDED = (Path(__file__).parents[1] / "contracts" / "event_edition" / "good_plain.csv").read_text(encoding="utf-8")
# Cell → what stands there, and what was written instead.
FAULTS = {"N4": ("401", "여럿"), "A7": ("EKC", "XYZ"), "J8": ("대면", "우주")}


def with_faults() -> str:
    lines = MENDED.splitlines()
    for cell, (right, wrong) in FAULTS.items():
        row = int(cell[1:]) - 1
        assert right in lines[row]
        lines[row] = lines[row].replace(right, wrong, 1)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("desk") / "warehouse"
    (made / "desk").mkdir(0o700, parents=True)
    return made


@pytest.fixture(scope="module")
def address(warehouse: Path) -> Iterator[str]:
    with served(warehouse) as (_, url):
        yield url


def sign_in(chromium: Chromium, warehouse: Path, address: str) -> None:
    _, secret = Invitations(warehouse / "desk").issue(Role.institution, CENTRE, 1, by="tests")
    chromium.open(f"{address}/enter/{secret}")
    chromium.follow(By.CSS_SELECTOR, "main button")


def check(chromium: Chromium, file: Path) -> str:
    """Uploads a file on the page that is open, and waits for what is found in it; its address."""
    before = chromium.driver.current_url
    chromium.driver.find_element(By.ID, "file").send_keys(str(file))
    chromium.driver.find_element(By.CSS_SELECTOR, ".drop button").click()
    chromium.until(f"return location.href != '{before}' && document.querySelector('main .notice:not([role])')")
    return str(chromium.driver.current_url)


def test_the_pages_of_an_institution_are_sound(
    chromium: Chromium, warehouse: Path, address: str, tmp_path: Path
) -> None:
    sign_in(chromium, warehouse, address)
    file = tmp_path / "행사_최종.csv"
    file.write_text(with_faults(), encoding="utf-8")
    found = check(chromium, file)
    assert chromium.look(found, PHONE).faults == []
    assert chromium.look(f"{address}/institution?lang=en", DESK).faults == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_all_pages_of_an_institution_are_sound_in_both_languages(
    chromium: Chromium, warehouse: Path, address: str, tmp_path: Path, language: str, width: int
) -> None:
    for page in ("", "/check", "/forms?year=2026"):
        mark = "&" if "?" in page else "?"
        assert chromium.look(f"{address}{page}{mark}lang={language}", width).faults == []
    sign_in(chromium, warehouse, address)
    for n, text in enumerate((MENDED, with_faults(), "가,나\n1,2\n", "연락처\n010-9876-5432\n")):
        chromium.driver.get(f"{address}/institution")
        file = tmp_path / f"{n}.csv"
        file.write_text(text, encoding="utf-8")
        assert chromium.look(check(chromium, file), width).faults == []
    assert chromium.look(f"{address}/institution", width).faults == []


@pytest.mark.slow
def test_whoever_was_invited_gets_a_file_with_three_faults_accepted_by_what_the_pages_say(
    chromium: Chromium, warehouse: Path, address: str, tmp_path: Path
) -> None:
    sign_in(chromium, warehouse, address)
    chromium.driver.get(f"{address}/institution?lang=ko")
    file = tmp_path / "행사 실적.csv"
    file.write_text(with_faults(), encoding="utf-8")
    check(chromium, file)
    places = [place.text for place in chromium.driver.find_elements(By.CSS_SELECTOR, ".stacked tbody th")]
    assert set(FAULTS) <= set(places)
    file = tmp_path / "행사 실적_수정.csv"
    file.write_text(MENDED, encoding="utf-8")
    check(chromium, file)
    assert "이대로 제출하" in chromium.driver.find_element(By.CSS_SELECTOR, ".verdict").text
    chromium.follow(By.CSS_SELECTOR, ".verdict form button")
    assert "제출되었습니다" in chromium.driver.find_element(By.CSS_SELECTOR, ".notice.success").text
    chromium.driver.refresh()  # sends nothing again
    assert [one.file_name for one in Spool(settings(tmp_path, warehouse)).waiting(CENTRE)] == [file.name]
    (tmp_path / "inbox").mkdir()
    night(tmp_path / "inbox", warehouse)
    chromium.driver.get(f"{address}/institution")
    chromium.follow(By.LINK_TEXT, file.name)
    assert chromium.driver.find_element(By.CSS_SELECTOR, ".notice").text.startswith("승인")
    assert chromium.judge("accepted").faults == []
