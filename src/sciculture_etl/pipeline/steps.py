"""The steps of every kind of run, in one table, and the walk through it. Knows nothing of who orchestrates.

A step is given what the steps before it have made, and gives that on with what it has made itself; what a run did is
told in its report. To add a step: a function here, its place in ``STEPS``, its words in ``cli/views/console.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sciculture_etl.extract import Extraction
from sciculture_etl.load.scope import EVERYTHING, Scope
from sciculture_etl.model import Model
from sciculture_etl.pipeline.backfill import Plan
from sciculture_etl.pipeline.journal import PREVIEW
from sciculture_etl.pipeline.report import RunReport
from sciculture_etl.pipeline.run import Run

HOUR = 3600


@dataclass(frozen=True)
class Made:
    """What a run was asked for and has made so far, as far as later steps need it.

    scope, everything: of a backfill. extraction: of the channels. plan: what a backfill reads. model: the tables as
    they stand now.
    """

    scope: Scope = EVERYTHING
    everything: bool = False
    extraction: Extraction | None = None
    plan: Plan | None = None
    model: Model | None = None


@dataclass(frozen=True)
class Step:
    """One step of a run.

    seconds: far more than it has ever taken, so that what takes longer is stuck. awaits_channels: it is tried again
    while a channel is down that may come back, and is left behind where it hangs. parts: the steps that it falls into,
    where that shows only when it is reached.
    """

    name: str
    function: Callable[[Run, Made], Made]
    seconds: float = 4 * HOUR
    awaits_channels: bool = False
    parts: Callable[[Made], list[Step]] | None = None


def _extract(run: Run, made: Made) -> Made:
    return replace(made, extraction=run.extract())


def _load(run: Run, made: Made) -> Made:
    run.read_and_load()
    return made


def _plan(run: Run, made: Made) -> Made:
    plan = run.begin_backfill(made.scope, made.everything)
    return replace(made, plan=plan, scope=plan.scope)


def _load_year(year: int, run: Run, made: Made) -> Made:
    assert made.plan is not None
    run.give_way()
    run.read_year(made.plan, year)
    return made


def _each_year(made: Made) -> list[Step]:
    assert made.plan is not None
    return [Step(f"load {year}", partial(_load_year, year)) for year in made.plan.years]


def _resume(run: Run, made: Made) -> Made:
    run.resume_publication()
    return made


def _accept(run: Run, made: Made) -> Made:
    run.accept(made.scope)
    return made


def _accept_backfill(run: Run, made: Made) -> Made:
    run.give_way()
    return _accept(run, made)


def _model(run: Run, made: Made) -> Made:
    return replace(made, model=run.model())


def _publish(run: Run, made: Made) -> Made:
    assert made.model is not None
    run.publish(made.model)
    return made


def _preview(run: Run, made: Made) -> Made:
    assert made.model is not None
    run.publish(made.model, is_preview=True)
    return made


def _answer(run: Run, made: Made) -> Made:
    run.answer()
    return made


def _answer_and_remind(run: Run, made: Made) -> Made:
    run.remind()
    run.answer()
    return made


def _show(run: Run, made: Made) -> Made:
    run.show()
    return made


PLAN = "plan"
_SHOW = Step("show", _show)
_RELEASE = (Step("model", _model), Step("publish", _publish))
_FIGURES = (Step("accept", _accept), *_RELEASE)
STEPS: dict[str, tuple[Step, ...]] = {
    "nightly": (
        Step("extract", _extract, 2 * HOUR, awaits_channels=True), Step("load", _load), *_FIGURES,
        Step("answer", _answer_and_remind), _SHOW,
    ),
    PREVIEW: (
        Step("extract", _extract, 2 * HOUR, awaits_channels=True), Step("load", _load), Step("accept", _accept),
        Step("model", _model), Step(PREVIEW, _preview), _SHOW,
    ),
    "backfill": (
        Step(PLAN, _plan), Step("load", _load, parts=_each_year), Step("accept", _accept_backfill), *_RELEASE,
        Step("answer", _answer), _SHOW,
    ),
    "rebuild": (Step("load", _load), *_FIGURES, Step("answer", _answer), _SHOW),
    "publish": (Step("resume", _resume), *_FIGURES, _SHOW),
}  # fmt: skip


def take_steps(
    run: Run,
    made: Made | None = None,
    take: Callable[[Step, Callable[[], Made]], Made] = lambda _, work: work(),
) -> RunReport:
    """All steps of a run of its kind.

    Args:
        take: how one is done; here and now, unless an orchestrator does it.
    """
    so_far = made or Made()
    for step in STEPS[run.record.kind]:
        for part in step.parts(so_far) if step.parts else (step,):
            run.progress.note(part.name)
            so_far = take(part, partial(part.function, run, so_far))
    return run.report
