"""The operator's pages in a real browser, from the folder and at the desk: sound in both languages and widths."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from sciculture_etl.desk.inviting import write_invitation
from sciculture_etl.desk.operators.kinds import RUNS
from sciculture_etl.desk.operators.routes import OPERATOR_ROUTES
from sciculture_etl.desk.route import Role
from sciculture_etl.pages import LANGUAGES
from sciculture_etl.pipeline.overview import VIEWS
from sciculture_etl.pipeline.overview.edition import write_edition
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.desk.serving import serving
from tests.operating import Operated

LONG = "아주 긴 이름의 가상 기관 실적 파일 " * 6


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Operated:
    """A warehouse with something on every page: a faulty file, one that waits, a refusal, all with long names."""
    made = Operated(tmp_path_factory.mktemp("operated"))
    faulty = made.submit(f"{LONG}.csv", state="rejected", verdict="rejected", error_count=1)
    made.finding(faulty, message_ko=LONG, message_en=LONG, header=LONG)
    made.waits(made.submit("기다림.csv", state="waiting"), measure_name=LONG)
    made.run(outcome="refused", refusals=[LONG * 3], exit_code=4)
    write_edition(made.write().sources(), made.settings.operations)
    return made


def test_the_static_edition_opens_from_its_folder(chromium: Chromium, operated: Operated) -> None:
    assert chromium.look(operated.settings.operations / "ko/index.html", PHONE).faults == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_static_edition_is_sound(chromium: Chromium, operated: Operated, language: str) -> None:
    found = {
        f"{one.name} {width}": chromium.look(operated.settings.operations / language / f"{one.name}.html", width).faults
        for one in VIEWS
        for width in (DESK, PHONE)
    }
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.slow
def test_every_page_of_operators_with_something_on_it_is_sound(chromium: Chromium, operated: Operated) -> None:
    waiting = operated.tables["mart_submission_log"][-1]["submission_id"]
    paths = [route.path for route in OPERATOR_ROUTES if route.methods == ("GET",) and "{" not in route.path]
    paths += [f"/operator/acts/{act.kind}" for act in RUNS]
    paths += [f"/operator/submissions/{waiting}", f"/operator/acts/approve?submission={waiting}"]
    with serving(operated.warehouse) as url:
        _, link = write_invitation(operated.settings, Role.operator, "자료 담당", 1, url)
        chromium.open(link)
        chromium.follow(By.CSS_SELECTOR, "main form button")
        found = {
            f"{path} {language} {width}": chromium.look(
                f"{url}{path}{'&' if '?' in path else '?'}lang={language}", width
            ).faults
            for path in paths
            for language in LANGUAGES
            for width in (DESK, PHONE)
        }
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
