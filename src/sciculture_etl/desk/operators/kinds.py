"""What an operator may do at the desk: the acts, in one list, each as its command does it.

To add one: an entry here, its words ``act.<kind>`` and ``confirm.<kind>`` in ``expectations/operators.yml``. The test
of the acts holds each against the command that it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sciculture_etl.extract import Decision
from sciculture_etl.extract.decisions import APPROVED, REJECTED, REQUESTED, UNDONE
from sciculture_etl.publish.announcement import validated_announcement
from sciculture_etl.publish.going_out import withdraw_scheduled
from sciculture_etl.publish.scheduled import parse_time
from sciculture_etl.settings import Settings
from sciculture_etl.submissions import decide, decide_waiting, prefer

Given = Mapping[str, str]
SCHEDULED = "scheduled"


@dataclass(frozen=True)
class Act:
    """One thing that an operator may do.

    Attributes:
        kind: as its address and its words name it.
        decide: settings (with the operator's name), what was given → what became of it: ``done`` or ``requested``.
            None for a run.
        words: of the command that a run is, from what was given.
        of_submission: it is about one, which is given as ``submission``.
        has_reason: it asks for a reason.
    """

    kind: str
    decide: Callable[[Settings, Given], str] | None = None
    words: Callable[[Given], list[str]] | None = None
    of_submission: bool = False
    has_reason: bool = False


def _became(decision: Decision) -> str:
    return "requested" if decision.kind == REQUESTED else "done"


def _judged(kind: str) -> Callable[[Settings, Given], str]:
    return lambda settings, given: _became(decide_waiting(settings, given["submission"], given["reason"], kind))


def _preferred(undo: bool) -> Callable[[Settings, Given], str]:
    return lambda settings, given: _became(prefer(settings, given["submission"], given["reason"], undo=undo))


def _withdrawn(undo: bool) -> Callable[[Settings, Given], str]:
    return lambda settings, given: _became(decide(settings, given["submission"], given["reason"], reinstate=undo))


def _unscheduled(settings: Settings, given: Given) -> str:
    withdraw_scheduled(settings, SCHEDULED, given["reason"])
    return "done"


def _publish_words(given: Given) -> list[str]:
    """Of ``sciculture publish``; whatever can't be meant is said before anything is started."""
    announcement = validated_announcement(given["code"], given["note_ko"], given["note_en"], given["internal"])
    if given["at"]:
        parse_time(given["at"])
    said: dict[str, Any] = {
        "--reason": announcement.reason, "--note-ko": announcement.note_ko, "--note-en": announcement.note_en,
        "--internal": announcement.internal, "--at": given["at"],
    }  # fmt: skip
    # Joined, so that a text that begins with a dash is no option.
    return ["publish", *(f"{option}={text}" for option, text in said.items() if text)]


DECISIONS = (
    Act("approve", _judged(APPROVED), of_submission=True, has_reason=True),
    Act("reject", _judged(REJECTED), of_submission=True, has_reason=True),
    Act("undo", _judged(UNDONE), of_submission=True, has_reason=True),
    Act("prefer", _preferred(undo=False), of_submission=True, has_reason=True),
    Act("unprefer", _preferred(undo=True), of_submission=True, has_reason=True),
    Act("withdraw", _withdrawn(undo=False), of_submission=True, has_reason=True),
    Act("reinstate", _withdrawn(undo=True), of_submission=True, has_reason=True),
    Act("unschedule", _unscheduled, has_reason=True),
)
RUNS = (
    Act("night", words=lambda _: ["run"]),
    Act("preview", words=lambda _: ["run", "--preview"]),
    Act("check", words=lambda _: ["publish", "--check"]),
    Act("publish", words=_publish_words),
)
ACTS = {act.kind: act for act in (*DECISIONS, *RUNS)}
