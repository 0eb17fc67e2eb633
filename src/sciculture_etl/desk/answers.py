"""What a page says of a file: the words and the order of the reply that an institution gets after a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from sciculture_etl.feedback import Answer
from sciculture_etl.feedback.answer import Language
from sciculture_etl.feedback.texts import (
    aside,
    fine,
    headline,
    left_out,
    next_steps,
    part_name,
    places,
    totals,
    words,
)
from sciculture_etl.intake.check import Checked
from sciculture_etl.settings import MAX_LISTED_LINES, MAX_LISTED_RANGES

# How a verdict looks: the class of its notice.
LOOKS = {"accepted": "success", "warned": "success", "partially_accepted": "warning"}


@dataclass(frozen=True)
class ShownPlace:
    """One fault, with all its places: ``운영실적!H13, H15~H18``."""

    where: str
    header: str
    value: str
    message: str
    fix: str


@dataclass(frozen=True)
class ShownGroup:
    """Faults of one kind.

    Attributes:
        fix: what to do, where it is the same everywhere; else empty.
        rest: places that aren't listed.
    """

    severity: str
    label: str
    title: str
    count: int
    fix: str
    places: list[ShownPlace]
    rest: int


@dataclass(frozen=True)
class ShownPart:
    """A table of the file."""

    name: str
    rows: dict[str, int]
    left_out: str
    fine: list[str]
    totals: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownAnswer:
    """All that a page says of a file. words: labels, of the same language."""

    file_name: str
    look: str
    headline: str
    next_steps: list[str]
    groups: list[ShownGroup]
    parts: list[ShownPart]
    aside: list[str]
    words: dict[str, dict[str, str]]


def shown_answer(answer: Answer) -> ShownAnswer:
    """Of a file that was checked."""
    language = answer.language
    parts = [
        ShownPart(
            part_name(part, language), part.rows, left_out(part, language), fine(part, language), totals(part)
        )
        for part in answer.checked.parts
    ]  # fmt: skip
    return ShownAnswer(
        answer.checked.file_name, LOOKS.get(answer.kind, "danger"), headline(answer), next_steps(answer),
        shown_groups(answer), parts, aside(answer), words(language),
    )  # fmt: skip


def shown_findings(
    file_name: str, findings: pl.DataFrame, counts: Mapping[str, int], language: Language
) -> list[ShownGroup]:
    """Of a file that a run has read: what was found in it.

    Args:
        findings: the first of each code.
        counts: code → of all of them.
    """
    return shown_groups(Answer(Checked(file_name, None, False, findings), language=language), counts)


def shown_groups(answer: Answer, counts: Mapping[str, int] | None = None) -> list[ShownGroup]:
    severities = words(answer.language)["severity"]
    shown = []
    for group in answer.groups:
        listed = group.repeats[:MAX_LISTED_LINES]
        found = [
            ShownPlace(
                places(repeat, answer.checked.should_name_sheets, MAX_LISTED_RANGES, answer.language),
                repeat.header, repeat.value, repeat.message, repeat.fix,
            )
            for repeat in listed
        ]  # fmt: skip
        fix = group.fixes[0] if len(group.fixes) == 1 else ""
        count = max(group.count, (counts or {}).get(group.code, 0))
        rest = count - sum(len(repeat.rows) for repeat in listed)
        shown.append(ShownGroup(group.severity, severities[group.severity], group.title, count, fix, found, rest))
    return shown
