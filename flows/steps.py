"""One step of a run as a Prefect task: when it is tried again, how long it may take, and what is told when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from sciculture_etl.errors import ChannelError, SciCultureError
from sciculture_etl.extract import Extraction
from sciculture_etl.failures import describe_failure
from sciculture_etl.pipeline import Made, Progress, RunReport, Silent, Step

T = TypeVar("T")


@dataclass
class Watch:
    """What whoever called the flow in this process is told besides the state of the flow run.

    Attributes:
        progress: a live view.
        report: of the run, once it has one.
        error: what it failed of.
        stuck: whether something was left behind that doesn't end.
    """

    progress: Progress = field(default_factory=Silent)
    report: RunReport | None = None
    error: Exception | None = None
    stuck: bool = False


watching: ContextVar[Watch] = ContextVar("watching", default=Watch())  # noqa: B039


class StepError(Exception):
    """What Prefect is told of a failure: it keeps and logs it, and messages of others may hold values of cells."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error) if isinstance(error, SciCultureError) else describe_failure(error))
        self.error = error


class ChannelsDownError(ChannelError):
    """Channels couldn't be reached, and may be later."""

    retryable = True

    def __init__(self, extraction: Extraction) -> None:
        super().__init__("; ".join(f"{name}: {extraction.unreachable[name]}" for name in sorted(extraction.retryable)))


def is_retryable(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Whether another try may do. Bad data, mistakes and what took too long never do."""
    error = state.data.error if isinstance(state.data, StepError) else state.data
    return isinstance(error, ChannelError) and error.retryable


def as_task(step: Step, work: Callable[[], Made], retries: Sequence[float] = ()) -> Made:
    """One step, seen in Prefect's records, never cached, its result kept to this process.

    Args:
        retries: where it awaits channels, the pauses before each further try, in seconds. Raises what the work raises,
            and TimeoutError after the step's seconds.
    """
    progress = watching.get().progress
    progress.start(step.name, 1)
    retries = retries if step.awaits_channels else ()
    tries = _patiently(work, len(retries)) if step.awaits_channels else work

    def guarded() -> Made:
        try:
            return tries()
        except Exception as error:
            raise StepError(error) from None

    task = Task(
        guarded, name=step.name, cache_policy=NO_CACHE, persist_result=False, timeout_seconds=step.seconds,
        retries=len(retries), retry_delay_seconds=list(retries) or None, retry_condition_fn=is_retryable,
    )  # fmt: skip
    try:
        made: Made = task()
    except StepError as failed:
        raise failed.error from None
    progress.advance(step.name)
    return made


def _patiently(work: Callable[[], Made], retries: int) -> Callable[[], Made]:
    """Fails while a channel is down that may come back; after the last try it goes on with what came."""
    left = retries

    def tried() -> Made:
        nonlocal left
        left -= 1
        made = _interruptible(work)
        if made.extraction and made.extraction.retryable and left >= 0:
            raise ChannelsDownError(made.extraction)
        return made

    return tried


def _interruptible(function: Callable[[], T]) -> T:
    """The function in a thread of its own: what hangs in it can then be left behind, and the warehouse set free."""
    outcome: list[T] = []
    failure: list[Exception] = []
    context = copy_context()

    def work() -> None:
        try:
            outcome.append(context.run(function))
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(1)  # between two of these, Prefect's time-out gets its turn
    finally:
        watching.get().stuck |= thread.is_alive()
    if failure:
        raise failure[0]
    return outcome[0]
