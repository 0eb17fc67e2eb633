"""A refused night is understood and mended from its message alone: it names the file that moved the figure.

The figures are those of the travelling science museum in 2020 (K21 to K23): 60 days, 175 sessions, 2,036 visitors.
"""

import json
import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from forms import as_csv
from nights import begin, hashes, night, operations, published, release_ids, settings, submit
from rich.console import Console
from typer.testing import CliRunner

from sciculture_etl.cli import app
from sciculture_etl.cli.views.figures import figures_table
from sciculture_etl.cli.views.runs import show_reasons
from sciculture_etl.contracts import Expectation
from sciculture_etl.pipeline import Run, RunReport, take_steps
from sciculture_etl.pipeline.report import Reason
from sciculture_etl.publish.figures import read_figures_of
from sciculture_etl.publish.releases import compare_releases
from sciculture_etl.submissions import decide

STOP = ["사업연도", "권역", "개최지", "시도", "시군구", "운영기관", "장소", "운영일", "운영횟수", "관람객(참여자)수"]
SENDER = "한국과학관협회"
FEW = "춘천 운영일지 수정.csv"


def _day(number: int) -> str:
    return f"2020-{5 + number // 28:02}-{1 + number % 28:02}"


def log(region: str, town: str, days: list[tuple[int, int]]) -> bytes:
    """days: sessions and visitors of each."""
    rows = [
        [
            "2020",
            region,
            f"가상 {town}",
            "강원도",
            town,
            SENDER,
            "가상 학교",
            _day(n),
            *day,
        ]
        for n, day in enumerate(days)
    ]
    return as_csv([["가상"], STOP, *rows])


def night_with(inbox: Path, warehouse: Path, *rules: Expectation) -> RunReport:
    """One night with further rules on the visitors of a stop."""
    with Run.open(begin(settings(inbox, warehouse)), outputs=()) as run:
        run.table_contracts["mart_do_dream_by_stop"].suite.extend(rules)
        try:
            return take_steps(run)
        finally:
            del run.table_contracts["mart_do_dream_by_stop"].suite[-len(rules) :]


def send_sound_files(inbox: Path) -> None:
    submit(inbox, SENDER, "원주 운영일지.csv", log("원주", "원주시", [(3, 40)] * 48 + [(2, 8)] * 7 + [(3, 6)] * 3))
    submit(inbox, SENDER, "춘천 운영일지.csv", log("춘천", "춘천시", [(4, 21), (4, 21)]))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refusals")
    send_sound_files(folder / "inbox")
    report = night(folder / "inbox", folder / "warehouse")
    figures = {figure.figure_id: (figure.actual, figure.status) for figure in report.figures}
    assert figures["K23"] == ("2036", "equal"), figures["K23"]
    assert report.publication.outcome == "published"
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True, symlinks=True)
    return tmp_path


