"""Ask the data: questions are answered within the page, as DuckDB answers them, and nothing leaves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.publish.site.ask import link_of, questions
from tests.browser.asking import AskPage
from tests.browser.chromium import DESK, PHONE, Chromium, served
from tests.settled import Settled

SITE = "releases/latest/site"
ENDLESS = "SELECT sum(hash(range)) FROM range(100000000000)"


@pytest.fixture
def page(chromium: Chromium, small: Settled) -> Iterator[AskPage]:
    """The page as the test before left it, so that the engine is there already; opened from a file."""
    path = small.warehouse / SITE / "ko/ask.html"
    yield AskPage(chromium, path, is_open=chromium.driver.current_url.startswith(path.as_uri()))
    # Whatever a test does: no word in the console, and no request to another machine.
    assert (chromium.errors(), chromium.elsewhere()) == ([], [])


def test_an_example_is_answered_by_one_press(page: AskPage, small: Settled) -> None:
    page.press(f".ask-questions a[href='{link_of(questions()['trend'].sql)}']")
    page.wait()
    with duckdb.connect(str(small.warehouse / "sciculture.duckdb"), read_only=True) as database:
        expected = database.execute(questions()["trend"].sql).fetchall()
    assert [int(row[1].replace(",", "")) for row in page.answer] == [row[1] for row in expected]
    assert page.text("state").startswith(f"{len(expected)}행")
    assert "사업연도" in page.value("document.querySelector('#ask-table thead').textContent")
    # The address holds the question; the page is sound with the answer on it.
    assert page.value("location.hash") == link_of(questions()["trend"].sql)
    assert page.chromium.inaccessible() == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT *\nFORM mart_dsc_summary", "SQL 문법이 올바르지 않습니다.\n위치: 2번째 줄 6번째 글자"),
        ("SELECT *\nFROM mart_dsc_sumary", "비슷한 이름: mart_dsc_summary\n위치: 2번째 줄 6번째 글자"),
        ("SELECT 가나 FROM mart_dsc_summary", "‘가나’ 항목이 없습니다."),
        ("SELECT * FROM 'https://elsewhere.example/a.csv'", "인터넷 주소를 읽을 수 없습니다"),
        ("SELECT * FROM read_csv('/etc/passwd')", "다른 파일이나"),
        ("FROM (SELECT 1); INSTALL httpfs", "한 번에 하나만"),
        ("INSTALL httpfs", "조회만 할 수 있습니다"),
        ("SELECT current_date", "‘current_date’ 함수는 이 화면에 없습니다"),
        ("  -- nothing", "SQL 질의를 입력하십시오"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words_with_its_place(page: AskPage, sql: str, says: str) -> None:
    page.ask(sql)
    assert says in page.text("problem").replace("\n\n", "\n")
    assert page.text("answer") == ""


def test_values_come_as_they_are_and_never_as_markup(page: AskPage) -> None:
    page.ask(
        "SELECT '<img src=x onerror=document.title=1>' AS \"<i>a</i>\", 170141183460469231731687303715884105727 AS h, "
        "0.10::DECIMAL(10, 2) AS d, DATE '2020-03-01' AS day, TIMESTAMP '2020-03-01 01:02:03' AS at, [1, 2] AS l, "
        "NULL AS n, 'x' AS n_status, true AS b, 2020 AS program_year"
    )
    assert page.answer == [
        ["<img src=x onerror=document.title=1>", "170,141,183,460,469,231,731,687,303,715,884,105,727", "0.1",
         "2020-03-01", "2020-03-01 01:02:03", "[1,2]", "x", "x", "예", "2020"]
    ]  # fmt: skip
    assert page.value("document.querySelectorAll('#ask-answer img, #ask-answer i').length") == 0


def test_large_answers_are_cut_and_the_page_says_so(page: AskPage) -> None:
    page.ask("FROM range(10000000)")
    assert len(page.answer) == 500
    assert "100,000행만 가져왔습니다" in page.text("notes")


def test_the_csv_is_whole_and_opens_in_a_spreadsheet_without_running_anything(page: AskPage) -> None:
    page.ask("SELECT range AS no, '=1+1' AS f, 'a\"b,c' AS q, -1.5 AS m, NULL AS e FROM range(501)")
    page.press("#ask-csv")
    target = page.chromium.downloads / "sciculture_answer.csv"
    page.chromium.wait_for(target.is_file)
    written = target.read_bytes()
    target.unlink()
    assert written.startswith(b'\xef\xbb\xbfno,f,q,m,e\r\n0,\'=1+1,"a""b,c",-1.5,\r\n')
    assert written.count(b"\r\n") == 502


def test_a_question_without_end_is_stopped_by_a_press(page: AskPage) -> None:
    page.chromium.driver.execute_script("document.getElementById('ask-sql').value = arguments[0]", ENDLESS)
    page.press("#ask-run")
    page.chromium.until("return document.getElementById('ask-state').textContent.startsWith('조회하는')")
    page.press("#ask-stop")
    page.wait()
    assert page.text("state") == "조회를 중지했습니다."
    page.ask("SELECT 42")
    assert page.answer == [["42"]]


def test_a_link_shows_its_question_and_waits_for_a_press(chromium: Chromium, small: Settled) -> None:
    asked = "SELECT '강원' AS sido, 1 AS n"
    with served(small.warehouse) as address:
        opened = AskPage(chromium, f"{address}/{SITE}/en/ask.html{link_of(asked)}", PHONE)
        assert opened.value("document.getElementById('ask-sql').value") == asked
        assert "press Run" in opened.text("state")
        assert opened.answer == []
        opened.press("#ask-run")
        opened.wait()
        assert opened.answer == [["강원", "1"]]
        assert chromium.judge("answer").faults == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_example_is_answered_as_duckdb_answers_it(chromium: Chromium, ten_years: Settled, language: str) -> None:
    opened = AskPage(chromium, ten_years.warehouse / SITE / language / "ask.html", DESK)
    with duckdb.connect(str(ten_years.warehouse / "sciculture.duckdb"), read_only=True) as database:
        for name, one in questions().items():
            opened.ask(one.sql)
            expected = database.execute(one.sql).fetchall()
            assert expected, name
            assert (name, [_plain(row) for row in opened.answer]) == (name, [_plain(row) for row in expected[:500]])
            assert (name, chromium.judge(name).faults) == (name, [])


def _plain(row: list[str] | tuple[object, ...]) -> list[str]:
    """Cells without what only makes them easier to read."""
    shown = {None: "-", True: "true", False: "false"}
    texts = [str(shown.get(cell, cell) if cell is None or isinstance(cell, bool) else cell) for cell in row]
    return [text.replace(",", "").removesuffix(".0") for text in texts]


@pytest.mark.slow
def test_questions_that_take_all_memory_end_in_words_and_the_next_is_answered(page: AskPage) -> None:
    for sql in ("SELECT repeat('x', 3000000000)", "SELECT list(range) FROM range(300000000)"):
        page.ask(sql)
        assert "메모리가 부족합니다" in page.text("problem")
        page.ask("SELECT 1")
        assert page.answer == [["1"]]


def test_files_of_the_page_that_lack_are_named(chromium: Chromium, small: Settled, tmp_path: Path) -> None:
    site = shutil.copytree(small.warehouse / SITE, tmp_path / "site")
    (site / "assets/ask/database.js").unlink()
    opened = AskPage(chromium, site / "ko/ask.html")
    opened.ask("SELECT 1")
    assert "database.js 파일을 불러오지 못했습니다" in opened.text("problem")
    chromium.errors()
