"""Satisfaction on any scale becomes a score of 100; what could be of several scales is asked for, not guessed."""

import pytest

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
