"""Pages of the desk in a real browser, which signs in and out as a person does: sound in both languages and widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from sciculture_etl.desk.inviting import write_invitation
from sciculture_etl.desk.route import Role, Route
from sciculture_etl.desk.routes import ROUTES
from sciculture_etl.settings import Settings
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.desk.serving import serving

NAMES = {Role.institution: "가상과학문화센터", Role.operator: "자료 담당"}
NO_PAGES = {"health", "security", "asset", "link"}
# What a browser says of an answer that isn't 200, and is no fault of the page.
STATUS = "the server responded with a status of"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk in a browser") / "warehouse"


@pytest.fixture(scope="module")
def url(warehouse: Path) -> Iterator[str]:
    with serving(warehouse) as url:
        yield url


def sign_in(chromium: Chromium, url: str, warehouse: Path, role: Role, width: int = DESK) -> None:
    """By a link, and the button on its page."""
    _, link = write_invitation(Settings(warehouse=warehouse), role, NAMES[role], 1, url)
    assert chromium.look(link, width, axe=False).faults == []
    chromium.driver.find_element(By.CSS_SELECTOR, "main form button").click()
    chromium.until(f"return location.href == '{url}/{role.value}'")


def faults(chromium: Chromium, address: str, width: int, axe: bool = True) -> list[str]:
    return [fault for fault in chromium.look(address, width, axe=axe).faults if STATUS not in fault]


def test_a_person_signs_in_and_out_and_every_page_on_the_way_is_sound(
    chromium: Chromium, url: str, warehouse: Path
) -> None:
    assert faults(chromium, f"{url}/institution", PHONE, axe=False) == []  # please sign in
    sign_in(chromium, url, warehouse, Role.institution, PHONE)
    assert faults(chromium, f"{url}/institution", PHONE) == []
    assert faults(chromium, f"{url}/institution?lang=en", DESK, axe=False) == []
    chromium.driver.find_element(By.CSS_SELECTOR, ".tools form button").click()
    chromium.until(f"return location.href == '{url}/'")
    assert faults(chromium, f"{url}/", PHONE) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_the_desk_is_sound(chromium: Chromium, url: str, warehouse: Path, role: Role) -> None:
    def is_seen(route: Route) -> bool:
        return "GET" in route.methods and "{" not in route.path and route.name not in NO_PAGES

    chromium.driver.delete_all_cookies()
    if role is not Role.anyone:
        sign_in(chromium, url, warehouse, role)
    paths = [route.path for route in ROUTES if is_seen(route)]
    found = {
        f"{path} {language} {width}": faults(chromium, f"{url}{path}?lang={language}", width)
        for path in [*paths, "/nowhere"]
        for language in ("ko", "en")
        for width in (DESK, PHONE)
    }
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
