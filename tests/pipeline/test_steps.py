"""The table of steps: what is asked of every kind of run, held against the flows and the console."""

from __future__ import annotations

import pytest

from sciculture_etl.cli.views.console import STEPS as WORDS
from sciculture_etl.cli.views.runs import OUTCOMES
from sciculture_etl.pages.words import Language, Words
from sciculture_etl.pipeline.journal import MOVE, PREVIEW
from sciculture_etl.pipeline.steps import STEPS
from sciculture_flows.nightly import nightly
from sciculture_flows.serving import DEPLOYMENTS

KINDS = pytest.mark.parametrize("kind", STEPS)


def test_every_kind_of_run_is_a_flow_and_every_flow_a_kind_of_run() -> None:
    """A preview is a night that is asked for by a parameter."""
    assert {flow.name for flow, _ in DEPLOYMENTS} == set(STEPS) - {PREVIEW}
    assert "preview" in nightly.parameters.properties


def test_a_preview_takes_the_steps_of_a_night_up_to_the_release_and_answers_nobody() -> None:
    night, previewed = ([step.name for step in STEPS[kind]] for kind in ("nightly", PREVIEW))
    assert previewed == [*night[: night.index("publish")], PREVIEW, "show"]


@KINDS
def test_what_is_read_is_accepted_modelled_and_published_in_this_order(kind: str) -> None:
    names = [step.name for step in STEPS[kind]]
    assert names[-1] == "show"
    assert len(names) == len(set(names))
    assert names.index("accept") < names.index("model") < names.index(PREVIEW if kind == PREVIEW else "publish")
    assert all(names.index(name) < names.index("accept") for name in ("extract", "plan", "load") if name in names)


@KINDS
def test_every_step_has_its_words_and_its_time(kind: str) -> None:
    assert [step.name for step in STEPS[kind] if step.name not in WORDS] == []
    assert all(step.seconds > 0 for step in STEPS[kind])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_kind_and_outcome_of_a_run_has_its_words_on_the_operators_pages(language: Language) -> None:
    words = Words("operators", language)
    texts = [*(f"kind.{kind}" for kind in (*STEPS, MOVE)), *(f"outcome.{outcome}" for outcome in OUTCOMES)]
    assert [text for text in texts if not words.has_text(text)] == []
