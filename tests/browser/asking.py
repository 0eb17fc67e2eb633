"""The page "Ask the data" as a person uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import DESK, Chromium

IDLE = "return !document.getElementById('ask-run').disabled"


class AskPage:
    """Opened in a browser; ``ask`` puts a question and waits for what the page says then."""

    def __init__(self, chromium: Chromium, page: Path | str, width: int = DESK, *, is_open: bool = False) -> None:
        self.chromium = chromium
        if not is_open:
            chromium.open(page, width)

    def ask(self, sql: str) -> None:
        self.chromium.driver.execute_script("document.getElementById('ask-sql').value = arguments[0]", sql)
        self.chromium.driver.find_element("id", "ask-sql").send_keys(Keys.CONTROL, Keys.ENTER)
        self.wait()

    def press(self, selector: str) -> None:
        self.chromium.driver.find_element("css selector", selector).click()

    def wait(self) -> None:
        self.chromium.until(IDLE)

    def text(self, name: str) -> str:
        """What a part of the page says; nothing where it isn't shown."""
        return str(self.chromium.driver.find_element("id", f"ask-{name}").text)

    @property
    def answer(self) -> list[list[str]]:
        """The rows of the table."""
        rows = "[...document.querySelectorAll('#ask-table tbody tr')]"
        cells = f"return {rows}.map(row => [...row.cells].map(cell => cell.textContent))"
        return list(self.chromium.driver.execute_script(cells))

    def value(self, script: str) -> Any:
        return self.chromium.driver.execute_script(f"return {script}")