def test_a_figure_that_differs_names_the_file_its_step_and_what_to_do(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    released = hashes(warehouse)
    submit(inbox, SENDER, FEW, log("춘천", "춘천시", [(4, 21), (4, 11)]), "2020-12-01T09:00:00")
    submit(inbox, "가상시험센터", "다른 표.csv", b"a,b\n1,2\n", "2020-12-01T09:00:00")
    publication = night(inbox, warehouse).publication
    assert publication.outcome == "refused"
    (text,) = publication.refusals
    reason, moved, todo = text.splitlines()
    assert "K23" in reason
    assert "published 2,036, this candidate gives 2,026" in reason
    assert "공표 2,036, 이번 후보 2,026" in reason
    assert re.match(rf"  {SENDER}/{FEW} \(\w{{16}}\): visitor_count 2,036 → 2,026 \(-10\); replaces ", moved)
    assert f"{SENDER}/춘천 운영일지.csv 대체" in moved
    assert "without it 2,036" in moved
    (submission,) = set(re.findall(r"sciculture withdraw (\w{16})", todo))
    # The candidate can be looked at.
    assert (published(warehouse, "SELECT visitor_count FROM mart_do_dream_summary"), release_ids(warehouse)[1:]) == (
        [(2036,)], [],
    )  # fmt: skip
    places = settings(inbox, warehouse)
    (line,) = compare_releases(places, "current", "candidate", "mart_do_dream_summary")["lines"]
    assert (line["column_name"], line["old_value"], line["new_value"]) == ("visitor_count", "2036", "2026")
    monkeypatch.setenv("SCICULTURE_WAREHOUSE", str(warehouse))
    listed = json.loads(CliRunner().invoke(app, ["figures", "--json"]).output)
    (figure,) = [figure for figure in listed if figure["figure_id"] == "K23"]
    assert (figure["actual"], figure["candidate"], figure["candidate_status"]) == (2036, 2026, "differs")
    assert f"{SENDER}/{FEW}" in CliRunner().invoke(app, ["figures"]).output
    output = StringIO()
    narrow = Console(width=80, file=output)
    coming = {figure.figure_id: figure for figure in read_figures_of(places.candidate)}
    narrow.print(figures_table(list(coming.values()), coming, 80))
    lines = [line.split() for line in output.getvalue().splitlines() if line.startswith(" K")]
    assert len({line[0] for line in lines}) == len(lines) == sum(name.startswith("K") for name in coming)
    assert "2036" in next(line for line in lines if line[0] == "K23")
    # Mended by what the message says.
    decide(places, submission, "가상: 시험")
    assert night(inbox, warehouse).publication.outcome in ("published", "unchanged")
    assert not places.candidate.exists()
    assert {k: v for k, v in hashes(warehouse).items() if k.startswith("mart_do_dream")} == {
        k: v for k, v in released.items() if k.startswith("mart_do_dream")
    }


@pytest.mark.slow
def test_before_any_release_it_names_what_a_newer_version_changed(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    send_sound_files(inbox)
    submit(inbox, SENDER, FEW, log("춘천", "춘천시", [(4, 21), (4, 11)]), "2020-12-01T09:00:00")
    publication = night(inbox, warehouse).publication
    assert publication.outcome == "refused"
    assert publication.release_id is None
    (text,) = publication.refusals
    assert f"{SENDER}/{FEW}" in text.splitlines()[1]
    assert "visitor_count 2,036 → 2,026 (-10)" in text


def test_a_withdrawal_that_moves_a_figure_is_named_with_how_to_revoke_it(copy: Path) -> None:
    """The year stays complete, since as many days come in for the first time."""
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    places = settings(inbox, warehouse)
    query = f"SELECT submission_id FROM mart_submission_log WHERE source_file = '{SENDER}/춘천 운영일지.csv'"
    ((withdrawn,),) = operations(warehouse, query)
    decide(places, withdrawn, "가상: 시험")
    submit(inbox, SENDER, "태백 운영일지.csv", log("태백", "태백시", [(4, 5), (4, 5)]), "2020-12-01T09:00:00")
    (text,) = night(inbox, warehouse).publication.refusals
    _, first, second, todo, other = text.splitlines()
    assert f"춘천 운영일지.csv ({withdrawn}): visitor_count 2,046 → 2,004 (-42); was withdrawn" in first
    assert "태백 운영일지.csv" in second
    assert "(+10); came for the first time" in second
    assert f"sciculture withdraw {withdrawn} --undo" in todo
    assert "--undo" not in other


def _moves(text: str) -> list[str]:
    return [line for line in text.splitlines() if "visitor_count" in line]


@pytest.mark.slow
def test_where_no_single_file_mends_it_there_is_a_command_for_each(copy: Path) -> None:
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    submit(inbox, SENDER, FEW, log("춘천", "춘천시", [(4, 21), (4, 11)]), "2020-12-01T09:00:00")
    wonju = log("원주", "원주시", [(3, 40)] * 48 + [(2, 8)] * 7 + [(3, 5)] * 3)
    submit(inbox, SENDER, "원주 운영일지 수정.csv", wonju, "2020-12-01T09:00:00")
    (text,) = night(inbox, warehouse).publication.refusals
    first, second = _moves(text)
    assert ("(-10)" in first, "(-3)" in second) == (True, True)
    commands = re.findall(r"`sciculture withdraw (\w{16}) --reason ...`", text.splitlines()[-1].split(" / ")[0])
    assert [re.findall(r"\((\w{16})\)", line)[0] for line in (first, second)] == commands
    for submission in commands:
        decide(settings(inbox, warehouse), submission, "가상: 시험")
    assert night(inbox, warehouse).publication.outcome in ("published", "unchanged")


@pytest.mark.slow
def test_what_is_not_named_of_many_is_counted(copy: Path) -> None:
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    for town in ("강릉시", "동해시", "태백시", "속초시", "삼척시", "홍천군", "횡성군"):
        late = log(town[:2], town, [(1, 1)])
        submit(inbox, SENDER, f"{town[:2]} 운영일지.csv", late, "2020-12-01T09:00:00")
    (text, *_) = [text for text in night(inbox, warehouse).publication.refusals if "K23" in text]
    assert len(_moves(text)) == 5
    assert "and 2 more submissions move it / 그 밖에 이를 바꾼 제출본 2건" in text


RULES: dict[str, Any] = {
    "a rule on cells": Expectation(
        type="expect_column_values_to_be_between", kwargs={"column": "visitor_count", "min_value": 35}
    ),
    "a query": Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "가상 규칙",
            "unexpected_rows_query": "SELECT stop_name, visitor_count FROM {batch} WHERE visitor_count < 35",
        },
    ),
}


@pytest.mark.parametrize("rule", ["a rule on cells", pytest.param("a query", marks=pytest.mark.slow)])
def test_a_table_that_breaks_a_rule_names_the_file_and_its_rows(copy: Path, rule: str) -> None:
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    submit(inbox, SENDER, FEW, log("춘천", "춘천시", [(4, 21), (4, 11)]), "2020-12-01T09:00:00")
    publication = night_with(inbox, warehouse, RULES[rule]).publication
    assert publication.outcome == "refused"
    (text,) = publication.refusals
    reason, moved, todo = text.splitlines()
    assert reason.startswith("mart_do_dream_by_stop: ")
    assert "검증 규칙 불충족" in reason
    assert "가상 춘천시" in reason
    assert re.match(rf"  {SENDER}/{FEW} \(\w{{16}}\): failing rows / 위반 행 0 → 1 \(\+1\); rows 3, 4 ", moved)
    assert "sciculture withdraw" in todo


def test_a_rule_that_all_break_names_the_rows_behind(copy: Path) -> None:
    inbox, warehouse = copy / "inbox", copy / "warehouse"
    rule = Expectation(type="expect_column_values_to_be_between", kwargs={"column": "visitor_count", "min_value": 43})
    submit(inbox, "가상시험센터", "다른 표.csv", b"a,b\n1,2\n", "2020-12-01T09:00:00")
    publication = night_with(inbox, warehouse, rule).publication
    (text,) = publication.refusals
    assert f"{SENDER}/춘천 운영일지.csv" in text
    assert "rows 3, 4" in text


def test_explaining_never_cuts_the_name_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    name = "가상기관/" + "아주 긴 이름의 실적 " * 12 + "(최종).csv"
    show_reasons(Console(width=60), [Reason("read", "new", 1, [name])])
    assert name in capsys.readouterr().out
