"""Satisfaction on any scale becomes a score of 100; what could be of several scales is asked for, not guessed."""

import polars as pl
import pytest
from forms import CLASS, as_csv, table
from judging import Judged, judge

from sciculture_etl.validate.scores import parse_score

READ = [
    ("89.2%", None, 89.2), ("89.2%", "5", 89.2), ("0.892", "ratio", 89.2), ("0.892", None, 89.2), ("1", None, 100),
    ("4.46점/5점", None, 89.2), ("4.46/5", "%", 89.2), ("4.46 (5점 만점)", None, 89.2), ("4.46", "5", 89.2),
    ("4.46점", "5", 89.2), ("6.3", "7", 90), ("9.1점", "10", 91), ("92점", "100", 92), ("89.2", None, 89.2),
    ("８９．２", "%", 89.2), ("100", "%", 100),
]  # fmt: skip
WRONG = [
    ("4.46", None, "E_UNIT_MISMATCH"), ("6.1", "5", "E_OUT_OF_RANGE"), ("101", "%", "E_OUT_OF_RANGE"),
    ("약 90", None, "E_APPROXIMATE"), ("-3", "5", "E_NEGATIVE"), ("좋음", None, "E_NOT_A_NUMBER"),
    ("…", "5", "E_NOT_AVAILABLE"), ("x", "5", "E_SUPPRESSED"), ("90명", "%", "E_UNIT_MISMATCH"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "scale", "score"), READ)
def test_a_score_is_given_of_100(text: str, scale: str | None, score: float) -> None:
    assert parse_score(text, scale) == (score, None)


@pytest.mark.parametrize(("text", "scale", "code"), WRONG)
def test_what_is_no_score_says_why(text: str, scale: str | None, code: str) -> None:
    assert parse_score(text, scale) == (None, code)


def test_a_dash_is_no_score_and_no_mistake() -> None:
    assert parse_score("-", "5") == (None, None)


SURVEY = {"사업연도": "2020", "사업명": "생활과학교실", "응답자수": "100", "만족도(%)": "89.2"}
GOOD = ["89.2", "91", "78.5점", "92.1%", "-", "0", "65"]


def judge_scores(kind: str, header: str, cells: list[str]) -> Judged:
    if kind == "number":
        return judge(as_csv(table(CLASS | {header: ""}, *({header: cell} for cell in cells))))
    units = ({header: cell, "조사단위": f"가상 {n}"} for n, cell in enumerate(cells))
    return judge(as_csv(table(SURVEY, *units, without=["만족도(%)"] if header != "만족도(%)" else [])))


@pytest.mark.parametrize("kind", ["score", "number"])
@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (GOOD, []),
        ([*GOOD, "4.5"], ["4.5"]),
        ([*GOOD, "4.46점"], ["4.46점"]),
        ([*GOOD, "0.892"], ["0.892"]),
        ([*GOOD, "0.892", "4.5", "1"], ["0.892", "4.5", "1"]),
        (["4.5", "4.46", "3.9"], ["4.5", "4.46", "3.9"]),
        (["8", "12", "20", "35"], []),
        ([*GOOD, "4.5%", "0.892%"], []),
    ],
)
def test_a_score_that_hardly_fits_its_scale_is_asked_about(kind: str, cells: list[str], asked: list[str]) -> None:
    judged = judge_scores(kind, "만족도(%)", cells)
    (outcome,) = judged.outcomes.values()
    found = outcome.findings.filter(pl.col("code") == "E_UNIT_MISMATCH")["value"].to_list()
    assert found == asked


def test_a_column_of_shares_is_one_of_per_cent_where_scales_are_read_and_is_asked_about_elsewhere() -> None:
    assert judge_scores("score", "만족도(%)", ["0.892", "0.91", "1"]).column("satisfaction_score") == [89.2, 91, 100]
    assert judge_scores("number", "만족도(%)", ["0.892", "0.91"]).codes == ["E_UNIT_MISMATCH"] * 2


def test_no_scale_of_points_begins_below_one() -> None:
    judged = judge_scores("score", "만족도(5점 만점)", ["4.5", "0.892"])
    assert judged.codes == ["E_UNIT_MISMATCH"]


def test_scores_of_two_tables_are_not_held_against_each_other() -> None:
    rows = [table(CLASS | {"만족도": cell, "강좌명": f"가상 {cell}"}) for cell in ("8", "89.2")]
    assert judge(as_csv([*rows[0], [], ["2020년 가상 둘째 표"], *rows[1]])).codes == ["E_UNIT_MISMATCH"]
