"""A trace for machines."""

from __future__ import annotations

from typing import Any

from sciculture_etl.trace.account import Account, Contribution, SourceRow, Term
from sciculture_etl.trace.tracing import Part, Trace


def as_json(trace: Trace) -> dict[str, Any]:
    """All of a trace as plain values: numbers as texts, as the engine writes them, so that none loses a digit."""
    question = trace.question
    return {
        "table": question.table,
        "column": question.column,
        "figure_id": question.figure_id or None,
        "where": question.where if question.figure_id else None,
        "conditions": [{"column": name, "value": value or None} for name, value in question.conditions],
        "cells": question.cell_count,
        "sql": trace.sql,
        "unit": trace.unit or None,
        "release_id": trace.release_id,
        "published": trace.published,
        "value": trace.value,
        "is_withheld": trace.is_withheld,
        "is_not_yet_shown": trace.is_not_yet_shown,
        "withheld_cells": trace.withheld_cells,
        "is_as_published": trace.is_as_published,
        "adds_up": trace.adds_up,
        "sources": trace.sources,
        "account": _account(trace, trace.account),
        "part": _part(trace, trace.part),
    }


def _part(trace: Trace, part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        "conditions": [
            {"column": one.column, "value": one.value or None, "names": list(one.names)} for one in part.conditions
        ],
        "value": part.value,
        "adds_up": part.adds_up,
        "account": _account(trace, part.account),
    }


def _account(trace: Trace, account: Account | str | None) -> Any:
    if account is None or isinstance(account, str):
        return {"kind": "constant", "value": account}
    if isinstance(account, Term):
        return {
            "kind": account.kind,
            "text": account.text,
            "value": account.value,
            "considered": account.considered,
            "adds_up": account.adds_up,
            "contributions": [_contribution(trace, one) for one in account.contributions],
        }
    return {
        "kind": "formula",
        "text": account.text,
        "value": account.value,
        "adds_up": account.adds_up,
        "parts": {name: _account(trace, part) for name, part in account.parts.items()},
    }


def _contribution(trace: Trace, one: Contribution) -> dict[str, Any]:
    name = trace.names.get(one.key or "")
    return {"amount": one.amount, "key": one.key, "key_name": name, "rows": [_row(trace, row) for row in one.rows]}


def _row(trace: Trace, row: SourceRow) -> dict[str, Any]:
    place = trace.places.get((row.submission_id, row.part))
    found: dict[str, Any] = {
        "table": row.table,
        "submission_id": row.submission_id or None,
        "submitter": place.submitter if place else None,
        "file": place.file if place else None,
        "sheet": place.sheet or None if place else None,
        "row": row.row or None,
    }
    return found | ({"values": trace.values[row]} if row in trace.values else {})
