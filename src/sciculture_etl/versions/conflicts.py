"""Pairs of submissions of which somebody has to say which one counts (``mart_version_conflict``), in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sciculture_etl.versions.evidence import title_of

UNDECIDED, CONTRADICTED, RESENT, RESENT_WITHDRAWN = "undecided", "contradicted", "resent", "resent_withdrawn"
SHOWN_DIGITS = 8
TEXTS = {
    UNDECIDED: "no evidence says which is newer / 어느 쪽이 최종본인지 근거가 없습니다",
    CONTRADICTED: "it counts by {decided_by}, but {contradicted_by} says the contrary / 판단 근거가 서로 어긋납니다",
    RESENT: "the same file came again after it was replaced / 대체된 파일이 다시 접수되었습니다",
    RESENT_WITHDRAWN: "the same file came again after its withdrawal / 철회된 파일이 다시 접수되었습니다",
}


def describe_conflict(conflict: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The question, and the commands of which one answers it.

    Args:
        conflict: a row of ``mart_version_conflict``.
    """
    own, counting = (str(conflict[name])[:SHOWN_DIGITS] for name in ("submission_id", "counting_id"))
    part = f" {conflict['period_keys']}" if conflict["period_keys"] else ""
    contrary = [title_of(level) for level in str(conflict["contradicted_by"]).split(", ") if level]
    decided_by = title_of(conflict["decided_by"]) if conflict["decided_by"] else ""
    text = TEXTS[conflict["kind"]].format(decided_by=decided_by, contradicted_by=", ".join(contrary))
    instead = f"; counts now / 지금 집계: {conflict['counting_file']} ({counting})" if counting else ""
    question = (
        f"{conflict['submitter']}: {conflict['dataset']} {conflict['program_year']}{part}: "
        f"{conflict['source_file']} ({own}){instead}: {text}"
    )
    if conflict["kind"] == RESENT_WITHDRAWN:
        return question, [f'sciculture withdraw {own} --undo --reason "…"', f'sciculture withdraw {own} --reason "…"']
    return question, [f'sciculture submissions prefer {name} --reason "…"' for name in (own, counting)]
